import { type ReactNode } from 'react';

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\b\d+(?:\.\d+)?\b|\btrue\b|\bfalse\b|\bnull\b)/g;

/** Text as it is; JSON with its parts inked. Long texts are left plain. */
export function Json({ text, label }: { text: string; label: string }) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
    <pre className="code claims pad-c" tabIndex={0} aria-label={label}>
      {text.length > 60_000 ? text : inked(text)}
    </pre>
  );
}

function inked(text: string): ReactNode[] {
  const out: ReactNode[] = [];
  let last = 0;
  for (const m of text.matchAll(TOKEN)) {
    const [all, string, colon, literal] = m;
    if (m.index > last) out.push(text.slice(last, m.index));
    out.push(
      <span key={m.index} className={literal ? 'n' : colon ? 'k' : 's'}>
        {string ?? literal}
      </span>,
    );
    if (colon) out.push(colon);
    last = m.index + all.length;
  }
  out.push(text.slice(last));
  return out;
}

/** Laid out over lines if it is JSON, else as it came. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
