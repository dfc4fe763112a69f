import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { DelegationView, RequestView } from '~/api/types';
import { useNow } from '~/app/clock';
import { delegationsQuery, requestsQuery } from '~/app/queries';
import { useClient } from '~/app/services';
import { endSentence } from '~/features/acting/ended';
import { StartButton } from '~/features/requests/StartButton';
import { Refusal } from '~/ui/Fault';
import { inShort } from '~/ui/Instrument';
import { PaneHead } from '~/ui/parts';
import { count, series } from '~/ui/text';
import { clockTime, countdown, until } from '~/ui/time';
import { Customer, Pips, State, type StateName, When } from '~/ui/words';
import { panes } from './panes';

/** What is live, waiting, signed and ended. */
export function AccessPane() {
  const client = useClient();
  const now = useNow();
  const requests = useQuery(requestsQuery(client, 'mine'));
  const delegations = useQuery(delegationsQuery(client));
  const error = requests.error ?? delegations.error;
  const { live, open, over } = panes(requests.data ?? [], delegations.data ?? [], now);
  return (
    <section className="list-pane access" aria-label="Access">
      {error && (
        <div className="pad-s">
          <Refusal error={error} />
        </div>
      )}
      <PaneHead title="Live" count={live.length} />
      {live.length === 0 && <p className="pane-none">You act for nobody.</p>}
      {live.map((d) => (
        <Live key={d.id} of={d} />
      ))}
      <PaneHead title="Waiting and signed" count={open.length} />
      {open.length === 0 && <p className="pane-none">Nothing that you asked for waits.</p>}
      {open.map((r) => (
        <Open key={r.id} of={r} now={now} />
      ))}
      <PaneHead title="Ended" count="last 7 days" />
      {over.length === 0 && <p className="pane-none">Nothing ended in the last 7 days.</p>}
      {over.map((o) =>
        o.kind === 'delegation' ? (
          <EndedCard key={o.of.id} of={o.of} now={now} />
        ) : (
          <OverCard key={o.of.id} of={o.of} now={now} />
        ),
      )}
    </section>
  );
}

function Card({ head, right, what, meta }: { head: ReactNode; right?: ReactNode; what: string; meta: ReactNode }) {
  return (
    <>
      <span className="l1">
        {head}
        <span className="push" />
        {right}
      </span>
      <span className="l2">{what}</span>
      <span className="l3">{meta}</span>
    </>
  );
}

function Live({ of }: { of: DelegationView }) {
  const now = useNow(1000);
  return (
    <Link className="q" to="/explorer">
      <Card
        head={<Customer subject={of.customer.subject} impersonated={of.mode === 'impersonation'} />}
        right={<span className="t-pen mono">{countdown(new Date(of.ends_at).getTime() - now)}</span>}
        what={inShort(of)}
        meta={
          <>
            <span className="mono">{of.case.key}</span>
            <span>{count(of.calls, 'call')}</span>
          </>
        }
      />
    </Link>
  );
}

/** Waits for signatures, or for its start. */
function Open({ of, now }: { of: RequestView; now: number }) {
  const signers = of.reviews.filter((r) => r.decision === 'sign').map((r) => r.by.name);
  const signed = of.state === 'signed';
  const head = (
    <Link
      className="card-link"
      to="/requests/$id"
      params={{ id: of.id }}
      aria-label={`Request for ${of.customer.subject}`}
    >
      <Customer subject={of.customer.subject} impersonated={of.mode === 'impersonation'} />
    </Link>
  );
  return (
    <div className="q">
      <Card
        head={head}
        right={signed ? <StartButton request={of} small /> : <Pips given={signers.length} needed={of.needed} />}
        what={inShort(of)}
        meta={
          <>
            <span className="mono">{of.case.key}</span>
            <span>{signed ? `signed by ${series(signers)}` : `needs ${of.group}`}</span>
            <span className="t-ochre">
              {signed ? `start by ${clockTime(of.lapses_at).slice(0, 5)}` : `lapses in ${until(of.lapses_at, now)}`}
            </span>
          </>
        }
      />
    </div>
  );
}

function EndedCard({ of, now }: { of: DelegationView; now: number }) {
  return (
    <Link className="q" to="/delegations/$id" params={{ id: of.id }}>
      <Card
        head={<Customer subject={of.customer.subject} impersonated={of.mode === 'impersonation'} />}
        right={<State of="ended" small />}
        what={inShort(of)}
        meta={<Meta code={of.case.key} why={endSentence(of)} at={of.ended?.at ?? of.ends_at} now={now} />}
      />
    </Link>
  );
}

const OVER: Partial<Record<RequestView['state'], StateName>> = {
  refused: 'refused',
  lapsed: 'lapsed',
  withdrawn: 'withdrawn',
};

function OverCard({ of, now }: { of: RequestView; now: number }) {
  const no = of.reviews.find((r) => r.decision === 'refuse');
  const why = no
    ? `${no.by.name}: “${no.reason ?? ''}”`
    : of.state === 'lapsed'
      ? 'its time was over'
      : 'you took it back';
  return (
    <Link className="q" to="/requests/$id" params={{ id: of.id }}>
      <Card
        head={<Customer subject={of.customer.subject} impersonated={of.mode === 'impersonation'} />}
        right={<State of={OVER[of.state] ?? 'ended'} small />}
        what={inShort(of)}
        meta={<Meta code={of.case.key} why={why} at={of.changed_at} now={now} />}
      />
    </Link>
  );
}

const Meta = ({ code, why, at, now }: { code: string; why: string; at: string; now: number }) => (
  <span className="meta">
    <span className="mono">{code}</span>
    <span className="cut">{why}</span>
    <span className="push nowrap">
      <When at={at} now={now} />
    </span>
  </span>
);
