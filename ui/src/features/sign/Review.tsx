import { Link } from '@tanstack/react-router';
import { Info, PenLine, Route, VenetianMask } from 'lucide-react';
import { useState } from 'react';
import type { RequestView } from '~/api/types';
import { sentence } from '~/api/errors';
import { useNow } from '~/app/clock';
import { useKeys } from '~/app/keys';
import { useMe, useOfflineWhy } from '~/app/services';
import { ActionFacts } from '~/features/requests/ActionList';
import { WithdrawDialog } from '~/features/requests/WithdrawDialog';
import { Button } from '~/ui/Button';
import { HopList } from '~/ui/Hops';
import { Icon } from '~/ui/Icon';
import { Instrument } from '~/ui/Instrument';
import { Facts, Note, Panel } from '~/ui/parts';
import { clockTime, until } from '~/ui/time';
import { Customer, Mode, State } from '~/ui/words';
import { given } from './queue';
import { RefuseDialog } from './RefuseDialog';
import { SignDialog } from './SignDialog';
import { UnsignDialog } from './UnsignDialog';

type Open = 'sign' | 'refuse' | 'unsign' | 'withdraw' | null;

export function Review({ request }: { request: RequestView }) {
  const me = useMe();
  const [open, setOpen] = useState<Open>(null);
  const offline = useOfflineWhy();
  const why = offline ?? request.not_signable[0]?.text;
  useKeys(
    why === undefined && request.state === 'waiting' ? { s: () => setOpen('sign'), r: () => setOpen('refuse') } : {},
  );
  const close = () => setOpen(null);
  const signable = request.not_signable.length === 0;
  return (
    <section className="review" aria-label="Review">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      <div className="scroll" tabIndex={0} role="region" aria-label="What is asked">
        <Instrument request={request} tenant={me.tenant_name} me={me.id} signable={signable} compact />
        {request.mode === 'impersonation' && <WhatItHides request={request} />}
        <WhyNot request={request} />
        <div className="cols">
          <CasePanel request={request} />
          <TimePanel request={request} />
        </div>
        <Panel title={`What ${request.asker.name} could do`}>
          <ActionFacts actions={request.actions} />
        </Panel>
        {request.hops.length > 0 && (
          <Panel title="And through it, at other APIs">
            <HopList hops={request.hops} />
          </Panel>
        )}
      </div>
      <ReviewActs request={request} why={why} onOpen={setOpen} />
      {open === 'sign' && <SignDialog request={request} onClose={close} />}
      {open === 'refuse' && <RefuseDialog request={request} onClose={close} />}
      {open === 'unsign' && <UnsignDialog request={request} onClose={close} />}
      {open === 'withdraw' && <WithdrawDialog request={request} onClose={close} />}
    </section>
  );
}

/** What a signer must know of an impersonation. */
const WhatItHides = ({ request }: { request: RequestView }) => (
  <Note tone="seal" icon={VenetianMask}>
    <p>
      <b>
        {request.api_name} will not see that it is {request.asker.name}.
      </b>{' '}
      Its own log will name the customer alone; the trail names {request.asker.name} on every line.
    </p>
    <p className="small two">
      It wants two signatures, lasts 15 min at most, can’t be passed on to other services, and raises an alert.
    </p>
  </Note>
);

/** Why the reader can't sign it. */
function WhyNot({ request }: { request: RequestView }) {
  const me = useMe();
  if (request.state !== 'waiting' || request.not_signable.length === 0) return null;
  return (
    <Note icon={Info}>
      {request.asker.id === me.id && (
        <p>
          <b>This one is yours.</b>
        </p>
      )}
      {request.not_signable.map((r) => (
        <p key={r.rule}>
          {sentence(r.text)} <span className="rule-id">{r.rule}</span>
        </p>
      ))}
    </Note>
  );
}

const CasePanel = ({ request }: { request: RequestView }) => (
  <Panel title="Case">
    <Facts
      rows={[
        [
          'Case',
          <>
            <span className="mono">{request.case.key}</span> {request.case.title}
          </>,
        ],
        ['State', <State of={request.case.state} />],
        ['Customer', <Customer subject={request.customer.subject} impersonated={request.mode === 'impersonation'} />],
      ]}
    />
  </Panel>
);

function TimePanel({ request }: { request: RequestView }) {
  const now = useNow();
  const waiting = request.state === 'waiting' || request.state === 'signed';
  return (
    <Panel title="Terms">
      <Facts
        rows={[
          ['For', <b>{request.minutes} min from the start</b>],
          ['Mode', <Mode of={request.mode} />],
          ['Lapses', waiting ? `in ${until(request.lapses_at, now)}, at ${clockTime(request.lapses_at)}` : '–'],
          ['Proof', `at most ${Math.round(request.proof_max_age_s / 60)} min old when you sign`],
        ]}
      />
    </Panel>
  );
}

interface ActsProps {
  request: RequestView;
  why: string | undefined;
  onOpen: (what: Open) => void;
}

function ReviewActs({ request, why, onOpen }: ActsProps) {
  const me = useMe();
  const now = useNow();
  const offline = useOfflineWhy();
  const mine = request.asker.id === me.id;
  const signed = request.reviews.some((r) => r.by.id === me.id && r.decision === 'sign');
  const owed = request.needed - given(request);
  if (signed && ['waiting', 'signed', 'started'].includes(request.state))
    return (
      <footer className="signbar">
        <State of="signed">You have signed it</State>
        {request.delegation && <StoryLink id={request.delegation} />}
        <span className="push" />
        <Button kind="danger" why={offline} onClick={() => onOpen('unsign')}>
          Withdraw my signature…
        </Button>
      </footer>
    );
  if (request.state !== 'waiting')
    return (
      <footer className="signbar">
        <span className="two">It no longer waits.</span>
        {request.delegation && <StoryLink id={request.delegation} />}
      </footer>
    );
  return (
    <footer className="signbar">
      <Button
        kind="sign"
        size="lg"
        icon={PenLine}
        keys={why ? undefined : 's'}
        why={why}
        onClick={() => onOpen('sign')}
      >
        Sign…
      </Button>
      <Button
        kind="danger"
        keys={why ? undefined : 'r'}
        why={mine ? 'you asked for it; withdraw it instead' : why}
        onClick={() => onOpen('refuse')}
      >
        Refuse…
      </Button>
      {mine && (
        <Button kind="danger" className="push" why={offline} onClick={() => onOpen('withdraw')}>
          Withdraw…
        </Button>
      )}
      {!mine && (
        <span className="push small mute sign-hint">
          {!why && (owed === 1 ? 'yours is the last signature; ' : `${owed} signatures are owed; `)}
          {until(request.lapses_at, now)} left
        </span>
      )}
    </footer>
  );
}

const StoryLink = ({ id }: { id: string }) => (
  <Link className="btn" to="/delegations/$id" params={{ id }}>
    <Icon of={Route} />
    See it as one story
  </Link>
);
