// One delegation from the asking to the end, on one page.
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { problemOf } from '~/api/errors';
import type { DelegationView, Story } from '~/api/types';
import { useNow } from '~/app/clock';
import { Page } from '~/app/Page';
import { storyQuery } from '~/app/queries';
import { useClient, useMe } from '~/app/services';
import { endSentence } from '~/features/acting/ended';
import { seesAll } from '~/features/trail/useFeed';
import { Fault } from '~/ui/Fault';
import { Instrument } from '~/ui/Instrument';
import { Empty, Loading } from '~/ui/parts';
import { countdown, duration } from '~/ui/time';
import { Customer, State } from '~/ui/words';
import { StoryAside, usedMs } from './StoryAside';
import { sections } from './story';
import { Timeline } from './Timeline';

export function StoryPage() {
  const { id } = useParams({ from: '/delegations/$id' });
  const client = useClient();
  const me = useMe();
  const { data, error, refetch } = useQuery(storyQuery(client, id));
  const title = data ? `${data.delegation.agent.name} for ${data.delegation.customer.subject}` : 'Story';
  return (
    <Page
      title={title}
      crumb={{ name: seesAll(me.roles) ? 'Live trail' : 'My trail', to: '/trail' }}
      acts={data && <State of={data.delegation.live ? 'live' : 'ended'} />}
    >
      {data ? (
        <Told story={data} />
      ) : error && problemOf(error).code === 'not_found' ? (
        <NotHere />
      ) : error ? (
        <Fault error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading what="the story" lines={10} />
      )}
    </Page>
  );
}

function NotHere() {
  return (
    <Empty
      title="There is no such story here"
      acts={
        <Link className="btn" to="/trail">
          To the trail
        </Link>
      }
    >
      Either no delegation has this id, or it is not yours to read: agents read their own, approvers, admins and
      auditors all of their tenant.
    </Empty>
  );
}

function Told({ story }: { story: Story }) {
  const me = useMe();
  const now = useNow(1000);
  const parts = useMemo(() => sections(story.events), [story.events]);
  return (
    <div className="story">
      <div className="stack stack-20">
        <Head story={story} now={now} tenant={me.tenant_name} />
        <Instrument request={story.request} tenant={me.tenant_name} me={me.id} compact />
        <Timeline sections={parts} story={story} />
      </div>
      <StoryAside story={story} now={now} />
    </div>
  );
}

const did = (d: DelegationView) =>
  d.mode === 'impersonation' ? (
    <b>{d.live ? 'is impersonating' : 'impersonated'}</b>
  ) : d.live ? (
    'is acting for'
  ) : (
    'acted for'
  );

function Head({ story: { delegation: d }, now, tenant }: { story: Story; now: number; tenant: string }) {
  const left = Math.max(0, new Date(d.ends_at).getTime() - now);
  const whole = Math.round((new Date(d.ends_at).getTime() - new Date(d.started_at).getTime()) / 60_000);
  return (
    <p className="prose story-head">
      <b>{d.agent.name}</b> {did(d)} customer <Customer subject={d.customer.subject} /> of {tenant}, on case{' '}
      <span className="fig">{d.case.key}</span>, at <b>{d.api_name}</b>
      {d.live ? (
        <>
          . It ends by itself in <span className="fig">{countdown(left)}</span>.
        </>
      ) : (
        <>
          , for <b>{duration(usedMs(d, now))}</b> of the {whole} min that were signed. It ended: {endSentence(d)}.
        </>
      )}
    </p>
  );
}
