import { useMutation } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Refusal } from '~/ui/Fault';

/** An empty service of one's own: somebody must be the first admin. */
export function FirstAdminPage({ onAnother }: { onAnother: () => void }) {
  const client = useClient();
  const open = useMutation({ mutationFn: client.setup_open });
  const signIn = useMutation({ mutationFn: client.sign_in });
  const error = open.error ?? signIn.error;
  return (
    <div className="stack stack-18">
      <div className="stack">
        <h1>Make the first admin</h1>
        <p className="two">
          The service on this computer is empty. Your browser opens a page on which you name the workspace and its first
          admin, and choose the password. The admin then invites everybody else; nobody signs for themselves, so you
          need at least one more.
        </p>
      </div>
      {error ? <Refusal error={error} /> : null}
      {open.isSuccess && (
        <p className="two" role="status">
          The page has opened. When you are done there, sign in here.
        </p>
      )}
      <div className="row wrap">
        <Button
          kind={open.isSuccess ? 'plain' : 'ink'}
          size="lg"
          icon={ExternalLink}
          busy={open.isPending}
          onClick={() => open.mutate()}
        >
          {open.isSuccess ? 'Open it again' : 'Make the first admin in the browser'}
        </Button>
        {open.isSuccess && (
          <Button kind="ink" size="lg" icon={ExternalLink} busy={signIn.isPending} onClick={() => signIn.mutate()}>
            Sign in
          </Button>
        )}
        <span className="push" />
        <Button kind="ghost" onClick={onAnother}>
          Another service…
        </Button>
      </div>
    </div>
  );
}
