// A link that is shown once, and the making of a new one.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Info, TriangleAlert } from 'lucide-react';
import type { Invited, PersonView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient, useMe } from '~/app/services';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { CopyButton, Note } from '~/ui/parts';
import { exact } from '~/ui/time';

/** The link, once. */
export function LinkDialog({
  invited: { person, link, expires_at },
  onClose,
}: {
  invited: Invited;
  onClose: () => void;
}) {
  const me = useMe();
  return (
    <Dialog
      title={`Link for ${person.name}`}
      onClose={onClose}
      foot={
        <Button kind="ink" onClick={onClose}>
          Done
        </Button>
      }
    >
      <p className="two">
        For <b>{person.name}</b> only. Good once, until {exact(expires_at)}. There {person.name} chooses a password.
      </p>
      <div className="row">
        <input
          className="inp mono"
          readOnly
          aria-label={`Link for ${person.name}`}
          value={link}
          onFocus={(e) => e.currentTarget.select()}
        />
        <CopyButton text={link}>Copy</CopyButton>
      </div>
      <Note icon={TriangleAlert} tone="ochre">
        <p>
          <b>It is shown this once and kept nowhere.</b> Whoever has it becomes {person.name}: hand it over yourself. If
          it gets lost, make a new one, which ends this.
        </p>
      </Note>
      {me.roles.length > 0 && (
        <p className="small mute">
          As you have seen it, you and {person.name} can never sign for each other. That stands in the trail.
        </p>
      )}
    </Dialog>
  );
}

/** Says what a new link ends, then makes it. */
export function NewLinkDialog({
  person,
  onMade,
  onClose,
}: {
  person: PersonView;
  onMade: (invited: Invited) => void;
  onClose: () => void;
}) {
  const client = useClient();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => client.person_reinvite(person.id),
    onSuccess: (invited) => {
      void queries.invalidateQueries({ queryKey: keys.people });
      onMade(invited);
    },
  });
  const joined = person.state === 'active';
  return (
    <Dialog
      title={`New link for ${person.name}?`}
      onClose={onClose}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose} data-autofocus="">
            Cancel
          </Button>
          <Button kind={joined ? 'danger-solid' : 'ink'} busy={make.isPending} onClick={() => make.mutate()}>
            Make a link for {person.name}
          </Button>
        </>
      }
    >
      <ul className="what-ends">
        <li>Older links for {person.name} are over at once.</li>
        {joined && (
          <li>
            When {person.name} uses the new one, the old password is over and each of {person.name}’s sign-ins ends,
            with what they act in.
          </li>
        )}
        <li>Roles and groups stay as they are.</li>
      </ul>
      <Note icon={Info}>
        <p>
          {joined ? 'Do this if the password is lost or known to somebody else.' : `${person.name} has not joined yet.`}{' '}
          You and {person.name} can then never sign for each other, because you will have held the link.
        </p>
      </Note>
      {make.error && <Refusal error={make.error} />}
    </Dialog>
  );
}
