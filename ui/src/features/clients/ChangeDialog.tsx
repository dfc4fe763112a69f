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
import { BoundField, CertificateField } from './CertificateField';
import { KeysField } from './KeysField';
import {
  byKeys,
  type CertificateDraft,
  certificateDraft,
  certificateFault,
  certificateOf,
  jwksFault,
  shownKeys,
} from './methods';

interface Draft {
  name: string;
  jwks: string;
  endpoint: boolean;
  certificate: CertificateDraft;
  bound: boolean;
}

/** Only what is different. */
function changeOf(before: ClientView, { name, jwks, endpoint, certificate, bound }: Draft): ClientChange {
  const was = certificateDraft(before.certificate);
  const renamed = certificate.kind !== was.kind || certificate.value.trim() !== was.value;
  return {
    ...(name.trim() !== before.name && { name: name.trim() }),
    ...(byKeys(before.auth) && jwks.trim() !== pretty(before.jwks ?? '').trim() && { jwks: jwks.trim() }),
    ...(before.auth === 'private_key_jwt' && endpoint !== before.endpoint_audience && { endpoint_audience: endpoint }),
    ...(before.auth === 'tls_client_auth' && renamed && { certificate: certificateOf(certificate) }),
    ...(bound !== before.certificate_bound && { certificate_bound: bound }),
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
  const [certificate, setCertificate] = useState(certificateDraft(of.certificate));
  const [bound, setBound] = useState(of.certificate_bound);
  const input = changeOf(of, { name, jwks, endpoint, certificate, bound });
  const change = useMutation({
    mutationFn: () => client.client_change(of.id, input),
    onSuccess: (now) => {
      void queries.invalidateQueries({ queryKey: keys.clients });
      say({ icon: Pencil, title: `${now.id} is changed`, text: 'It is in the trail.' });
      onClose();
    },
  });
  const nameWrong = name.trim() === '' || name.trim().length > 80 ? 'Give 1 to 80 characters.' : undefined;
  const own = of.auth === 'self_signed_tls_client_auth';
  const keysWrong = byKeys(of.auth) ? jwksFault(jwks, own) : undefined;
  const certificateWrong = of.auth === 'tls_client_auth' ? certificateFault(certificate) : undefined;
  const lost = input.jwks !== undefined && !keysWrong ? lostKeys(of.jwks, jwks) : [];
  const why =
    (nameWrong ?? keysWrong ?? certificateWrong)
      ? 'correct what is marked first'
      : Object.keys(input).length === 0
        ? 'nothing is changed yet'
        : undefined;
  return (
    <Dialog
      title={`Change ${of.id}`}
      onClose={onClose}
      onSubmit={() => why === undefined && !change.isPending && change.mutate()}
      className={byKeys(of.auth) ? 'wide' : undefined}
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
      {of.auth === 'tls_client_auth' && (
        <CertificateField value={certificate} wrong={certificateWrong} onChange={setCertificate} />
      )}
      {byKeys(of.auth) && (
        <KeysField
          certificates={own}
          jwks={jwks}
          wrong={keysWrong}
          onJwks={setJwks}
          endpoint={endpoint}
          onEndpoint={setEndpoint}
        />
      )}
      <BoundField value={bound} onChange={setBound} />
      {lost.length > 0 && (
        <Note tone="seal" icon={TriangleAlert} alert>
          <p>
            <b>
              {own ? 'Its connections' : 'What it signs'} with {series(lost)}{' '}
              {own ? 'prove nothing from now on.' : 'is refused at once.'}
            </b>{' '}
            Keep the old key beside the new one until the machine has changed.
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
