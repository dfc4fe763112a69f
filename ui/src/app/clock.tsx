// The service's time, as well as this computer can tell it. The only place of the UI that asks what time it is.
import { createContext, type ReactNode, useCallback, useContext, useMemo, useSyncExternalStore } from 'react';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back about each second; answers how to stop. */
  everySecond(tick: () => void): () => void;
  /** Calls back once, after so many milliseconds; answers how to stop. */
  later(ms: number, then: () => void): () => void;
}

const ticking = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

export const systemClock: Clock = {
  now: () => Date.now(),
  everySecond(tick) {
    ticking.add(tick);
    timer ??= setInterval(() => ticking.forEach((t) => t()), 1000);
    return () => {
      ticking.delete(tick);
      if (ticking.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  },
  later(ms, then) {
    const waiting = setTimeout(then, ms);
    return () => clearTimeout(waiting);
  },
};

const ClockContext = createContext<{ clock: Clock; skew_ms: number }>({ clock: systemClock, skew_ms: 0 });

export function ClockProvider({ clock, skew_ms, children }: { clock: Clock; skew_ms: number; children: ReactNode }) {
  const value = useMemo(() => ({ clock, skew_ms }), [clock, skew_ms]);
  return <ClockContext value={value}>{children}</ClockContext>;
}

/** The service's time now, renewed every `step_ms`: a second for countdowns, more for lists. */
export function useNow(step_ms = 10_000): number {
  const { clock, skew_ms } = useContext(ClockContext);
  const read = useCallback(() => Math.floor((clock.now() + skew_ms) / step_ms) * step_ms, [clock, skew_ms, step_ms]);
  const follow = useCallback((tick: () => void) => clock.everySecond(tick), [clock]);
  return useSyncExternalStore(follow, read);
}

/** The service's time at the moment of the call. */
export function useReadNow(): () => number {
  const { clock, skew_ms } = useContext(ClockContext);
  return useCallback(() => clock.now() + skew_ms, [clock, skew_ms]);
}

/** How to have something done in so many milliseconds. */
export function useLater(): Clock['later'] {
  return useContext(ClockContext).clock.later;
}
