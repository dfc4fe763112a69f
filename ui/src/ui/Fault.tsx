import { CircleX, RefreshCw, TriangleAlert } from 'lucide-react';
import { sentence, shown } from '~/api/errors';
import { Button } from './Button';
import { Icon } from './Icon';
import { CopyButton, type FactRow, Facts, Note } from './parts';
import { Id } from './words';

/** A page or pane that could not be shown: what happened, what was not done, what to do, what to quote. */
export function Fault({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const it = shown(error);
  const rows: FactRow[] = [['Code', <span className="mono">{it.code}</span>]];
  if (it.correlation)
    rows.push([
      'Correlation',
      <span className="row">
        <Id of={it.correlation} /> <CopyButton text={it.correlation} children="Copy" small />
      </span>,
    ]);
  return (
    <div className="fault" role="alert">
      <span className="t-seal">
        <Icon of={CircleX} size={20} />
      </span>
      <h2>{it.heading}</h2>
      <p className="two">{it.text}</p>
      <Reasons error={error} />
      <Facts rows={rows} />
      {onRetry && (
        <div className="row">
          <Button kind="ink" icon={RefreshCw} onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

/** The same inside a form or dialog, where an act was refused. */
export function Refusal({ error }: { error: unknown }) {
  const it = shown(error);
  return (
    <Note tone="seal" icon={TriangleAlert} alert>
      <p>
        <b>{it.heading}.</b> {it.text}
      </p>
      <Reasons error={error} />
      <p className="small mute">
        <span className="mono">{it.code}</span>
        {it.correlation && (
          <>
            {' · '}
            <Id of={it.correlation} label="correlation" />
          </>
        )}
      </p>
    </Note>
  );
}

function Reasons({ error }: { error: unknown }) {
  const { reasons, text } = shown(error);
  const said = text.toLowerCase();
  const more = reasons.filter((r) => !said.includes(r.text.toLowerCase().replace(/\.$/, '')));
  const list = more.length > 0 ? more : reasons;
  if (list.length === 0) return null;
  return (
    <ul className="reasons">
      {list.map((r) => (
        <li key={r.rule}>
          {more.length > 0 && <span>{sentence(r.text)} </span>}
          <span className="rule-id">{r.rule}</span>
        </li>
      ))}
    </ul>
  );
}
