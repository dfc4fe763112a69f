import { useRef } from 'react';
import type { KeyState, KeyView } from '~/api/types';
import { useNow } from '~/app/clock';
import { useKeys } from '~/app/keys';
import { useRows } from '~/features/trail/useRows';
import { CopyButton } from '~/ui/parts';
import { State, type StateName, When } from '~/ui/words';
import { nextOf, shortKid, purposeOf } from './words';

const STATES: Record<KeyState, readonly [StateName, string]> = {
  active: ['live', 'Active'],
  next: ['waiting', 'Next'],
  retired: ['ended', 'Retired'],
  withdrawn: ['withdrawn', 'Withdrawn'],
};

export function KeyTable({ keys }: { keys: readonly KeyView[] }) {
  const now = useNow();
  const box = useRef<HTMLTableElement>(null);
  const ids = keys.map((k) => k.kid);
  const { at, setAt, move } = useRows(ids, box, (i) =>
    box.current?.tBodies[0]?.rows[i]?.scrollIntoView({ block: 'nearest' }),
  );
  useKeys({ j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1) });
  const entry = at !== undefined && ids.includes(at) ? at : ids[0];
  return (
    <table
      className="ledger roomy closed"
      aria-label="Keys"
      // eslint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role -- its rows are walked with the keyboard
      role="grid"
      ref={box}
    >
      <thead>
        <tr>
          <th className="fit">Key</th>
          <th className="fit">Algorithm</th>
          <th className="fit">State</th>
          <th>Use</th>
          <th className="fit">Next</th>
          <th className="fit c-wide">Made</th>
        </tr>
      </thead>
      <tbody>
        {keys.map((k) => (
          <tr key={k.kid} data-row={k.kid} tabIndex={k.kid === entry ? 0 : -1} onFocus={() => setAt(k.kid)}>
            <td className="fit">
              <span className="row">
                <span className="mono" title={k.kid}>
                  {shortKid(k.kid)}
                </span>
                <CopyButton text={k.kid} small>
                  Copy
                </CopyButton>
              </span>
            </td>
            <td className="fit mono">{k.algorithm}</td>
            <td className="fit">
              <State of={STATES[k.state][0]}>{STATES[k.state][1]}</State>
            </td>
            <td className="two" title={purposeOf(k)}>
              {purposeOf(k)}
            </td>
            <td className="fit two">{nextOf(k)}</td>
            <td className="fit mute c-wide">
              <When at={k.made_at} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
