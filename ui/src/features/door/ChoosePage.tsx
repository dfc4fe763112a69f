import { ExternalLink } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import type { ServiceChoice } from '~/api/types';
import { Button } from '~/ui/Button';
import { Refusal } from '~/ui/Fault';

const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/;

/** Why an address can't be one; nothing if it can. */
export function addressFault(url: string): string | undefined {
  if (url.trim() === '') return 'Type the address that your admin gave you.';
  if (!URL.canParse(url)) return 'An address looks like https://countersign.example.';
  if (!url.startsWith('https://') && !LOOPBACK.test(url))
    return 'Only https:// is taken; plain http:// on this computer alone.';
  return undefined;
}

/** First run: the service inside this console, or the company's. */
export function ChoosePage({
  last,
  busy,
  error,
  onChoose,
}: {
  last: ServiceChoice | undefined;
  busy: boolean;
  error: unknown;
  onChoose: (choice: ServiceChoice) => void;
}) {
  const id = useId();
  const [kind, setKind] = useState<ServiceChoice['kind']>(last?.kind ?? 'embedded');
  const [url, setUrl] = useState(last?.kind === 'shared' ? last.url : 'https://');
  const [tried, setTried] = useState(false);
  const fault = kind === 'shared' ? addressFault(url) : undefined;
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!fault) onChoose(kind === 'shared' ? { kind, url: url.trim() } : { kind });
  };
  return (
    <form className="stack stack-18" onSubmit={send} noValidate>
      <h1>Where is your Countersign service?</h1>
      <div className="stack" role="radiogroup" aria-label="Service">
        <label className="pick">
          <input
            className="check"
            type="radio"
            name={id}
            checked={kind === 'embedded'}
            onChange={() => setKind('embedded')}
          />
          <span>
            <b>On this computer</b>
            <small>
              Starts with the app and keeps its record in your app data. Good for learning or a trial: it binds nobody
              who controls this login. Needs nothing installed.
            </small>
          </span>
        </label>
        <label className="pick">
          <input
            className="check"
            type="radio"
            name={id}
            checked={kind === 'shared'}
            onChange={() => setKind('shared')}
          />
          <span>
            <b>My company’s service</b>
            <small>Many people sign for each other and share one record.</small>
          </span>
        </label>
      </div>
      {kind === 'shared' && (
        <div>
          <label className="lab" htmlFor={`${id}url`}>
            Address <span className="hint">ask your admin if you don’t know it</span>
          </label>
          <input
            className="inp mono"
            id={`${id}url`}
            type="url"
            value={url}
            spellCheck={false}
            autoComplete="off"
            onChange={(e) => setUrl(e.target.value)}
            aria-invalid={tried && fault !== undefined}
            aria-describedby={`${id}help`}
          />
          <p
            className={tried && fault ? 'help bad' : 'help'}
            id={`${id}help`}
            role={tried && fault ? 'alert' : undefined}
          >
            {tried && fault ? fault : 'This console will remember it.'}
          </p>
        </div>
      )}
      {error ? <Refusal error={error} /> : null}
      <div className="row">
        <Button kind="ink" size="lg" icon={ExternalLink} submit busy={busy}>
          Sign in with the browser
        </Button>
      </div>
    </form>
  );
}
