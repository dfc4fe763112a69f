// For whom this window acts, and how much of it is left.
import type { DelegationView } from '~/api/types';
import { useNow } from '~/app/clock';
import { useConsole } from '~/app/services';

/** From here on the bar warns. */
export const WARN_MS = 120_000;

export interface Acting {
  delegation: DelegationView;
  live: boolean;
  warn: boolean;
  /** Milliseconds. */
  left: number;
  whole: number;
  /** How the window is framed; not at all after the end. */
  frame: 'delegated' | 'warn' | 'impersonation' | undefined;
}

export function actingAt(delegation: DelegationView, now: number): Acting {
  const ends = new Date(delegation.ends_at).getTime();
  const left = Math.max(0, ends - now);
  const live = delegation.live && delegation.ended === undefined;
  const warn = live && left < WARN_MS;
  const mode = delegation.mode === 'impersonation' ? 'impersonation' : warn ? 'warn' : 'delegated';
  return {
    delegation,
    live,
    warn,
    left,
    whole: ends - new Date(delegation.started_at).getTime(),
    frame: live ? mode : undefined,
  };
}

/** Renewed each second. */
export function useActing(): Acting | undefined {
  const { acting } = useConsole();
  const now = useNow(1000);
  return acting ? actingAt(acting, now) : undefined;
}
