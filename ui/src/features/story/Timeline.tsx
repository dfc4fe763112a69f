// All that happened, each line with its place and its exact time.
import {
  Activity,
  BellRing,
  CircleStop,
  CircleX,
  FilePlus2,
  Fingerprint,
  KeyRound,
  type LucideIcon,
  PenLine,
  Play,
  RefreshCw,
  Undo2,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { EventView, Story } from '~/api/types';
import { endWords, Sentence } from '~/features/trail/Sentence';
import { Outcome } from '~/features/trail/marks';
import { codeWords, placeText } from '~/features/trail/words';
import { hopsInShort } from '~/ui/Hops';
import { Icon } from '~/ui/Icon';
import { count, cx, lower, series, word } from '~/ui/text';
import { clockMillis, clockTime, duration, exact } from '~/ui/time';
import { Customer, State } from '~/ui/words';
import { between, type CallPair, type Section, wentWrong } from './story';

export function Timeline({ sections, story }: { sections: Section[]; story: Story }) {
  return (
    <div className="tl exact">
      {sections.map(({ phase, steps }) => (
        <section key={phase} aria-label={phase}>
          <div className="tl-phase">
            <div className="tl-n" />
            <h2>{phase}</h2>
          </div>
          <ol>
            {steps.map((step) =>
              step.of === 'line' ? (
                <Line key={step.line.id} e={step.line} story={story} />
              ) : (
                <Calls key={(step.calls[0]?.intent ?? step.calls[0]?.report)?.id} calls={step.calls} />
              ),
            )}
          </ol>
        </section>
      ))}
    </div>
  );
}

function Node({
  at,
  icon,
  tone,
  place,
  children,
}: {
  at: string;
  icon: LucideIcon;
  tone?: string | undefined;
  place: number;
  children: ReactNode;
}) {
  return (
    <li className="tl-g">
      <time dateTime={at} title={exact(at)}>
        {clockMillis(at)}
      </time>
      <div className="tl-n">
        <Icon of={icon} tone={tone} />
      </div>
      <div className="tl-c">
        <span className="leaf" title="place in the trail">
          {placeText(place)}
        </span>
        {children}
      </div>
    </li>
  );
}

const ICONS: Record<string, LucideIcon> = {
  'request.create': FilePlus2,
  'request.review': PenLine,
  'request.unsign': Undo2,
  'proof.give': Fingerprint,
  'delegation.start': Play,
  'delegation.reissue': RefreshCw,
  'delegation.end': CircleStop,
  'token.exchange': KeyRound,
  'token.issue': KeyRound,
  'token.revoke': CircleStop,
  'alert.raise': BellRing,
  'call.intend': Activity,
  'call.report': Activity,
};

function Line({ e, story }: { e: EventView; story: Story }) {
  const bad =
    e.decision === 'refused' ||
    e.kind === 'token.refuse' ||
    e.kind === 'alert.raise' ||
    (e.kind === 'request.review' && e.action === 'refuse');
  return (
    <Node
      at={e.at}
      icon={e.kind === 'alert.raise' ? BellRing : bad ? CircleX : (ICONS[e.kind] ?? Activity)}
      tone={bad ? 't-seal' : undefined}
      place={e.place}
    >
      {e.decision === 'refused' ? <RefusedLine e={e} /> : <DoneLine e={e} story={story} />}
    </Node>
  );
}

function RefusedLine({ e }: { e: EventView }) {
  return (
    <>
      <span className="told">
        <Sentence e={e} />
      </span>
      {e.rules.length > 0 && <Small>{e.rules.join(', ')}</Small>}
    </>
  );
}

const Small = ({ children }: { children: ReactNode }) => <div className="l2 small">{children}</div>;

function DoneLine({ e, story: { request, delegation, events } }: { e: EventView; story: Story }) {
  const who = e.actor.name;
  switch (e.kind) {
    case 'request.create':
      return (
        <>
          <b>{who} asks</b> to {request.mode === 'impersonation' ? 'impersonate' : 'act for'}{' '}
          <Customer subject={request.customer.subject} impersonated={request.mode === 'impersonation'} /> on{' '}
          <span className="mono">{request.case.key}</span>: {request.api_name},{' '}
          <b>{series(request.actions.map((a) => lower(a.name)))}</b>, {request.minutes} min.
          <Small>
            {request.hops.length > 0 && <>Through it, {hopsInShort(request.hops)}. </>}
            Policy wants {word(request.needed)} {request.needed === 1 ? 'signature' : 'signatures'} of {request.group}
            {e.rules.length > 0 && <span className="mute">: {e.rules.join(', ')}</span>}
          </Small>
        </>
      );
    case 'request.review':
      return (
        <>
          <b>
            {who} {e.action === 'refuse' ? 'refuses' : 'signs'}
          </b>
          , of {request.group}{' '}
          <span className="mute">
            {e.elevated && 'with fresh proof, '}
            {duration(since(request.asked_at, e.at))} after the asking
          </span>
          {e.text && <blockquote className="said said-s">“{e.text}”</blockquote>}
        </>
      );
    case 'delegation.start':
      return (
        <>
          <b>{who} starts it.</b> The clock runs: {duration(since(delegation.started_at, delegation.ends_at))}, until{' '}
          {clockTime(delegation.ends_at)} at the latest.
        </>
      );
    case 'token.exchange': {
      if (e.actor.kind === 'client')
        return (
          <>
            <b>
              {who} calls {e.resource}
            </b>{' '}
            for {delegation.agent.name}, with a token of its own
            <Small>
              <span className="mono">{e.action}</span>
            </Small>
          </>
        );
      const again = events.some(
        (x) => x.kind === e.kind && x.actor.kind === 'person' && x.decision !== 'refused' && x.place < e.place,
      );
      return (
        <>
          {again ? 'Token exchanged again' : <b>Token exchanged</b>} for {delegation.api_name}
          {again && ': all was still as signed'}
          <Small>
            <span className="mono">{e.action}</span>
          </Small>
        </>
      );
    }
    case 'delegation.end':
      return (
        <>
          <b>Everything stops:</b> {endWords(e)}
          {e.actor.kind === 'person' && e.code !== 'agent' && ` by ${who}`}.{' '}
          <span className="mute">{duration(since(delegation.started_at, e.at))} after the start</span>
        </>
      );
    default:
      return (
        <span className="told">
          <Sentence e={e} />
          {e.kind === 'token.refuse' && e.code && <span className="mute"> {codeWords(e.code)}</span>}
        </span>
      );
  }
}

const since = (from: string, to: string) => new Date(to).getTime() - new Date(from).getTime();

function Calls({ calls }: { calls: CallPair[] }) {
  const first = calls[0]?.intent ?? calls[0]?.report;
  if (!first) return null;
  const failed = calls.filter(wentWrong).length;
  const open = calls.filter((c) => !c.report).length;
  return (
    <Node at={first.at} icon={Activity} place={first.place}>
      <b>{count(calls.length, 'call')}</b>
      {failed > 0 && `, ${word(failed)} without success`}
      {open > 0 && `, ${word(open)} without a reported outcome`}
      <ul className="callbox timed" aria-label="Calls">
        {calls.map((call) => (
          <Call key={(call.intent ?? call.report)?.id} call={call} />
        ))}
      </ul>
    </Node>
  );
}

function Call({ call }: { call: CallPair }) {
  const line = call.intent ?? call.report;
  if (!line) return null;
  const ms = between(call);
  const places = [call.intent, call.report].flatMap((e) => (e ? [placeText(e.place)] : []));
  return (
    <li title={`places ${places.join(' and ')}`}>
      <time className="mute" dateTime={line.at} title={exact(line.at)}>
        {clockTime(line.at)}
        <span className="ms">{clockMillis(line.at).slice(8)}</span>
      </time>
      <span>{line.action}</span>
      <span className="path">{line.resource}</span>
      {call.report ? <Outcome of={call.report} /> : <State of="waiting">no outcome yet</State>}
      <span className={cx('num mute')} title="between its two lines in the trail">
        {ms === undefined ? '' : `${ms.toLocaleString('en')} ms`}
      </span>
    </li>
  );
}
