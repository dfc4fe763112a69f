import { ChevronsDown, ChevronsUp, Minus } from 'lucide-react';
import { useRef } from 'react';
import type { CaseView, Me, Priority } from '~/api/types';
import { useKeys } from '~/app/keys';
import { useRows } from '~/features/trail/useRows';
import { Button } from '~/ui/Button';
import { Icon } from '~/ui/Icon';
import { Customer, State, When, Who } from '~/ui/words';
import type { CaseAct } from './CaseDialogs';
import { ownCaseWhy } from './list';

interface CaseTableProps {
  cases: readonly CaseView[];
  me: Me;
  now: number;
  offline: string | undefined;
  onAct: (act: CaseAct, of: CaseView) => void;
}

const SHOWN = {
  low: [ChevronsDown, 'mute', 'Low'],
  normal: [Minus, 'two', 'Normal'],
  high: [ChevronsUp, 't-ochre', 'High'],
} as const;

function PriorityOf({ of }: { of: Priority }) {
  const [glyph, tone, name] = SHOWN[of];
  return (
    <span className={`st ${tone}`}>
      <Icon of={glyph} />
      {name}
    </span>
  );
}

export function CaseTable({ cases, me, now, offline, onAct }: CaseTableProps) {
  const box = useRef<HTMLTableElement>(null);
  const ids = cases.map((c) => c.id);
  const { at, setAt, move } = useRows(ids, box, (i) =>
    box.current?.tBodies[0]?.rows[i]?.scrollIntoView({ block: 'nearest' }),
  );
  useKeys({ j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1) });
  const entry = at !== undefined && ids.includes(at) ? at : ids[0];
  return (
    <table
      className="ledger tall closed"
      aria-label="Cases"
      // eslint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role -- its rows are walked with the keyboard
      role="grid"
      ref={box}
    >
      <thead>
        <tr>
          <th>Case</th>
          <th className="fit">Customer</th>
          <th className="fit">Assignee</th>
          <th className="fit c-wide">Priority</th>
          <th className="fit">State</th>
          <th className="fit">Changed</th>
          <th className="fit">
            <span className="sr">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {cases.map((c) => (
          <tr key={c.id} data-row={c.id} tabIndex={c.id === entry ? 0 : -1} onFocus={() => setAt(c.id)}>
            <td>
              <span className="main-l mono">{c.key}</span>
              <span className="sub" title={c.title}>
                {c.title}
              </span>
            </td>
            <td className="fit">
              <Customer subject={c.customer.subject} />
            </td>
            <td className="fit">
              {c.assignee ? (
                <Who name={c.assignee.name} you={c.assignee.id === me.id} />
              ) : (
                <span className="t-ochre small">nobody</span>
              )}
            </td>
            <td className="fit c-wide">
              <PriorityOf of={c.priority} />
            </td>
            <td className="fit">
              <State of={c.state} />
            </td>
            <td className="fit mute">
              <When at={c.changed_at} now={now} />
            </td>
            <td className="fit">
              <Acts of={c} me={me} offline={offline} onAct={onAct} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Acts({ of: c, me, offline, onAct }: { of: CaseView } & Pick<CaseTableProps, 'me' | 'offline' | 'onAct'>) {
  const admin = me.roles.includes('admin');
  const why = offline ?? ownCaseWhy(c, me);
  const button = (act: CaseAct, label: string, kind: 'plain' | 'danger' = 'plain') => (
    <Button size="sm" kind={kind} why={why} aria-label={`${label} ${c.key}`} onClick={() => onAct(act, c)}>
      {label}
    </Button>
  );
  return (
    <span className="row acts-row">
      {c.state === 'open' && admin && button('assign', 'Assign…')}
      {c.state === 'open' && button('close', 'Close…', 'danger')}
      {c.state === 'closed' && admin && button('reopen', 'Reopen…')}
    </span>
  );
}
