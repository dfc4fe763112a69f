// Lines of the trail as they arrive: they make what was fetched stale, and are handed to whoever shows them.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { EventView } from '~/api/types';
import { touched } from './queries';
import { useConsole, usePlatform } from './services';

/** Hears every batch of lines while it is mounted. `ready` is told once nothing more can be missed. */
export function useTrail(hear: (events: EventView[]) => void, ready?: () => void): void {
  const platform = usePlatform();
  const latest = useRef({ hear, ready });
  useEffect(() => {
    latest.current = { hear, ready };
  });
  useEffect(() => {
    let gone = false;
    const listening = platform.listen('trail', (events) => latest.current.hear(events));
    void listening.then(() => !gone && latest.current.ready?.());
    return () => {
      gone = true;
      void listening.then((stop) => stop());
    };
  }, [platform]);
}

/** Once in the shell: keeps what was fetched fresh. */
export function useFreshness(): void {
  const queries = useQueryClient();
  const { stream } = useConsole();
  const was = useRef(stream);
  useTrail((events) => {
    for (const queryKey of touched(events)) void queries.invalidateQueries({ queryKey });
  });
  useEffect(() => {
    // What happened while the stream was down was not heard.
    if (stream === 'live' && was.current === 'connecting') void queries.invalidateQueries();
    was.current = stream;
  }, [stream, queries]);
}
