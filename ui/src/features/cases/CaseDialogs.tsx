// Acts on a case. Each asks once and says what ends.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleStop, FolderOpen, type LucideIcon, TriangleAlert, UserRound } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { CaseView, EventView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { Facts, Note } from '~/ui/parts';
import { useToast } from '~/ui/Toast';
import { Customer } from '~/ui/words';
import { AgentSelect } from './AgentSelect';
import { WhatEnds } from './WhatEnds';

export type CaseAct = 'assign' | 'close' | 'reopen';

interface ActProps {
  of: CaseView;
  onClose: () => void;
}

export function CaseDialog({ act, ...props }: ActProps & { act: CaseAct }) {
  if (act === 'assign') return <AssignDialog {...props} />;
  return act === 'close' ? <CloseDialog {...props} /> : <ReopenDialog {...props} />;
}

function useAct(
  run: () => Promise<CaseView>,
  onClose: () => void,
  said: (done: CaseView) => [LucideIcon, string, string],
) {
  const queries = useQueryClient();
  const say = useToast();
  return useMutation({
    mutationFn: run,
    onSuccess: (done) => {
      void queries.invalidateQueries({ queryKey: keys.cases });
      const [icon, title, text] = said(done);
      say({ icon, title, text });
      onClose();
    },
  });
}

const aboutCase = (c: CaseView) => (e: EventView) => e.case === c.id;

function Foot({ keep, onClose, children }: { keep: string; onClose: () => void; children: ReactNode }) {
  return (
    <>
      <Button kind="ghost" keys="Esc" onClick={onClose} data-autofocus="">
        {keep}
      </Button>
      {children}
    </>
  );
}

function CloseDialog({ of: c, onClose }: ActProps) {
  const client = useClient();
  const close = useAct(
    () => client.case_close(c.id),
    onClose,
    () => [CircleStop, `Case ${c.key} is closed`, 'What it justified has ended.'],
  );
  return (
    <Dialog
      title={`Close ${c.key}?`}
      onClose={onClose}
      foot={
        <Foot keep="Keep it open" onClose={onClose}>
          <Button kind="danger-solid" busy={close.isPending} onClick={() => close.mutate()}>
            Close {c.key}
          </Button>
        </Foot>
      }
    >
      <p className="two">
        All that this case justifies ends at once: tokens are refused within seconds, and nothing new can be asked. This
        cannot be undone; opening the case again brings nothing back.
      </p>
      <Facts
        rows={[
          ['Ends now', <WhatEnds about={aboutCase(c)} />],
          ['Customer', <Customer subject={c.customer.subject} />],
          ['Assignee', c.assignee?.name ?? <span className="mute">nobody</span>],
          ['Stays', 'what was done, and its lines in the trail'],
        ]}
      />
      {close.error && <Refusal error={close.error} />}
    </Dialog>
  );
}

function ReopenDialog({ of: c, onClose }: ActProps) {
  const client = useClient();
  const reopen = useAct(
    () => client.case_reopen(c.id),
    onClose,
    () => [FolderOpen, `Case ${c.key} is open again`, 'Nothing that had ended with it came back.'],
  );
  return (
    <Dialog
      title={`Open ${c.key} again?`}
      onClose={onClose}
      foot={
        <Foot keep="Leave it closed" onClose={onClose}>
          <Button kind="ink" busy={reopen.isPending} onClick={() => reopen.mutate()}>
            Open {c.key} again
          </Button>
        </Foot>
      }
    >
      <p className="two">
        {c.assignee
          ? `${c.assignee.name} can then ask for access because of it, with new signatures.`
          : 'Nobody works on it; give it to somebody next.'}{' '}
        Nothing that ended with it comes back.
      </p>
      {reopen.error && <Refusal error={reopen.error} />}
    </Dialog>
  );
}

function AssignDialog({ of: c, onClose }: ActProps) {
  const client = useClient();
  const before = c.assignee?.id ?? '';
  const [to, setTo] = useState(before);
  const assign = useAct(
    () => client.case_assign(c.id, to ? { assignee: to } : {}),
    onClose,
    (done) => [
      UserRound,
      `${c.key} is ${done.assignee ? `with ${done.assignee.name}` : 'with nobody'}`,
      'It is in the trail.',
    ],
  );
  const same = to === before;
  const ends = !same && c.assignee !== undefined;
  return (
    <Dialog
      title={`Give ${c.key} to somebody`}
      onClose={onClose}
      onSubmit={() => !same && !assign.isPending && assign.mutate()}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose}>
            Cancel
          </Button>
          <Button
            kind={ends ? 'danger-solid' : 'ink'}
            submit
            busy={assign.isPending}
            why={same ? 'choose somebody else than now' : undefined}
          >
            {to === '' ? `Take ${c.key} away` : `Give ${c.key}`}
          </Button>
        </>
      }
    >
      <p className="two">
        {c.title}. Now with {c.assignee ? <b>{c.assignee.name}</b> : 'nobody'}.
      </p>
      <AgentSelect value={to} onChange={setTo} />
      {ends && (
        <Note tone="seal" icon={TriangleAlert}>
          <p>
            <b>What {c.assignee?.name} has because of this case ends at once,</b> and cannot be undone:
          </p>
          <WhatEnds about={aboutCase(c)} />
        </Note>
      )}
      {assign.error && <Refusal error={assign.error} />}
    </Dialog>
  );
}
