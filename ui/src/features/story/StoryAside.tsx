// The facts beside the story.
import { Link } from '@tanstack/react-router';
import { Server } from 'lucide-react';
import { Fragment } from 'react';
import type { DelegationView, EventView, Story } from '~/api/types';
import { endSentence } from '~/features/acting/ended';
import { HopList } from '~/ui/Hops';
import { Icon } from '~/ui/Icon';
import { type FactRow, Facts, Panel } from '~/ui/parts';
import { count, series } from '~/ui/text';
import { countdown, duration, exact } from '~/ui/time';
import { Customer, highest, Id, Mode, Risk, State, When } from '~/ui/words';

const ms = (from: string, to: string | number) => new Date(to).getTime() - new Date(from).getTime();

/** How long it has lived, or lived. */
export const usedMs = (d: DelegationView, now: number) => ms(d.started_at, d.ended?.at ?? now);

export function StoryAside({ story, now }: { story: Story; now: number }) {
  const { delegation: d, request } = story;
  const allowed = Math.round(ms(d.started_at, d.ends_at) / 60_000);
  const rows: FactRow[] = [
    ['Delegation', <Id of={d.id} />],
    ['Outcome', d.live ? <State of="live" /> : <State of="ended" />],
    ...(d.live
      ? ([['Left', <span className="mono">{countdown(ms(new Date(now).toISOString(), d.ends_at))}</span>]] as FactRow[])
      : ([['Why', endSentence(d)]] as FactRow[])),
    ['Signed for', minutes(allowed, request.minutes)],
    ['Used', `${duration(usedMs(d, now))}, ${count(d.calls, 'call')}`],
    ['Mode', <Mode of={d.mode} />],
    ['Started', <When at={d.started_at} now={now} />],
    ['Ends by', <time dateTime={d.ends_at}>{exact(d.ends_at)}</time>],
  ];
  return (
    <aside className="stack stack-16" aria-label="Facts">
      <Panel title="In short">
        <Facts rows={rows} />
      </Panel>
      <Panel title="What was signed for" right={<Risk of={highest([...d.actions, ...d.hops].map((a) => a.risk))} />}>
        <ul className="signed-for">
          {d.actions.map((a) => (
            <li key={a.scope}>
              <span>{a.name}</span>
              <Risk of={a.risk} />
              <small>
                {a.effect} <span className="mono">{a.scope}</span>
              </small>
            </li>
          ))}
        </ul>
        {d.hops.length > 0 && (
          <div className="stack stack-6">
            <p className="small mute">And through it, at other APIs</p>
            <HopList hops={d.hops} />
          </div>
        )}
      </Panel>
      <Panel title="Where and why">
        <Facts
          rows={[
            ['API', d.api_name],
            ['Audience', <span className="mono">{d.audience}</span>],
            ['Case', <CaseLine d={d} />],
            ['Transaction', <Id of={d.transaction} />],
            [
              'Request',
              <Link to="/requests/$id" params={{ id: request.id }}>
                <Id of={request.id} />
              </Link>,
            ],
          ]}
        />
      </Panel>
      <Panel title="Who acted for whom">
        <Chain story={story} />
      </Panel>
    </aside>
  );
}

const minutes = (allowed: number, asked: number) =>
  allowed === asked ? (
    `${asked} min`
  ) : (
    <>
      <b>{allowed} min</b> of {asked} asked
    </>
  );

function CaseLine({ d }: { d: DelegationView }) {
  return (
    <>
      <span className="row">
        <span className="mono">{d.case.key}</span>
        <State of={d.case.state} small />
      </span>
      <span className="blk small mute">{d.case.title}</span>
    </>
  );
}

/** Services that called on, each with where to. */
export function calledOn(events: readonly EventView[]): [service: string, to: string][] {
  const to = new Map<string, Set<string>>();
  for (const e of events)
    if (e.kind === 'token.exchange' && e.actor.kind === 'client' && e.decision !== 'refused' && e.resource)
      to.set(e.actor.name, (to.get(e.actor.name) ?? new Set()).add(e.resource));
  return [...to].map(([service, apis]) => [service, series([...apis])]);
}

function Chain({ story: { delegation: d, request, events } }: { story: Story }) {
  const signed = request.reviews.filter((r) => r.decision === 'sign').length;
  return (
    <div className="chain">
      {calledOn(events)
        .reverse()
        .map(([service, to]) => (
          <Fragment key={service}>
            <div className="chain-n">
              <span className="gl svc" aria-hidden="true">
                <Icon of={Server} size={14} />
              </span>
              <div>
                <b>{service}</b>
                <div className="small mute">service, seen by {to}</div>
              </div>
            </div>
            <div className="chain-e">
              <span>calling on for</span>
            </div>
          </Fragment>
        ))}
      <div className="chain-n">
        <span className="gl" aria-hidden="true">
          {d.agent.name.charAt(0).toUpperCase()}
        </span>
        <div>
          <b>{d.agent.name}</b>
          <div className="small mute">agent, seen by {d.mode === 'delegated' ? d.api_name : 'nobody there'}</div>
        </div>
      </div>
      <div className="chain-e">
        <span>acting for, with {count(signed, 'signature')}</span>
      </div>
      <div className="chain-n">
        <span className="gl cus-g" aria-hidden="true">
          C
        </span>
        <div>
          <Customer subject={d.customer.subject} impersonated={d.mode === 'impersonation'} />
          <div className="small mute">customer, because of {d.case.key}</div>
        </div>
      </div>
    </div>
  );
}
