import { Link } from '@tanstack/react-router';
import type { CaseView } from '~/api/types';
import { useNow } from '~/app/clock';
import { useRowKeys } from '~/app/rows';
import { Customer, Pips, State, When } from '~/ui/words';

export function CaseTable({ cases }: { cases: readonly CaseView[] }) {
  const rows = useRowKeys<HTMLTableElement>();
  return (
    <table className="ledger tall closed" ref={rows}>
      <thead>
        <tr>
          <th className="fit">Case</th>
          <th>About</th>
          <th className="fit">Customer</th>
          <th className="fit c-wide">Changed</th>
          <th className="fit">Access</th>
        </tr>
      </thead>
      <tbody>
        {cases.map((c) => (
          <Row key={c.id} of={c} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ of }: { of: CaseView }) {
  const now = useNow();
  return (
    <tr>
      <td className="fit">
        <CaseLink of={of} />
      </td>
      <td>
        <span className="main-l">{of.title}</span>
        <span className="sub">
          {of.state === 'open' ? `open, ${of.priority} priority` : 'closed; nothing can be asked on it'}
        </span>
      </td>
      <td className="fit">
        <Customer subject={of.customer.subject} />
      </td>
      <td className="fit c-wide">
        <When at={of.changed_at} now={now} />
      </td>
      <td className="fit">
        <Access of={of} />
      </td>
    </tr>
  );
}

/** The whole row leads on: to what is live or asked, else to a new request. */
function CaseLink({ of }: { of: CaseView }) {
  const text = <span className="mono">{of.key}</span>;
  const { access } = of;
  if (access?.state === 'live')
    return (
      <Link className="row-link" data-row="" to="/explorer">
        {text}
      </Link>
    );
  if (access)
    return (
      <Link className="row-link" data-row="" to="/requests/$id" params={{ id: access.request }}>
        {text}
      </Link>
    );
  if (of.state === 'closed') return text;
  return (
    <Link className="row-link" data-row="" to="/work/new" search={{ case: of.id }} title={`New request for ${of.key}`}>
      {text}
    </Link>
  );
}

function Access({ of: { access, state } }: { of: CaseView }) {
  if (!access) return state === 'open' ? <span className="mute">none</span> : <State of="closed" />;
  if (access.state === 'live') return <State of="live" />;
  if (access.state === 'signed') return <State of="signed">Signed, start it</State>;
  return (
    <span className="nowrap">
      <Pips given={access.given} needed={access.needed} />{' '}
      <span className="t-ochre">
        {access.given} of {access.needed}
      </span>
    </span>
  );
}
