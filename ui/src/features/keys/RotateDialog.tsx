import { useMutation, useQueryClient } from '@tanstack/react-query';
import { OctagonAlert, RefreshCw, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Algorithm, KeyRotated, KeyView } from '~/api/types';
import { keys as queryKeys } from '~/app/queries';
import { useClient } from '~/app/services';
import { WhyField } from '~/features/cases/WhyField';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { Note } from '~/ui/parts';
import { Seg } from '~/ui/Seg';
import { exact } from '~/ui/time';
import { type ToastText, useToast } from '~/ui/Toast';
import { rotatable, shortKid } from './words';

interface Props {
  keys: readonly KeyView[];
  emergency: boolean;
  onClose: () => void;
}

const WHY_MIN = 3;
const WHY_MAX = 2000;

/** Says what a rotation does and does not do; in an emergency wants a reason. */
export function RotateDialog({ keys, emergency, onClose }: Props) {
  const choices = rotatable(keys);
  const [algorithm, setAlgorithm] = useState<Algorithm>(choices[0] ?? 'ES256');
  const [reason, setReason] = useState('');
  const { rotate, submit } = useRotate(algorithm, emergency, reason.trim(), onClose);
  const why = emergency && reason.trim().length < WHY_MIN ? 'say why: it goes into the trail' : undefined;
  return (
    <Dialog
      title={emergency ? `Withdraw the ${algorithm} keys at once?` : `Rotate the ${algorithm} key now?`}
      onClose={onClose}
      onSubmit={() => why === undefined && submit()}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose} {...(!emergency && { 'data-autofocus': '' })}>
            Cancel
          </Button>
          <Button
            kind={emergency ? 'danger-solid' : 'ink'}
            icon={emergency ? OctagonAlert : RefreshCw}
            submit
            keys={why ? undefined : 'mod+enter'}
            why={why}
            busy={rotate.isPending}
          >
            {emergency ? `Withdraw the ${algorithm} keys` : `Rotate the ${algorithm} key`}
          </Button>
        </>
      }
    >
      {choices.length > 1 && (
        <div>
          <span className="lab">Which</span>
          <Seg
            label="Algorithm"
            small
            items={choices.map((a) => ({ value: a, label: a }))}
            value={algorithm}
            onChange={setAlgorithm}
          />
        </div>
      )}
      {emergency ? <Emergency keys={keys} algorithm={algorithm} /> : <Overlap keys={keys} algorithm={algorithm} />}
      {emergency && <WhyField label="Why" most={WHY_MAX} value={reason} onChange={setReason} />}
      {rotate.error && <Refusal error={rotate.error} />}
    </Dialog>
  );
}

function useRotate(algorithm: Algorithm, emergency: boolean, reason: string, onClose: () => void) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const rotate = useMutation({
    mutationFn: () => client.key_rotate({ algorithm, emergency, ...(emergency && { reason }) }),
    onSuccess: (done) => {
      void queries.invalidateQueries({ queryKey: queryKeys.signingKeys });
      say(said(done, algorithm, emergency));
      onClose();
    },
  });
  return { rotate, submit: () => !rotate.isPending && rotate.mutate() };
}

/** It stays until it was read: what follows is more than a glance takes in. */
const said = ({ effect, due_at }: KeyRotated, algorithm: Algorithm, emergency: boolean): ToastText =>
  emergency
    ? { icon: OctagonAlert, tone: 't-seal', title: `The ${algorithm} keys are withdrawn`, text: effect, stays: true }
    : {
        icon: RefreshCw,
        title: due_at ? `The next ${algorithm} key is on its way` : `The ${algorithm} key is rotated`,
        text: due_at ? `${effect} It signs from ${exact(due_at)}.` : effect,
        stays: true,
      };

const of = (keys: readonly KeyView[], algorithm: Algorithm, state: KeyView['state']) =>
  keys.find((k) => k.algorithm === algorithm && k.state === state);

function Kid({ of: key }: { of: KeyView | undefined }) {
  return key ? (
    <span className="mono" title={key.kid}>
      {shortKid(key.kid)}
    </span>
  ) : null;
}

function Overlap({ keys, algorithm }: Omit<Props, 'emergency' | 'onClose'> & { algorithm: Algorithm }) {
  const next = of(keys, algorithm, 'next');
  return (
    <ul className="what-ends">
      <li>
        {next ? (
          <>
            <Kid of={next} /> signs as soon as every API has had time to fetch it: at once, if it was published long
            enough.
          </>
        ) : (
          'Another key is made and published, and signs as soon as every API has had time to fetch it.'
        )}
      </li>
      <li>
        <Kid of={of(keys, algorithm, 'active')} /> then signs no more, and is still published until the last token that
        it signed has run out: <b>no valid token fails.</b>
      </li>
      <li>The key after that is published well before it signs, too.</li>
      <li>It ends no session and revokes nothing. If a key may be known to somebody, use the emergency rotation.</li>
    </ul>
  );
}

function Emergency({ keys, algorithm }: Omit<Props, 'emergency' | 'onClose'> & { algorithm: Algorithm }) {
  return (
    <>
      <Note tone="seal" icon={TriangleAlert} alert>
        <p>
          <b>
            Every token signed with <Kid of={of(keys, algorithm, 'active')} />, or with any {algorithm} key before it,
            stops at once,
          </b>{' '}
          also those that are good. Work under way at APIs that take {algorithm} fails until new tokens are exchanged.
        </p>
      </Note>
      <ul className="what-ends">
        <li>The keys are no longer published, and introspection answers that their tokens are not active.</li>
        <li>
          An API that checks by itself refuses them as soon as it fetches the keys again; until then, a token lives at
          most 5 min. Until it has fetched the new key, it refuses new tokens too.
        </li>
        <li>Signed requests and live sessions stay: they get new tokens under the new key. It can’t be undone.</li>
      </ul>
    </>
  );
}
