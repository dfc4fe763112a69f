import { useMutation, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert, UserRoundCog } from 'lucide-react';
import { useState } from 'react';
import type { PersonView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { WhatEnds } from '~/features/cases/WhatEnds';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { Note } from '~/ui/parts';
import { series } from '~/ui/text';
import { useToast } from '~/ui/Toast';
import { losses, type Rights, rightsWrong, sameRights } from './rights';
import { RightsField } from './RightsField';

export function ChangeDialog({
  person,
  groups,
  onClose,
}: {
  person: PersonView;
  groups: readonly string[];
  onClose: () => void;
}) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const [rights, setRights] = useState<Rights>(person);
  const change = useMutation({
    mutationFn: () => client.person_change(person.id, { roles: [...rights.roles], groups: [...rights.groups] }),
    onSuccess: (now) => {
      void queries.invalidateQueries({ queryKey: keys.people });
      const text = now.roles.length > 0 ? `Now ${series(now.roles)}.` : 'Now without a role.';
      say({ icon: UserRoundCog, title: `Roles of ${now.name} are changed`, text });
      onClose();
    },
  });
  const lost = losses(person.name, person, rights);
  const same = sameRights(person, rights);
  const why = same ? 'nothing is changed yet' : rightsWrong(rights, false);
  return (
    <Dialog
      title={`Roles and groups of ${person.name}`}
      onClose={onClose}
      onSubmit={() => why === undefined && !change.isPending && change.mutate()}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose}>
            Cancel
          </Button>
          <Button
            kind={lost.length > 0 ? 'danger-solid' : 'ink'}
            submit
            keys="mod+enter"
            busy={change.isPending}
            why={why}
          >
            Change roles of {person.name}
          </Button>
        </>
      }
    >
      <RightsField value={rights} onChange={setRights} groups={groups} needOne={false} />
      {lost.length > 0 && (
        <Note tone="seal" icon={TriangleAlert} alert>
          {lost.map((loss) => (
            <div className="loss" key={loss.text}>
              <p>
                <b>{loss.text}</b>
              </p>
              {loss.sessions && <WhatEnds sessionsOnly about={(e) => e.actor.id === person.id} />}
            </div>
          ))}
          <p>It can be given back; what has ended stays ended.</p>
        </Note>
      )}
      {change.error && <Refusal error={change.error} />}
    </Dialog>
  );
}
