import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleStop, VenetianMask } from 'lucide-react';
import { type FormEvent, useId } from 'react';
import type { DelegationView } from '~/api/types';
import { useKeys } from '~/app/keys';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { endSentence } from '~/features/acting/ended';
import { Button } from '~/ui/Button';
import { Refusal } from '~/ui/Fault';
import { Note } from '~/ui/parts';
import { Answer } from './Answer';
import { bodyFault, callFault, type Draft, takesBody } from './draft';

interface Props {
  delegation: DelegationView;
  draft: Draft;
  onDraft: (draft: Draft) => void;
}

/** One call: method, path, body; and what came of the last one. */
export function Composer({ delegation, draft, onDraft }: Props) {
  const { send, call, why } = useCall(delegation, draft);
  return (
    <div className="pad stack stack-16">
      <form
        className="call"
        aria-label="Call"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          send();
        }}
      >
        <span className="verb">{draft.method}</span>
        <input
          className="path"
          aria-label="Path"
          value={draft.path}
          spellCheck={false}
          autoComplete="off"
          onChange={(e) => onDraft({ ...draft, path: e.target.value })}
        />
        <Button kind="ink" submit keys="mod+enter" busy={call.isPending} why={why}>
          Send
        </Button>
      </form>
      {delegation.mode === 'impersonation' && (
        <Note tone="seal" icon={VenetianMask}>
          <p>
            <b>The API believes that you are the customer.</b> It cannot tell the two of you apart. The trail names you
            on every line.
          </p>
        </Note>
      )}
      {delegation.ended && (
        <Note tone="seal" icon={CircleStop}>
          <p>
            <b>The session has ended: {endSentence(delegation)}.</b> You can still press Send: an API that asks the
            service refuses at once, any other when its token runs out, minutes later.
          </p>
        </Note>
      )}
      {takesBody(draft.method) && <BodyEditor draft={draft} onDraft={onDraft} />}
      {call.error && <Refusal error={call.error} />}
      {call.data && call.variables && <Answer answer={call.data} sent={call.variables} delegation={delegation} />}
      <p className="small mute">The token never enters this window: the console adds it to the call.</p>
    </div>
  );
}

function useCall(delegation: DelegationView, draft: Draft) {
  const client = useClient();
  const queries = useQueryClient();
  const call = useMutation({
    mutationFn: (sent: Draft) =>
      client.api_call({
        method: sent.method,
        path: sent.path,
        ...(takesBody(sent.method) && sent.body.trim() !== '' ? { body: sent.body } : {}),
      }),
    onSettled: () => void queries.invalidateQueries({ queryKey: keys.story(delegation.id) }),
  });
  const why = callFault(draft);
  const send = () => {
    if (!why && !call.isPending) call.mutate(draft);
  };
  useKeys({ 'mod+enter': send });
  return { send, call, why };
}

function BodyEditor({ draft, onDraft }: Pick<Props, 'draft' | 'onDraft'>) {
  const id = useId();
  const fault = bodyFault(draft.body);
  return (
    <div className="stack stack-6">
      <div className="row">
        <label className="h3" htmlFor={id}>
          Body
        </label>
        <span className={fault ? 'push small t-seal' : 'push small mute'} id={`${id}said`} role="status">
          {fault ? `Not JSON: ${fault}` : 'JSON'}
        </span>
      </div>
      <textarea
        className="area code body-in"
        id={id}
        rows={Math.min(14, Math.max(5, draft.body.split('\n').length + 1))}
        spellCheck={false}
        value={draft.body}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}said`}
        onChange={(e) => onDraft({ ...draft, body: e.target.value })}
      />
    </div>
  );
}
