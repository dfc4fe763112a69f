// Opens a case in the built-in list.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FolderPlus } from 'lucide-react';
import { useState } from 'react';
import type { CaseCreate, Priority } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { Seg } from '~/ui/Seg';
import { useToast } from '~/ui/Toast';
import { AgentSelect } from './AgentSelect';
import { Field } from './Field';
import { PRIORITIES } from './list';

interface Draft {
  key: string;
  title: string;
  customer: string;
  priority: Priority;
  assignee: string;
}

type Wrong = Partial<Record<keyof Draft, string>>;

/** The same bounds as the service's. */
export function wrongWith({ key, title, customer }: Pick<Draft, 'key' | 'title' | 'customer'>): Wrong {
  const wrong: Wrong = {};
  if (!/^[A-Za-z0-9-]{2,40}$/.test(key)) wrong.key = 'Give 2 to 40 letters, digits or hyphens, such as ZD-4711.';
  if (title.trim() === '' || title.length > 200) wrong.title = 'Say in 1 to 200 characters what it is about.';
  if (!/^[!-~]{1,120}$/.test(customer))
    wrong.customer = 'Give what APIs call the customer: 1 to 120 characters without spaces, such as cus_8812.';
  return wrong;
}

export function CaseForm({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const [draft, setDraft] = useState<Draft>({ key: '', title: '', customer: '', priority: 'normal', assignee: '' });
  const [sent, setSent] = useState(false);
  const create = useMutation({
    mutationFn: (input: CaseCreate) => client.case_create(input),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: keys.cases });
      say({ icon: FolderPlus, title: `Case ${made.key} is open`, text: `For ${made.customer.subject}.` });
      onClose();
    },
  });
  const wrong = wrongWith(draft);
  const shown: Wrong = sent ? wrong : {};
  const set = (more: Partial<Draft>) => setDraft({ ...draft, ...more });
  const submit = () => {
    setSent(true);
    if (Object.keys(wrong).length > 0 || create.isPending) return;
    const { assignee, ...rest } = draft;
    create.mutate({ ...rest, title: draft.title.trim(), ...(assignee && { assignee }) });
  };
  return (
    <Dialog
      title="New case"
      onClose={onClose}
      onSubmit={submit}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="ink" submit keys="mod+enter" busy={create.isPending}>
            Open the case
          </Button>
        </>
      }
    >
      <div className="pair">
        <Field label="Key" wrong={shown.key}>
          {(p) => (
            <input
              {...p}
              className="inp mono"
              value={draft.key}
              placeholder="ZD-4711"
              onChange={(e) => set({ key: e.target.value })}
            />
          )}
        </Field>
        <Field label="Customer" wrong={shown.customer}>
          {(p) => (
            <input
              {...p}
              className="inp mono"
              value={draft.customer}
              placeholder="cus_8812"
              onChange={(e) => set({ customer: e.target.value })}
            />
          )}
        </Field>
      </div>
      <Field label="Title" hint="no personal data" wrong={shown.title}>
        {(p) => <input {...p} className="inp" value={draft.title} onChange={(e) => set({ title: e.target.value })} />}
      </Field>
      <div>
        <span className="lab">Priority</span>
        <Seg
          label="Priority"
          small
          items={PRIORITIES}
          value={draft.priority}
          onChange={(priority) => set({ priority })}
        />
      </div>
      <AgentSelect value={draft.assignee} onChange={(assignee) => set({ assignee })} />
      {create.error && <Refusal error={create.error} />}
    </Dialog>
  );
}
