import { Link } from '@tanstack/react-router';
import type { RequestView } from '~/api/types';
import { useNow } from '~/app/clock';
import { useMe } from '~/app/services';
import { cx, lower, series } from '~/ui/text';
import { duration } from '~/ui/time';
import { Customer, Pips, Risk, State, type StateName, When, Who } from '~/ui/words';
import { given, riskOf } from './queue';

/** From here on the waiting time is ochre. */
const LONG_MS = 5 * 60_000;

const what = (r: RequestView) => {
  const text = series(r.actions.map((a, i) => (i === 0 ? a.name : lower(a.name))));
  return <span className="l2 cut">{text}</span>;
};

export function QueueRow({ of, on }: { of: RequestView; on: boolean }) {
  const me = useMe();
  const now = useNow();
  const waits = now - new Date(of.asked_at).getTime();
  return (
    <Link className="q" data-row="" to="/sign" search={{ id: of.id }} aria-current={on ? 'true' : undefined}>
      <span className="l1">
        <Who name={of.asker.name} />
        <span className="mute">for</span>
        <Customer subject={of.customer.subject} impersonated={of.mode === 'impersonation'} />
        <span className={cx('push small', waits > LONG_MS ? 't-ochre' : 'mute')}>
          {duration(waits).replace(/ \d+ s$/, '')}
        </span>
      </span>
      {what(of)}
      <span className="l3">
        <Risk of={riskOf(of)} />
        {of.mode === 'impersonation' && <span className="t-seal">impersonation</span>}
        <span className="push nowrap">
          {of.asker.id === me.id ? (
            'yours'
          ) : of.not_signable.length > 0 ? (
            'not yours to sign'
          ) : (
            <Pips given={given(of)} needed={of.needed} />
          )}
        </span>
      </span>
    </Link>
  );
}

const STATE: Record<RequestView['state'], StateName> = {
  waiting: 'waiting',
  signed: 'signed',
  started: 'live',
  refused: 'refused',
  withdrawn: 'withdrawn',
  lapsed: 'lapsed',
};

export function ReviewedRow({ of, on }: { of: RequestView; on: boolean }) {
  const now = useNow();
  return (
    <Link className="q" data-row="" to="/sign" search={{ id: of.id }} aria-current={on ? 'true' : undefined}>
      <span className="l1">
        <Who name={of.asker.name} />
        <span className="mute">for</span>
        <Customer subject={of.customer.subject} impersonated={of.mode === 'impersonation'} />
      </span>
      {what(of)}
      <span className="l3">
        <State of={STATE[of.state]} small>
          {of.state === 'started' ? 'Started' : undefined}
        </State>
        <span className="push nowrap">
          <When at={of.changed_at} now={now} />
        </span>
      </span>
    </Link>
  );
}
