import { UsersRound, VenetianMask } from 'lucide-react';
import type { Mode as ModeValue } from '~/api/types';
import { Icon } from '~/ui/Icon';
import { Seg } from '~/ui/Seg';
import { Mode } from '~/ui/words';
import { IMPERSONATION_MINUTES } from './form';

const SEES: Record<ModeValue, string> = {
  delegated: 'The API sees the customer and you.',
  impersonation: `The API sees the customer only. Two people sign, it lasts ${IMPERSONATION_MINUTES} min at most, and an alert is raised. Introspection and the trail see you.`,
};

const LABELS = {
  delegated: (
    <>
      <Icon of={UsersRound} size={14} />
      Delegated
    </>
  ),
  impersonation: (
    <>
      <Icon of={VenetianMask} size={14} />
      Impersonation
    </>
  ),
};

/** A choice only where the API's contract takes both; else it is printed. What it means stands beneath it. */
export function ModeChoice({
  modes,
  mode,
  onChange,
}: {
  modes: readonly ModeValue[];
  mode: ModeValue;
  onChange: (mode: ModeValue) => void;
}) {
  return (
    <div>
      <span className="lab">Mode</span>
      {modes.length === 1 ? (
        <p className="printed-mode">
          <Mode of={mode} />
        </p>
      ) : (
        <Seg
          label="Mode"
          value={mode}
          onChange={onChange}
          items={(['delegated', 'impersonation'] as const).map((value) => ({ value, label: LABELS[value] }))}
        />
      )}
      <p className="help">{SEES[mode]}</p>
    </div>
  );
}
