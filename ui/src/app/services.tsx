// What every part of the UI is given: the client, the clock, the shell's state.
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { type Client, createClient } from '~/api/client';
import type { ConsoleState, Me } from '~/api/types';
import type { Platform } from '~/platform';
import { type Clock, ClockProvider, useLater, useReadNow } from './clock';

interface Services {
  platform: Platform;
  client: Client;
}

const ServicesContext = createContext<Services | null>(null);
const ConsoleContext = createContext<ConsoleState | null>(null);
const OfflineContext = createContext<number | null>(null);

/** A stream that stands again within this was never missed, such as the first one after a sign-in. */
const GRACE_MS = 1500;

function given<T>(value: T | null, what: string): T {
  if (value === null) throw new Error(`${what} is used outside of its provider`);
  return value;
}

export const useClient = (): Client => given(useContext(ServicesContext), 'the client').client;
export const usePlatform = (): Platform => given(useContext(ServicesContext), 'the platform').platform;
/** All that this window knows of itself. */
export const useConsole = (): ConsoleState => given(useContext(ConsoleContext), 'the console state');
/** Who is signed in; only below the shell, where somebody is. */
export const useMe = (): Me => given(useConsole().me ?? null, 'who is signed in');
/** Since when the live stream is down, in the service's time; null while it stands. */
export const useOfflineSince = (): number | null => useContext(OfflineContext);
/** Whether the live stream stands; without it nothing can be asked, signed or started. */
export const useOffline = (): boolean => useOfflineSince() !== null;
/** Why an act can't be done without the service, for a button's `why`. */
export const useOfflineWhy = (): string | undefined => (useOffline() ? 'no connection to the service' : undefined);

interface ProviderProps {
  platform: Platform;
  queries: QueryClient;
  clock: Clock;
  /** Shown until the shell has said where it stands. */
  starting?: ReactNode;
  /** Shown if it can't say. */
  broken?: (error: unknown) => ReactNode;
  children: ReactNode;
}

export function ServicesProvider({ platform, queries, clock, starting, broken, children }: ProviderProps) {
  const services = useMemo(() => ({ platform, client: createClient(platform) }), [platform]);
  const [state, setState] = useState<ConsoleState | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let gone = false;
    let heard = false;
    const hear = (next: ConsoleState) => {
      heard = true;
      if (!gone) setState(next);
    };
    const listening = platform.listen('console', hear);
    listening
      .then(() => platform.invoke('console_state', {}))
      // What the shell said by itself in between is newer than the answer.
      .then((first) => !heard && hear(first))
      .catch((thrown: unknown) => !gone && setError(thrown));
    return () => {
      gone = true;
      void listening.then((stop) => stop());
    };
  }, [platform]);
  const inside = state ? <Known state={state}>{children}</Known> : error ? broken?.(error) : starting;
  return (
    <ServicesContext value={services}>
      <QueryClientProvider client={queries}>
        <ClockProvider clock={clock} skew_ms={state?.clock_skew_ms ?? 0}>
          {inside}
        </ClockProvider>
      </QueryClientProvider>
    </ServicesContext>
  );
}

function Known({ state, children }: { state: ConsoleState; children: ReactNode }) {
  const readNow = useReadNow();
  const later = useLater();
  const [since, setSince] = useState<number | null>(null);
  const down = state.me !== undefined && state.stream !== 'live';
  useEffect(() => {
    if (!down) return;
    const from = readNow();
    const stop = later(GRACE_MS, () => setSince(from));
    return () => {
      stop();
      setSince(null);
    };
  }, [down, readNow, later]);
  return (
    <ConsoleContext value={state}>
      <OfflineContext value={since}>{children}</OfflineContext>
    </ConsoleContext>
  );
}
