import { TriangleAlert } from 'lucide-react';
import type { Difference } from '~/api/types';
import { Icon } from '~/ui/Icon';
import { Risk } from '~/ui/words';
import { widens } from './diff';
import { fieldName, riskOfValue, valueText } from './words';

/** Before and after, one beneath the other; what lets somebody do more is marked. */
export function Differences({ of, label }: { of: readonly Difference[]; label: string }) {
  return (
    <ul className="sheet diffs" aria-label={label}>
      {of.map((d) => {
        const wider = widens(d);
        return (
          <li key={d.field}>
            <div className="diff-h">
              <b>{fieldName(d.field)}</b>
              <code>{d.field}</code>
            </div>
            {d.before !== undefined && <Side was field={d.field} value={d.before} />}
            {d.after !== undefined ? (
              <Side field={d.field} value={d.after} />
            ) : (
              <p className="small mute">taken away</p>
            )}
            {wider && (
              <p className="small t-ochre wider">
                <Icon of={TriangleAlert} size={14} /> Look closely: {wider}.
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Side({ was, field, value }: { was?: boolean; field: string; value: string }) {
  const risk = riskOfValue(field, value);
  const text = valueText(value);
  const Tag = was ? 'del' : 'ins';
  return (
    <div className="side" data-was={was ? '' : undefined}>
      <span className="sign" aria-hidden="true">
        {was ? '−' : '+'}
      </span>
      <span className="sr">{was ? 'before: ' : 'after: '}</span>
      {risk ? <Risk of={risk} /> : <Tag>{text}</Tag>}
    </div>
  );
}
