import { RefreshCw, TriangleAlert } from 'lucide-react';
import { shown } from '~/api/errors';
import { Button } from '~/ui/Button';
import { Note } from '~/ui/parts';
import { Id } from '~/ui/words';

interface Props {
  error: unknown;
  address: string | undefined;
  onRetry: () => void;
  onChange: () => void;
}

/** The service does not answer: not about the account. */
export function SilentPage({ error, address, onRetry, onChange }: Props) {
  const it = shown(error);
  return (
    <div className="stack stack-18">
      <div className="stack">
        <h1>The service does not answer</h1>
        <p className="two">
          {address === undefined ? 'The service on this computer' : <span className="mono">{address}</span>} could not
          be reached.
        </p>
      </div>
      <Note tone="ochre" icon={TriangleAlert} alert>
        <p>
          <b>Nothing was sent.</b> Check the address and your network, then try again. This is not about your account.
        </p>
        <p className="small mute">
          {it.text} {it.correlation && <Id of={it.correlation} label="correlation" />}
        </p>
      </Note>
      <div className="row">
        <Button kind="ink" size="lg" icon={RefreshCw} onClick={onRetry} autoFocus>
          Try again
        </Button>
        <Button onClick={onChange}>Change the address</Button>
      </div>
    </div>
  );
}
