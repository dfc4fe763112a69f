import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pencil, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { ClientChange, ClientView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { Field } from '~/features/cases/Field';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { pretty } from '~/ui/Json';
import { Note } from '~/ui/parts';
import { series } from '~/ui/text';
import { useToast } from '~/ui/Toast';
import { KeysField } from './KeysField';
import { bySecret, jwksFault, shownKeys } from './methods';

/** Only what is different. */
function changeOf(before: ClientView, name: string, jwks: string, endpoint: boolean): ClientChange {
  const keyed = !bySecret(before.auth);
  return {
    ...(name.trim() !== before.name && { name: name.trim() }),
    ...(keyed && jwks.trim() !== pretty(before.jwks ?? '').trim() && { jwks: jwks.trim() }),
    ...(keyed && endpoint !== before.endpoint_audience && { endpoint_audience: endpoint }),
  };
}

/** Keys by which it is known now and would not be any more. */
export function lostKeys(before: string | undefined, after: string): string[] {
  const stay = new Set(shownKeys(after).map((k) => k.kid));
  return shownKeys(before).flatMap((k) => (stay.has(k.kid) ? [] : [k.kid ?? 'one without a name']));
}

/** Another name or other keys. How it proves who it is stays. */
export function ChangeDialog({ of, onClose }: { of: ClientView; onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const [name, setName] = useState(of.name);
  const [jwks, setJwks] = useState(pretty(of.jwks ?? ''));
  const [endpoint, setEndpoint] = useState(of.endpoint_audience);
  const input = changeOf(of, name, jwks, endpoint);
  const change = useMutation({
    mutationFn: () => client.client_change(of.id, input),
    onSuccess: (now) => {
      void queries.invalidateQueries({ queryKey: keys.clients });
      say({ icon: Pencil, title: `${now.id} is changed`, text: 'It is in the trail.' });
      onClose();
    },
  });
  const nameWrong = name.trim() === '' || name.trim().length > 80 ? 'Give 1 to 80 characters.' : undefined;
  const keysWrong = bySecret(of.auth) ? undefined : jwksFault(jwks);
  const lost = input.jwks !== undefined && !keysWrong ? lostKeys(of.jwks, jwks) : [];
  const why =
    (nameWrong ?? keysWrong)
      ? 'correct what is marked first'
      : Object.keys(input).length === 0
        ? 'nothing is changed yet'
        : undefined;
  return (
    <Dialog
      title={`Change ${of.id}`}
      onClose={onClose}
      onSubmit={() => why === undefined && !change.isPending && change.mutate()}
      className={bySecret(of.auth) ? undefined : 'wide'}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose}>
            Cancel
          </Button>
          <Button
            kind={lost.length > 0 ? 'danger-solid' : 'ink'}
            submit
            keys="mod+enter"
            why={why}
            busy={change.isPending}
          >
            Change {of.id}
          </Button>
        </>
      }
    >
      <Field label="Name" wrong={nameWrong}>
        {(p) => (
          <input {...p} className="inp" value={name} autoComplete="off" onChange={(e) => setName(e.target.value)} />
        )}
      </Field>
      {!bySecret(of.auth) && (
        <KeysField jwks={jwks} wrong={keysWrong} onJwks={setJwks} endpoint={endpoint} onEndpoint={setEndpoint} />
      )}
      {lost.length > 0 && (
        <Note tone="seal" icon={TriangleAlert} alert>
          <p>
            <b>What it signs with {series(lost)} is refused at once.</b> Keep the old key beside the new one until the
            machine has changed.
          </p>
        </Note>
      )}
      <p className="small mute">
        Id and method stay. For another method, register another client and name it in the contract.
      </p>
      {change.error && <Refusal error={change.error} />}
    </Dialog>
  );
}
