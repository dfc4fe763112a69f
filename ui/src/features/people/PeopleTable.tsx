import { useRef } from 'react';
import type { Me, PersonView } from '~/api/types';
import { useKeys } from '~/app/keys';
import { useRows } from '~/features/trail/useRows';
import { Button } from '~/ui/Button';
import { State, When, Who } from '~/ui/words';

export type PersonAct = 'change' | 'link';

interface PeopleTableProps {
  people: readonly PersonView[];
  me: Me;
  now: number;
  offline: string | undefined;
  onAct: (act: PersonAct, of: PersonView) => void;
}

export function PeopleTable({ people, me, now, offline, onAct }: PeopleTableProps) {
  const box = useRef<HTMLTableElement>(null);
  const ids = people.map((p) => p.id);
  const { at, setAt, move } = useRows(ids, box, (i) =>
    box.current?.tBodies[0]?.rows[i]?.scrollIntoView({ block: 'nearest' }),
  );
  useKeys({ j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1) });
  const entry = at !== undefined && ids.includes(at) ? at : ids[0];
  return (
    <table
      className="ledger roomy closed"
      aria-label="People"
      // eslint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role -- its rows are walked with the keyboard
      role="grid"
      ref={box}
    >
      <thead>
        <tr>
          <th className="fit">Name</th>
          <th>Roles</th>
          <th className="fit">Groups</th>
          <th className="fit">State</th>
          <th className="fit c-wide">Here since</th>
          <th className="fit">
            <span className="sr">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {people.map((p) => (
          <tr key={p.id} data-row={p.id} tabIndex={p.id === entry ? 0 : -1} onFocus={() => setAt(p.id)}>
            <td className="fit">
              <Who name={p.name} you={p.id === me.id} />
            </td>
            <td>
              <Tags of={p.roles} none="none: can't sign in" />
            </td>
            <td className="fit">
              <Tags of={p.groups} none="–" />
            </td>
            <td className="fit">
              {p.state === 'invited' ? <State of="waiting">Invited</State> : <State of="allowed">Joined</State>}
            </td>
            <td className="fit mute c-wide">
              <When at={p.created_at} now={now} />
            </td>
            <td className="fit">
              <Acts of={p} own={p.id === me.id} offline={offline} onAct={onAct} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Tags({ of, none }: { of: readonly string[]; none: string }) {
  if (of.length === 0) return <span className="mute">{none}</span>;
  return (
    <span className="tags">
      {of.map((name) => (
        <span className="tag" key={name}>
          {name}
        </span>
      ))}
    </span>
  );
}

const OWN = {
  change: 'nobody changes their own roles or groups; another admin does',
  link: 'nobody makes a link for themselves; another admin does',
};

function Acts({
  of,
  own,
  offline,
  onAct,
}: { of: PersonView; own: boolean } & Pick<PeopleTableProps, 'offline' | 'onAct'>) {
  const button = (act: PersonAct, label: string, name: string) => (
    <Button size="sm" why={offline ?? (own ? OWN[act] : undefined)} aria-label={name} onClick={() => onAct(act, of)}>
      {label}
    </Button>
  );
  return (
    <span className="row acts-row">
      {button('change', 'Change…', `Change roles and groups of ${of.name}…`)}
      {button('link', 'New link…', `New link for ${of.name}…`)}
    </span>
  );
}
