import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useTrail } from '~/app/live';
import { useClient, useConsole, useMe } from '~/app/services';
import type { Role } from '~/api/types';
import { Feed, type FeedView } from './feed';

/** How long a new line is tinted. */
const TINT_MS = 1200;

const SEE_ALL: readonly Role[] = ['approver', 'admin', 'auditor'];
export const seesAll = (roles: readonly Role[]) => roles.some((r) => SEE_ALL.includes(r));

/** The lines of the trail for the page that is open. */
export function useFeed(): FeedView & { feed: Feed } {
  const client = useClient();
  const me = useMe();
  const { stream } = useConsole();
  const [feed] = useState(() => new Feed(client.event_list, !seesAll(me.roles)));
  const view = useSyncExternalStore(feed.subscribe, feed.read);
  useTrail(feed.hear, () => void feed.begin());
  useEffect(() => feed.stop, [feed]);
  useCatchUp(feed, stream === 'live');
  useTint(feed, view.fresh);
  return { ...view, feed };
}

/** The stream stands again: what it did not bring is fetched. */
function useCatchUp(feed: Feed, live: boolean): void {
  const was = useRef(live);
  useEffect(() => {
    if (live && !was.current) void feed.catchUp();
    was.current = live;
  }, [feed, live]);
}

/** Each line has its own time of being new, however fast others follow. */
function useTint(feed: Feed, fresh: ReadonlySet<number>): void {
  const timed = useRef(new Set<number>());
  useEffect(() => {
    const more = [...fresh].filter((place) => !timed.current.has(place));
    if (more.length === 0) return;
    more.forEach((place) => timed.current.add(place));
    setTimeout(() => {
      more.forEach((place) => timed.current.delete(place));
      feed.settle(new Set(more));
    }, TINT_MS);
  }, [feed, fresh]);
}
