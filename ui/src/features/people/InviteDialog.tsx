import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Invited } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { Field } from '~/features/cases/Field';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { nameOk, type Rights, rightsWrong } from './rights';
import { RightsField } from './RightsField';

interface InviteDialogProps {
  groups: readonly string[];
  taken: readonly string[];
  onInvited: (invited: Invited) => void;
  onClose: () => void;
}

export function InviteDialog({ groups, taken, onInvited, onClose }: InviteDialogProps) {
  const client = useClient();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [rights, setRights] = useState<Rights>({ roles: ['agent'], groups: [] });
  const [customer, setCustomer] = useState('');
  const [sent, setSent] = useState(false);
  const invite = useMutation({
    mutationFn: () =>
      client.person_invite({
        name,
        roles: [...rights.roles],
        groups: [...rights.groups],
        ...(customer.trim() && { customer: customer.trim() }),
      }),
    onSuccess: (invited) => {
      void queries.invalidateQueries({ queryKey: keys.people });
      onInvited(invited);
    },
  });
  const wrong = taken.includes(name)
    ? `There is somebody named ${name} already.`
    : nameOk(name)
      ? undefined
      : 'Give 2 to 40 lower-case letters, digits, dots or hyphens.';
  const submit = () => {
    setSent(true);
    if (!wrong && !rightsWrong(rights, true) && !invite.isPending) invite.mutate();
  };
  return (
    <Dialog
      title="Invite somebody"
      onClose={onClose}
      onSubmit={submit}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="ink" submit keys="mod+enter" busy={invite.isPending}>
            Invite {nameOk(name) ? name : ''}
          </Button>
        </>
      }
    >
      <Field
        label="Name"
        hint="to sign in with"
        wrong={sent || taken.includes(name) ? wrong : undefined}
        help="Lower-case letters, digits, dots and hyphens. It stays."
      >
        {(p) => (
          <input
            {...p}
            className="inp mono"
            value={name}
            autoComplete="off"
            spellCheck={false}
            onChange={(e) => setName(e.target.value)}
          />
        )}
      </Field>
      <RightsField value={rights} onChange={setRights} groups={groups} needOne={sent} />
      <Field
        label="Their own customer account"
        hint="if they have one"
        help="What APIs call them, such as cus_8812. They can neither act nor sign for it. It stays."
      >
        {(p) => (
          <input
            {...p}
            className="inp mono"
            value={customer}
            autoComplete="off"
            spellCheck={false}
            onChange={(e) => setCustomer(e.target.value)}
          />
        )}
      </Field>
      {invite.error && <Refusal error={invite.error} />}
    </Dialog>
  );
}
