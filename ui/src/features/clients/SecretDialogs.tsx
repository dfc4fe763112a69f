// Making a secret, which never comes here, and dropping one.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileKey, KeyRound, TriangleAlert } from 'lucide-react';
import type { ClientView, SecretView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { CopyButton, Note } from '~/ui/parts';
import { exact } from '~/ui/time';
import { useToast } from '~/ui/Toast';

interface Props {
  of: ClientView;
  onClose: () => void;
}

/** Makes one, then says in which file it is. */
export function MakeSecretDialog({ of, onClose }: Props) {
  const client = useClient();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => client.client_secret_make(of.id),
    onSettled: () => void queries.invalidateQueries({ queryKey: keys.clients }),
  });
  if (make.data) return <Saved of={of} path={make.data.path} onClose={onClose} />;
  return (
    <Dialog
      title={`Make a secret for ${of.id}?`}
      onClose={onClose}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose} data-autofocus="">
            Cancel
          </Button>
          <Button kind="ink" icon={KeyRound} busy={make.isPending} onClick={() => make.mutate()}>
            Make the secret
          </Button>
        </>
      }
    >
      <p className="two">
        The console writes it into a file on this computer that only you can read. It does not come into this window,
        and the service keeps only its hash.
      </p>
      {of.secrets.length > 0 && (
        <p className="two">
          The secret that {of.id} uses now goes on. When the machine has changed to the new one, drop the old one: that
          way nothing fails in between.
        </p>
      )}
      {make.error && <Refusal error={make.error} />}
    </Dialog>
  );
}

function Saved({ of, path, onClose }: Props & { path: string }) {
  return (
    <Dialog
      title={`A secret for ${of.id} is in a file`}
      onClose={onClose}
      foot={
        <Button kind="ink" onClick={onClose} data-autofocus="">
          Done
        </Button>
      }
    >
      <div className="row">
        <input
          className="inp mono"
          readOnly
          aria-label="The file"
          value={path}
          onFocus={(e) => e.currentTarget.select()}
        />
        <CopyButton text={path}>Copy the path</CopyButton>
      </div>
      <Note icon={FileKey} tone="ochre">
        <p>
          <b>Only you can read the file, and the secret is nowhere else.</b> It never came into this window. Take it to
          where {of.id} runs, then delete the file.
        </p>
      </Note>
      <p className="small mute">If it gets lost, drop it and make another.</p>
    </Dialog>
  );
}

/** Takes a secret away, after saying what is refused then. */
export function DropSecretDialog({ of, secret, onClose }: Props & { secret: SecretView }) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const drop = useMutation({
    mutationFn: () => client.client_secret_drop(of.id, { secret: secret.id }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.clients });
      say({ icon: KeyRound, title: 'The secret is dropped', text: `${of.id} is refused with it from now on.` });
      onClose();
    },
  });
  const last = of.secrets.length === 1;
  return (
    <Dialog
      title={`Drop a secret of ${of.id}?`}
      onClose={onClose}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose} data-autofocus="">
            Keep it
          </Button>
          <Button kind="danger-solid" busy={drop.isPending} onClick={() => drop.mutate()}>
            Drop the secret
          </Button>
        </>
      }
    >
      <p className="two">
        Whoever comes with the secret made {exact(secret.made_at)} is refused at once. It can’t be brought back.
      </p>
      {last ? (
        <Note tone="seal" icon={TriangleAlert}>
          <p>
            <b>It is the only one.</b> {of.id} can’t come any more until it has another.
          </p>
        </Note>
      ) : (
        <p className="two">Its other secret goes on. Be sure that the machine uses that one.</p>
      )}
      {drop.error && <Refusal error={drop.error} />}
    </Dialog>
  );
}
