// What still lives because of a case or a person, as the newest lines of the trail tell. The service has no list of it for
// admins; whatever older there is ends too, and the dialogs say so.
import { queryOptions } from '@tanstack/react-query';
import type { Client } from '~/api/client';
import type { EventView } from '~/api/types';

/** As many as the service gives at once. */
const LOOKED_AT = 500;

export const recentQuery = (client: Client) =>
  queryOptions({
    queryKey: ['events', 'recent'],
    queryFn: () => client.event_list({ limit: LOOKED_AT }),
    staleTime: 0,
  });

export interface Endings {
  /** Lines by which a session began that has not ended. */
  sessions: EventView[];
  /** Lines by which something was asked that waits, or is signed and not started. */
  requests: EventView[];
}

const OVER = ['request.withdraw', 'request.lapse', 'delegation.start'];

const overAs = (e: EventView) => OVER.includes(e.kind) || (e.kind === 'request.review' && e.action === 'refuse');

/** Among `lines`, oldest first, those that `about` picks. */
export function endings(lines: readonly EventView[], about: (e: EventView) => boolean): Endings {
  const done = lines.filter((e) => e.decision !== 'refused');
  const ended = new Set(done.filter((e) => e.kind === 'delegation.end').map((e) => e.delegation));
  const over = new Set(done.filter(overAs).map((e) => e.request));
  const mine = done.filter(about);
  return {
    sessions: mine.filter((e) => e.kind === 'delegation.start' && !ended.has(e.delegation)),
    requests: mine.filter((e) => e.kind === 'request.create' && !over.has(e.request)),
  };
}
