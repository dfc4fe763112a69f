import { Link } from '@tanstack/react-router';
import { CircleStop, Square, Timer, UsersRound, VenetianMask } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { DelegationView } from '~/api/types';
import { useClient, useMe } from '~/app/services';
import { Button } from '~/ui/Button';
import { Icon } from '~/ui/Icon';
import { count, cx } from '~/ui/text';
import { clockTime, countdown, exact } from '~/ui/time';
import { useFailure } from '~/ui/Toast';
import type { Acting } from './acting';
import { BarDetails } from './BarDetails';
import { endSentence } from './ended';

/** On top of every screen while somebody acts: for whom, on which case, how long, and End. */
export function SessionBar({ acting, onEnd }: { acting: Acting; onEnd: () => void }) {
  const { delegation, live, warn, left, whole } = acting;
  if (!live) return <EndedBar delegation={delegation} />;
  const impersonation = delegation.mode === 'impersonation';
  return (
    <section
      className="acting"
      data-mode={delegation.mode}
      data-tone={warn ? 'warn' : ''}
      aria-label="Acting for a customer"
    >
      <Icon of={impersonation ? VenetianMask : UsersRound} size={20} />
      <div className="who-for">
        <WhoFor delegation={delegation} />
      </div>
      <div className="facts">
        {impersonation && <span className="cut">The API cannot tell you apart. The trail names you.</span>}
        <span className={cx('mono', impersonation && 'opt')}>{delegation.case.key}</span>
        <BarDetails delegation={delegation} />
        <span className="opt">{count(delegation.calls, 'call')}</span>
      </div>
      <div className="left" role="timer" aria-live="off">
        {warn && (
          <>
            <Icon of={Timer} />
            <b>Ends in</b>
          </>
        )}
        <span className="clock" title={`until ${exact(delegation.ends_at)}`}>
          {countdown(left)}
        </span>
        {!warn && <span>left</span>}
      </div>
      <Button size="sm" className="end" icon={Square} keys="mod+shift+e" onClick={onEnd}>
        End
      </Button>
      <progress max={whole} value={left} aria-label="Time left" />
      <Announcer left={left} customer={delegation.customer.subject} />
    </section>
  );
}

function WhoFor({ delegation }: { delegation: DelegationView }) {
  const me = useMe();
  if (delegation.mode === 'impersonation')
    return (
      <>
        <span className="word">Impersonating</span>
        <b className="mono">{delegation.customer.subject}</b>
      </>
    );
  return (
    <>
      <b>Acting</b>
      <span className="sig">{me.name}</span>
      <span>for</span>
      <b className="mono">{delegation.customer.subject}</b>
    </>
  );
}

const MARKS_MS = [120_000, 30_000];

/** Says the time at two minutes and at thirty seconds, and not each second. */
function Announcer({ left, customer }: { left: number; customer: string }) {
  const passed = MARKS_MS.filter((mark) => left <= mark).length;
  const [said, setSaid] = useState('');
  const before = useRef(passed);
  useEffect(() => {
    if (passed > before.current) setSaid(`${passed > 1 ? '30 seconds' : 'Two minutes'} left for ${customer}`);
    before.current = passed;
  }, [passed, customer]);
  return (
    <span className="sr" role="status">
      {said}
    </span>
  );
}

/** It ended, and not by this window: why, by whom, where to read it. Stays until it is dismissed. */
function EndedBar({ delegation }: { delegation: DelegationView }) {
  const client = useClient();
  const fail = useFailure();
  return (
    <section className="acting ended" aria-label="The session has ended" role="alert">
      <Icon of={CircleStop} size={20} />
      <div className="who-for">
        <b>Ended</b>
        <span>for</span>
        <b className="mono">{delegation.customer.subject}</b>
      </div>
      <div className="facts">
        <span className="cut">
          {delegation.ended && `${clockTime(delegation.ended.at)}: `}
          {endSentence(delegation)}. Nothing more can be done for this customer.
        </span>
      </div>
      <span className="push" />
      <Link className="btn sm" to="/delegations/$id" params={{ id: delegation.id }}>
        See it as one story
      </Link>
      <Button size="sm" onClick={() => void client.acting_dismiss().catch(fail)}>
        Dismiss
      </Button>
    </section>
  );
}
