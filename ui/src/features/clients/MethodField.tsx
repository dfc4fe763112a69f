import type { AuthMethod } from '~/api/types';
import { METHODS } from './methods';

/** One way to prove who it is, each with what it means. */
export function MethodField({ value, onChange }: { value: AuthMethod; onChange: (auth: AuthMethod) => void }) {
  return (
    <fieldset>
      <legend className="lab">How it proves who it is</legend>
      <div className="acts-l plain">
        {METHODS.map(([method, name, text]) => (
          <label key={method}>
            <input
              type="radio"
              className="check"
              name="auth"
              aria-label={name}
              aria-describedby={`about-${method}`}
              checked={value === method}
              onChange={() => onChange(method)}
            />
            <span>
              {name}
              <small id={`about-${method}`}>{text}</small>
            </span>
            <code>{method}</code>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
