// Parts of a page: rules, boxes, facts, notices, what is empty.
import { Check, Copy, type LucideIcon } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from './Button';
import { Icon } from './Icon';
import { cx } from './text';

/** A rule and a heading, no box. */
export function Panel({ title, right, children }: { title: ReactNode; right?: ReactNode; children: ReactNode }) {
  return (
    <section className="panel">
      <header>
        <h2>{title}</h2>
        {right && <div className="push row">{right}</div>}
      </header>
      {children}
    </section>
  );
}

/** A box, for tables and instruments only. */
export function Sheet({ title, right, children }: { title: ReactNode; right?: ReactNode; children: ReactNode }) {
  return (
    <section className="sheet">
      <header>
        <h2>{title}</h2>
        {right && <div className="push row">{right}</div>}
      </header>
      {children}
    </section>
  );
}

export type FactRow = readonly [name: string, value: ReactNode];

/** Facts: name and value. */
export function Facts({ rows }: { rows: readonly FactRow[] }) {
  return (
    <dl className="facts-l">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A notice: what is so, in its ink. */
export function Note({
  tone,
  icon,
  children,
  alert,
}: {
  tone?: 'ochre' | 'seal' | 'ledger' | 'pen';
  icon: LucideIcon;
  children: ReactNode;
  alert?: boolean;
}) {
  return (
    <div className={cx('note', tone)} role={alert ? 'alert' : 'note'}>
      <Icon of={icon} />
      <div>{children}</div>
    </div>
  );
}

/** Why it is empty, how it fills, when we last looked. */
export function Empty({ title, children, acts }: { title: string; children: ReactNode; acts?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
      {acts && <div className="row">{acts}</div>}
    </div>
  );
}

/** The heading of a pane: what, how many, and at the right what else. */
export function PaneHead({ title, count, right }: { title: string; count?: ReactNode; right?: ReactNode }) {
  return (
    <div className="pane-h">
      <h2 className="two">{title}</h2>
      {count !== undefined && <span>{count}</span>}
      {right && <span className="push row">{right}</span>}
    </div>
  );
}

const WIDTHS = ['w-60', 'w-40', 'w-80'];

/** Lines that stand for what is being fetched. */
export function Loading({ what, lines = 8 }: { what: string; lines?: number }) {
  return (
    <div className="pad stack stack-16" role="status" aria-busy="true" aria-label={`Loading ${what}`}>
      {Array.from({ length: lines }, (_, i) => (
        <div className="row" key={i}>
          <span className="skel w-20" />
          <span className={cx('skel', WIDTHS[i % 3])} />
        </div>
      ))}
    </div>
  );
}

async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

/** Copies, and says that it did. */
export function CopyButton({ text, children, small }: { text: string; children: string; small?: boolean }) {
  const [done, setDone] = useState<'' | 'copied' | 'failed'>('');
  const copy = () => {
    copyText(text).then(
      () => setDone('copied'),
      () => setDone('failed'),
    );
    setTimeout(() => setDone(''), 2000);
  };
  return (
    <Button size={small ? 'sm' : undefined} icon={done === 'copied' ? Check : Copy} onClick={copy}>
      {done === 'copied' ? 'Copied' : done === 'failed' ? 'Select it by hand' : children}
      <span className="sr" role="status">
        {done}
      </span>
    </Button>
  );
}

/** A link of the web page that only runs something here. */
export function LinkButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className="link" onClick={onClick}>
      {children}
    </button>
  );
}
