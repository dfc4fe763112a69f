// Who is here and what they may come to do.
import { useQuery } from '@tanstack/react-query';
import { UserRoundPlus } from 'lucide-react';
import { useState } from 'react';
import type { Invited, PersonView } from '~/api/types';
import { useNow } from '~/app/clock';
import { Page } from '~/app/Page';
import { peopleQuery } from '~/app/queries';
import { useClient, useMe, useOfflineWhy } from '~/app/services';
import { Button } from '~/ui/Button';
import { Fault } from '~/ui/Fault';
import { Empty, Loading } from '~/ui/parts';
import { count } from '~/ui/text';
import { ChangeDialog } from './ChangeDialog';
import { InviteDialog } from './InviteDialog';
import { LinkDialog, NewLinkDialog } from './LinkDialog';
import { PeopleTable, type PersonAct } from './PeopleTable';
import { APPROVERS, groupsOf } from './rights';

type Open = { what: 'invite' } | { what: PersonAct; person: PersonView } | { what: 'shown'; invited: Invited };

export function PeoplePage() {
  const { data, error, refetch } = useQuery(peopleQuery(useClient()));
  const [open, setOpen] = useState<Open>();
  const offline = useOfflineWhy();
  const invite = (
    <Button kind="ink" icon={UserRoundPlus} why={offline} onClick={() => setOpen({ what: 'invite' })}>
      Invite…
    </Button>
  );
  return (
    <Page title="People and roles" acts={data && invite}>
      {data ? (
        data.length === 0 ? (
          <Empty title="Nobody is here" acts={invite}>
            The service has no people to show. Invite somebody: they get a link and choose a password.
          </Empty>
        ) : (
          <List people={data} offline={offline} onAct={(what, person) => setOpen({ what, person })} />
        )
      ) : error ? (
        <Fault error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading what="the people" />
      )}
      {open && data && <OpenDialog open={open} people={data} onOpen={setOpen} />}
    </Page>
  );
}

interface ListProps {
  people: readonly PersonView[];
  offline: string | undefined;
  onAct: (act: PersonAct, of: PersonView) => void;
}

function List({ people, offline, onAct }: ListProps) {
  const me = useMe();
  const now = useNow();
  const invited = people.filter((p) => p.state === 'invited').length;
  const signers = people.filter((p) => p.roles.includes('approver') && p.groups.includes(APPROVERS)).length;
  const agents = people.filter((p) => p.roles.includes('agent')).length;
  return (
    <>
      <p className="bar-tools small two">
        <span>
          {count(people.length, 'person', 'people')}: {count(agents, 'agent')}, {signers.toLocaleString('en')} who can
          sign
        </span>
        {invited > 0 && <span className="t-ochre">{invited.toLocaleString('en')} invited and not joined yet</span>}
      </p>
      <PeopleTable people={people} me={me} now={now} offline={offline} onAct={onAct} />
    </>
  );
}

function OpenDialog({
  open,
  people,
  onOpen,
}: {
  open: Open;
  people: readonly PersonView[];
  onOpen: (open: Open | undefined) => void;
}) {
  const groups = groupsOf(people);
  const onClose = () => onOpen(undefined);
  const show = (invited: Invited) => onOpen({ what: 'shown', invited });
  if (open.what === 'shown') return <LinkDialog invited={open.invited} onClose={onClose} />;
  if (open.what === 'invite')
    return <InviteDialog groups={groups} taken={people.map((p) => p.name)} onInvited={show} onClose={onClose} />;
  if (open.what === 'link') return <NewLinkDialog person={open.person} onMade={show} onClose={onClose} />;
  return <ChangeDialog person={open.person} groups={groups} onClose={onClose} />;
}
