import { Link } from '@tanstack/react-router';
import { PenLine, Route, TriangleAlert, Undo2 } from 'lucide-react';
import type { RequestView } from '~/api/types';
import { useNow } from '~/app/clock';
import { useKeys } from '~/app/keys';
import { useMe } from '~/app/services';
import { HopList } from '~/ui/Hops';
import { Icon } from '~/ui/Icon';
import { Note, Panel } from '~/ui/parts';
import { series, word } from '~/ui/text';
import { clockTime, exact, until } from '~/ui/time';
import { Pips, Who } from '~/ui/words';
import { StartButton, useStart } from './StartButton';

/** Where it stands, who may fill what is open, and the way on. */
export function RequestSide({ request }: { request: RequestView }) {
  return (
    <>
      <Standing request={request} />
      {request.hops.length > 0 && (
        <Panel title="What it takes at other APIs">
          <HopList hops={request.hops} />
        </Panel>
      )}
      <Panel title="So far">
        <div className="in stack stack-4">
          {history(request).map(([at, what]) => (
            <div className="row top" key={at + what}>
              <time className="mono mute nowrap" dateTime={at} title={exact(at)}>
                {clockTime(at)}
              </time>
              <span>{what}</span>
            </div>
          ))}
        </div>
      </Panel>
    </>
  );
}

function Standing({ request }: { request: RequestView }) {
  const mine = request.asker.id === useMe().id;
  switch (request.state) {
    case 'waiting':
      return <Waiting request={request} mine={mine} />;
    case 'signed':
      return <Ready request={request} mine={mine} />;
    case 'refused':
      return <Refused request={request} mine={mine} />;
    case 'started':
      return <Started request={request} mine={mine} />;
    case 'withdrawn':
      return (
        <Panel title="Withdrawn">
          <div className="in stack">
            <p className="two">{mine ? 'You' : request.asker.name} took it back. Nothing was minted.</p>
            {mine && <AskAgain request={request} />}
          </div>
        </Panel>
      );
    case 'lapsed':
      return (
        <Panel title="Lapsed">
          <div className="in stack">
            <p className="two">
              {lapsedText(request)} It lapsed at {clockTime(request.lapses_at)}, and nothing was minted.
            </p>
            {mine && <AskAgain request={request} />}
          </div>
        </Panel>
      );
  }
}

const signs = (r: RequestView) => r.reviews.filter((x) => x.decision === 'sign');
const lapsedText = (r: RequestView) =>
  signs(r).length < r.needed ? 'Nobody signed in time.' : 'It was signed, and not started in time.';

function Waiting({ request, mine }: { request: RequestView; mine: boolean }) {
  const now = useNow(1000);
  const me = useMe();
  const owed = Math.max(0, request.needed - signs(request).length);
  const names = signs(request).map((r) => r.by.name);
  const signable = request.not_signable.length === 0 && me.roles.includes('approver') && !mine;
  return (
    <>
      <Panel title="Still needed">
        <div className="in stack">
          <div className="row">
            <Pips given={names.length} needed={request.needed} />
            <b>
              {word(owed).replace(/^./, (c) => c.toUpperCase())} {owed === 1 ? 'signature' : 'signatures'} of{' '}
              {request.group}
            </b>
          </div>
          <p className="two">
            The request lapses at {clockTime(request.lapses_at)}, in <b>{until(request.lapses_at, now)}</b>, if nobody
            signs.{' '}
            {mine
              ? 'Your access starts only when you start it.'
              : `${request.asker.name}’s access starts only when they start it.`}
          </p>
          {signable && (
            <Link className="btn sign" to="/sign" search={{ id: request.id }}>
              <Icon of={PenLine} />
              Review it
            </Link>
          )}
        </div>
      </Panel>
      <Panel title="Who may sign">
        <div className="in stack">
          {request.may_sign.map((p) => (
            <div className="row" key={p.id}>
              <Who name={p.name} you={p.id === me.id} />
              <span className="push small two">{request.group}</span>
            </div>
          ))}
          {request.may_sign.length < owed && (
            <Note tone="ochre" icon={TriangleAlert}>
              <p>
                <b>It waits in vain.</b> Too few people here could sign it. Ask an admin to add somebody to{' '}
                {request.group}.
              </p>
            </Note>
          )}
          <p className="small mute">
            {names.length > 0 &&
              `${series(names)} ${names.length === 1 ? 'has signed and counts once' : 'have signed and count once each'}. `}
            {mine ? 'You cannot sign for yourself.' : 'Nobody signs for themselves.'}
          </p>
        </div>
      </Panel>
    </>
  );
}

function Ready({ request, mine }: { request: RequestView; mine: boolean }) {
  const now = useNow(1000);
  return (
    <Panel title="Ready">
      <div className="in stack">
        <p className="two">
          Everybody has signed. {mine ? 'Start' : `${request.asker.name} starts it`} within{' '}
          <b>{until(request.lapses_at, now)}</b>, else it lapses.
        </p>
        {mine && <StartIt request={request} />}
        <p className="small mute">The clock starts then. What was signed is what {mine ? 'you get' : 'they get'}.</p>
      </div>
    </Panel>
  );
}

function StartIt({ request }: { request: RequestView }) {
  const { start, why } = useStart(request);
  useKeys({ 'mod+enter': () => !why && !start.isPending && start.mutate() });
  return <StartButton request={request} />;
}

function Refused({ request, mine }: { request: RequestView; mine: boolean }) {
  const no = request.reviews.find((r) => r.decision === 'refuse');
  return (
    <Panel title="Refused">
      <div className="in stack">
        {no && (
          <>
            <p>“{no.reason}”</p>
            <p className="two small">
              {no.by.name}, {clockTime(no.at)}
            </p>
          </>
        )}
        {mine && <AskAgain request={request} />}
      </div>
    </Panel>
  );
}

function Started({ request, mine }: { request: RequestView; mine: boolean }) {
  return (
    <Panel title="Started">
      <div className="in stack">
        <p className="two">{mine ? 'You' : request.asker.name} started it. All that was done with it is one story.</p>
        <div className="row wrap">
          {request.delegation && (
            <Link className="btn" to="/delegations/$id" params={{ id: request.delegation }}>
              <Icon of={Route} />
              See it as one story
            </Link>
          )}
          {mine && <AskAgain request={request} />}
        </div>
      </div>
    </Panel>
  );
}

function AskAgain({ request }: { request: RequestView }) {
  return (
    <div className="row">
      <Link className="btn" to="/work/new" search={{ case: request.case.id, from: request.id }}>
        <Icon of={Undo2} />
        Ask again from this
      </Link>
    </div>
  );
}

/** Newest first. */
function history(r: RequestView): [at: string, what: string][] {
  const out: [string, string][] = r.reviews.map((x) => [
    x.at,
    `${x.by.name} ${x.decision === 'sign' ? 'signed' : 'refused'}`,
  ]);
  out.unshift([
    r.asked_at,
    `${r.asker.name} asked; policy wants ${word(r.needed)} ${r.needed === 1 ? 'signature' : 'signatures'}`,
  ]);
  const last = {
    withdrawn: `${r.asker.name} withdrew it`,
    lapsed: 'its time was over',
    started: `${r.asker.name} started it`,
  };
  if (r.state in last) out.push([r.changed_at, last[r.state as keyof typeof last]]);
  return out.reverse();
}
