import type { DelegationView, RequestView } from '~/api/types';

const WEEK_MS = 7 * 86_400_000;
const LIMIT = 20;

export type Over =
  { kind: 'delegation'; at: string; of: DelegationView } | { kind: 'request'; at: string; of: RequestView };

/** Sorts what somebody asked for and did into live, waiting or signed, and over in the last seven days. */
export function panes(requests: readonly RequestView[], delegations: readonly DelegationView[], now: number) {
  const live = delegations.filter((d) => d.live && !d.ended && new Date(d.ends_at).getTime() > now);
  const open = requests.filter((r) => r.state === 'signed' || r.state === 'waiting');
  const over: Over[] = [
    ...delegations
      .filter((d) => !live.includes(d))
      .map((of) => ({ kind: 'delegation' as const, at: of.ended?.at ?? of.ends_at, of })),
    ...requests
      .filter((r) => ['refused', 'lapsed', 'withdrawn'].includes(r.state))
      .map((of) => ({ kind: 'request' as const, at: of.changed_at, of })),
  ];
  return {
    live,
    open: [...open].sort((a, b) => rank(a) - rank(b) || a.lapses_at.localeCompare(b.lapses_at)),
    over: over
      .filter((o) => now - new Date(o.at).getTime() < WEEK_MS)
      .sort((a, b) => new Date(b.at).getTime() - new Date(a.at).getTime())
      .slice(0, LIMIT),
  };
}

const rank = (r: RequestView) => (r.state === 'signed' ? 0 : 1);
