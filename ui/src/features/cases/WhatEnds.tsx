import { useQuery } from '@tanstack/react-query';
import type { EventView } from '~/api/types';
import { useClient } from '~/app/services';
import { count } from '~/ui/text';
import { clockTime, exact } from '~/ui/time';
import { Customer, Who } from '~/ui/words';
import { endings, recentQuery } from './ends';

/** Lists what ends, for whom; says how far back it looked. */
export function WhatEnds({ about, sessionsOnly }: { about: (e: EventView) => boolean; sessionsOnly?: boolean }) {
  const { data, error } = useQuery(recentQuery(useClient()));
  if (error) return <p className="small two">What lives of it now could not be looked up; it ends all the same.</p>;
  if (!data) return <p className="small mute">Looking up what lives of it now…</p>;
  const { sessions, requests } = endings(data.items, about);
  const listed = sessionsOnly ? [] : requests;
  const first = data.items[0];
  return (
    <div className="what-ends">
      <ul aria-label="What ends">
        {sessions.map((e) => (
          <Ending key={e.id} e={e} what="live session" when="since" />
        ))}
        {listed.map((e) => (
          <Ending key={e.id} e={e} what="request" when="asked" />
        ))}
        {sessions.length + listed.length === 0 && <li className="mute">nothing that lives or waits right now</li>}
      </ul>
      {data.earlier && first && (
        <p className="small mute">
          As the newest {count(data.items.length, 'line')} of the trail tell, back to {exact(first.at)}; whatever older
          there is ends too.
        </p>
      )}
    </div>
  );
}

function Ending({ e, what, when }: { e: EventView; what: string; when: string }) {
  return (
    <li>
      <span>
        {what} of <Who name={e.actor.name} />
      </span>
      {e.subject_name && (
        <>
          {' for '}
          <Customer subject={e.subject_name} impersonated={e.impersonated} />
        </>
      )}
      <span className="mute small">
        {' '}
        {when} <time title={exact(e.at)}>{clockTime(e.at)}</time>
      </span>
    </li>
  );
}
