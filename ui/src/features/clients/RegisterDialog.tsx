import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Server } from 'lucide-react';
import { useState } from 'react';
import type { AuthMethod, ClientView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { Field } from '~/features/cases/Field';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { useToast } from '~/ui/Toast';
import { BoundField, CertificateField } from './CertificateField';
import { KeysField } from './KeysField';
import { MethodField } from './MethodField';
import {
  byKeys,
  bySecret,
  type CertificateDraft,
  certificateDraft,
  certificateFault,
  certificateOf,
  idOk,
  jwksFault,
} from './methods';

interface Draft {
  id: string;
  name: string;
  auth: AuthMethod;
  jwks: string;
  endpoint: boolean;
  certificate: CertificateDraft;
  bound: boolean;
}

const EMPTY: Draft = {
  id: '',
  name: '',
  auth: 'private_key_jwt',
  jwks: '',
  endpoint: false,
  certificate: certificateDraft(undefined),
  bound: false,
};

function wrongWith({ id, name, auth, jwks, certificate }: Draft, taken: readonly string[]) {
  return {
    id: taken.includes(id)
      ? `There is a client named ${id} already.`
      : idOk(id)
        ? undefined
        : 'Give 3 to 64 lower-case letters, digits, dots, colons or hyphens, a letter first; not “console”.',
    name: name.trim() === '' || name.trim().length > 80 ? 'Say in 1 to 80 characters what people call it.' : undefined,
    jwks: byKeys(auth) ? jwksFault(jwks, auth === 'self_signed_tls_client_auth') : undefined,
    certificate: auth === 'tls_client_auth' ? certificateFault(certificate) : undefined,
  };
}

const inputOf = ({ id, name, auth, jwks, endpoint, certificate, bound }: Draft) => ({
  id,
  name: name.trim(),
  auth,
  ...(byKeys(auth) && { jwks: jwks.trim() }),
  ...(auth === 'tls_client_auth' && { certificate: certificateOf(certificate) }),
  certificate_bound: bound,
  endpoint_audience: auth === 'private_key_jwt' && endpoint,
});

function comesWith({ auth }: ClientView) {
  if (bySecret(auth)) return 'It can come once it has a secret.';
  return auth === 'private_key_jwt' ? 'It can come with its key.' : 'It can come with its certificate.';
}

export function RegisterDialog({
  taken,
  onMade,
  onClose,
}: {
  taken: readonly string[];
  onMade: (made: ClientView) => void;
  onClose: () => void;
}) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const [draft, setDraft] = useState(EMPTY);
  const [sent, setSent] = useState(false);
  const set = (more: Partial<Draft>) => setDraft({ ...draft, ...more });
  const create = useMutation({
    mutationFn: () => client.client_create(inputOf(draft)),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: keys.clients });
      say({ icon: Server, title: `${made.id} is registered`, text: comesWith(made) });
      onMade(made);
    },
  });
  const wrong = wrongWith(draft, taken);
  const shown = sent
    ? wrong
    : { id: taken.includes(draft.id) ? wrong.id : undefined, name: undefined, jwks: undefined, certificate: undefined };
  // A private key is said at once, before it is sent anywhere.
  const keysWrong = draft.jwks.trim() === '' ? shown.jwks : wrong.jwks;
  const submit = () => {
    setSent(true);
    if (Object.values(wrong).every((w) => w === undefined) && !create.isPending) create.mutate();
  };
  return (
    <Dialog
      title="Register a client"
      onClose={onClose}
      onSubmit={submit}
      className="wide"
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="ink" submit keys="mod+enter" busy={create.isPending}>
            Register {idOk(draft.id) ? draft.id : ''}
          </Button>
        </>
      }
    >
      <div className="pair">
        <Field label="Id" hint="client_id" wrong={shown.id} help="It stays.">
          {(p) => (
            <input
              {...p}
              className="inp mono"
              value={draft.id}
              autoComplete="off"
              spellCheck={false}
              onChange={(e) => set({ id: e.target.value })}
            />
          )}
        </Field>
        <Field label="Name" wrong={shown.name} help="What people call it.">
          {(p) => (
            <input
              {...p}
              className="inp"
              value={draft.name}
              autoComplete="off"
              onChange={(e) => set({ name: e.target.value })}
            />
          )}
        </Field>
      </div>
      <MethodField value={draft.auth} onChange={(auth) => set({ auth })} />
      {bySecret(draft.auth) && (
        <p className="small mute">You make its first secret after this; it comes in a file, not into this window.</p>
      )}
      {draft.auth === 'tls_client_auth' && (
        <CertificateField
          value={draft.certificate}
          wrong={shown.certificate}
          onChange={(certificate) => set({ certificate })}
        />
      )}
      {byKeys(draft.auth) && (
        <KeysField
          certificates={draft.auth === 'self_signed_tls_client_auth'}
          jwks={draft.jwks}
          wrong={keysWrong}
          onJwks={(jwks) => set({ jwks })}
          endpoint={draft.endpoint}
          onEndpoint={(endpoint) => set({ endpoint })}
        />
      )}
      <BoundField value={draft.bound} onChange={(bound) => set({ bound })} />
      <p className="small mute">
        What it may do stands in the contracts of APIs: the one that names it as its own client, and those that let it
        introspect.
      </p>
      {create.error && <Refusal error={create.error} />}
    </Dialog>
  );
}
