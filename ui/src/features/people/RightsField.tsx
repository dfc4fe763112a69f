import { Info } from 'lucide-react';
import type { Role } from '~/api/types';
import { Note } from '~/ui/parts';
import { type Rights, rightsOdd, rightsWrong, ROLES } from './rights';

interface RightsFieldProps {
  value: Rights;
  onChange: (value: Rights) => void;
  groups: readonly string[];
  needOne: boolean;
}

const toggled = <T extends string>(all: readonly T[], one: T): T[] =>
  all.includes(one) ? all.filter((x) => x !== one) : [...all, one];

/** Roles, each with what it means, and groups. */
export function RightsField({ value, onChange, groups, needOne }: RightsFieldProps) {
  const wrong = rightsWrong(value, needOne);
  const odd = rightsOdd(value);
  const order = (roles: Role[]) => ROLES.map(([role]) => role).filter((role) => roles.includes(role));
  return (
    <>
      <fieldset>
        <legend className="lab">Roles</legend>
        <div className="acts-l plain">
          {ROLES.map(([role, name, text]) => (
            <label key={role}>
              <input
                type="checkbox"
                className="check"
                aria-label={name}
                checked={value.roles.includes(role)}
                onChange={() => onChange({ ...value, roles: order(toggled(value.roles, role)) })}
              />
              <span>
                {name}
                <small>{text}</small>
              </span>
            </label>
          ))}
        </div>
        {wrong && (
          <p className="help bad" role="alert">
            {wrong}
          </p>
        )}
      </fieldset>
      <fieldset>
        <legend className="lab">Groups</legend>
        <div className="acts-l plain">
          {groups.map((group) => (
            <label key={group}>
              <input
                type="checkbox"
                className="check"
                aria-label={`Group ${group}`}
                checked={value.groups.includes(group)}
                onChange={() => onChange({ ...value, groups: toggled(value.groups, group) })}
              />
              <span className="mono">{group}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {odd && (
        <Note icon={Info} tone="ochre">
          <p>{odd}</p>
        </Note>
      )}
    </>
  );
}
