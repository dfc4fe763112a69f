import type { Action } from '~/api/types';
import { riskLevel, Risk } from '~/ui/words';

const byRisk = (actions: readonly Action[]) => [...actions].sort((a, b) => riskLevel(a.risk) - riskLevel(b.risk));

/** Actions to choose, by risk, each with what follows from it. */
export function ActionChoice({
  actions,
  chosen,
  onChange,
}: {
  actions: readonly Action[];
  chosen: readonly string[];
  onChange: (scopes: string[]) => void;
}) {
  const toggle = (scope: string) =>
    onChange(chosen.includes(scope) ? chosen.filter((s) => s !== scope) : [...chosen, scope]);
  const sorted = byRisk(actions);
  return (
    <div className="acts-l">
      {sorted.map((action, i) => (
        <div key={action.scope} className="contents">
          {sorted[i - 1]?.risk !== action.risk && (
            <div className="g">
              <Risk of={action.risk} />
            </div>
          )}
          <label>
            <input
              className="check"
              type="checkbox"
              checked={chosen.includes(action.scope)}
              onChange={() => toggle(action.scope)}
              aria-describedby={`effect-${action.scope}`}
            />
            <span>
              <span className="nm">{action.name}</span>
              <small id={`effect-${action.scope}`}>{action.effect}</small>
            </span>
            <code>{action.scope}</code>
          </label>
        </div>
      ))}
    </div>
  );
}

/** Actions as they were asked, from high to low. */
export function ActionFacts({ actions }: { actions: readonly Action[] }) {
  return (
    <ul className="acts-l plain">
      {byRisk(actions)
        .reverse()
        .map((action) => (
          <li key={action.scope}>
            <span>
              <span className="nm">{action.name}</span>
              <small>{action.effect}</small>
            </span>
            <Risk of={action.risk} />
          </li>
        ))}
    </ul>
  );
}
