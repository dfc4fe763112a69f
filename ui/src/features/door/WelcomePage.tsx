import { ExternalLink, FlaskConical } from 'lucide-react';
import type { ServiceView } from '~/api/types';
import { Button } from '~/ui/Button';
import { Refusal } from '~/ui/Fault';
import { Note } from '~/ui/parts';

interface Props {
  service: ServiceView;
  busy: boolean;
  error: unknown;
  onSignIn: () => void;
  onAnother: () => void;
}

/** The service is known; nobody is signed in. */
export function WelcomePage({ service, busy, error, onSignIn, onAnother }: Props) {
  return (
    <div className="stack stack-18">
      <div className="stack">
        <h1>Sign in</h1>
        <p className="two">
          {service.embedded ? 'The service on this computer' : 'Your company’s service'},{' '}
          <span className="mono">{service.issuer}</span>. Your browser asks for your name and password; this window
          never sees them.
        </p>
      </div>
      {service.sample && (
        <Note icon={FlaskConical}>
          <p>
            <b>This is the sample workspace.</b> dana and tove ask, sana and imre sign, ruth administers, ines audits.
            The page in the browser says their password.
          </p>
        </Note>
      )}
      {error ? <Refusal error={error} /> : null}
      <div className="row">
        <Button kind="ink" size="lg" icon={ExternalLink} busy={busy} onClick={onSignIn} autoFocus>
          Sign in with the browser
        </Button>
        <span className="push" />
        <Button kind="ghost" onClick={onAnother}>
          Another service…
        </Button>
      </div>
    </div>
  );
}
