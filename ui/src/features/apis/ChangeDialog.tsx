import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleX, type LucideIcon, PenLine, Undo2 } from 'lucide-react';
import type { ContractChangeView } from '~/api/types';
import { keys } from '~/app/queries';
import { type Client } from '~/api/client';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { Rosette } from '~/ui/Rosette';
import { count, shortHash } from '~/ui/text';
import { useToast } from '~/ui/Toast';
import { widens } from './diff';

export type ChangeAct = 'agree' | 'refuse' | 'withdraw';

interface Words {
  title: string;
  follows: string;
  button: string;
  kind: 'sign' | 'danger-solid';
  done: readonly [LucideIcon, string, string];
}

function wordsOf(act: ChangeAct, c: ContractChangeView): Words {
  const name = c.contract.name;
  const version = `v${c.base_version + 1}`;
  if (act === 'agree')
    return {
      title: c.base_version === 0 ? `Agree to ${name}?` : `Agree to ${version} of ${name}?`,
      follows:
        c.base_version === 0
          ? `${name} is registered at once, and access to it can be asked for. To change it takes a proposal and a second person again.`
          : `It takes force at once, in place of v${c.base_version}. To go back takes another proposal, and somebody else’s yes.`,
      button: 'Agree',
      kind: 'sign',
      done: [PenLine, `${name} is at ${version}`, 'It is in force, and in the trail with both names.'],
    };
  if (act === 'refuse')
    return {
      title: `Refuse the proposal of ${c.proposed_by.name}?`,
      follows: `${name} stays as it is. ${c.proposed_by.name} sees that you refused it, and can propose another.`,
      button: 'Refuse the proposal',
      kind: 'danger-solid',
      done: [CircleX, 'Refused', `${name} stays as it is.`],
    };
  return {
    title: 'Take your proposal back?',
    follows: `Nobody can agree to it any more, and ${name} stays as it is. The trail keeps it as taken back.`,
    button: 'Take it back',
    kind: 'danger-solid',
    done: [Undo2, 'Taken back', `${name} stays as it is.`],
  };
}

const run = (client: Client, act: ChangeAct, c: ContractChangeView) =>
  act === 'withdraw'
    ? client.contract_withdraw(c.id)
    : client.contract_review(c.id, { decision: act === 'agree' ? 'sign' : 'refuse', digest: c.digest });

/** Says once more what follows, then does it. */
export function ChangeDialog({
  act,
  change: c,
  onClose,
}: {
  act: ChangeAct;
  change: ContractChangeView;
  onClose: () => void;
}) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const words = wordsOf(act, c);
  const decide = useMutation({
    mutationFn: () => run(client, act, c),
    onSuccess: () => {
      for (const queryKey of [keys.contracts, keys.clients]) void queries.invalidateQueries({ queryKey });
      const [icon, title, text] = words.done;
      say({ icon, title, text });
      onClose();
    },
  });
  const wider = c.differences.flatMap((d) => widens(d) ?? []);
  return (
    <Dialog
      title={words.title}
      onClose={onClose}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose} data-autofocus="">
            {act === 'withdraw' ? 'Keep it' : 'Cancel'}
          </Button>
          <Button kind={words.kind} busy={decide.isPending} onClick={() => decide.mutate()}>
            {words.button}
          </Button>
        </>
      }
    >
      <p className="two">{words.follows}</p>
      {act === 'agree' && (
        <div className="note pen">
          <Rosette hash={c.digest} size={44} className="t-pen" />
          <div>
            <p>
              <b>{count(c.differences.length, 'difference')}</b>, proposed by {c.proposed_by.name}
            </p>
            {wider.length > 0 && (
              <ul className="small t-ochre">
                {wider.map((w) => (
                  <li key={w}>{w}</li>
                ))}
              </ul>
            )}
            <p className="small mute mono">{shortHash(c.digest)}</p>
          </div>
        </div>
      )}
      {decide.error && <Refusal error={decide.error} />}
    </Dialog>
  );
}
