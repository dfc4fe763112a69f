import { useMutation, useQueryClient } from '@tanstack/react-query';
import { TimerReset, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { ClockView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { WhyField } from '~/features/cases/WhyField';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { Note } from '~/ui/parts';
import { exact } from '~/ui/time';
import { useToast } from '~/ui/Toast';
import { behindText, moment, WHY_MAX, WHY_MIN } from './words';

/** Says what lowering the mark ends, and wants a reason. */
export function LowerDialog({ clock, onClose }: { clock: ClockView; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const { lower, submit } = useLower(reason.trim(), onClose);
  const short = reason.trim().length < WHY_MIN;
  const why = short ? `say in ${WHY_MIN} letters or more why the clock was ahead: it goes into the trail` : undefined;
  return (
    <Dialog
      title={`Lower the mark by ${behindText(clock)}?`}
      onClose={onClose}
      onSubmit={() => why === undefined && submit()}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose}>
            Cancel
          </Button>
          <Button
            kind="danger-solid"
            icon={TimerReset}
            submit
            keys={why ? undefined : 'mod+enter'}
            why={why}
            busy={lower.isPending}
          >
            Lower the mark
          </Button>
        </>
      }
    >
      <Note tone="seal" icon={TriangleAlert} alert>
        <p>
          <b>Only if it is now {exact(clock.shown)} in truth.</b> If that is wrong, set the clock right instead: a mark
          that is lowered to a false time lets ended access come alive again.
        </p>
      </Note>
      <ul className="what-ends">
        <li>
          The mark goes back from {moment(clock.mark, clock.shown)} to {moment(clock.shown, clock.mark)}, and tokens are
          given out again at once.
        </li>
        <li>
          What was begun at a later time than now is over: sign-ins, requests, delegations and their tokens, and what
          machines got for themselves. Your own sign-in may be one of them; then sign in again.
        </li>
        <li>Signing keys stay. Those of that time are dated anew, so that they are rotated in their time.</li>
        <li>It stands in the trail, and can’t be undone.</li>
      </ul>
      <WhyField label="Why was the clock ahead?" most={WHY_MAX} value={reason} onChange={setReason} />
      {lower.error && <Refusal error={lower.error} />}
    </Dialog>
  );
}

function useLower(reason: string, onClose: () => void) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const lower = useMutation({
    mutationFn: () => client.clock_lower({ reason }),
    onSuccess: (after) => {
      queries.setQueryData(keys.clock, after);
      say({
        icon: TimerReset,
        title: 'The mark is lowered',
        text:
          'Tokens are given out again. Look at its line in the trail: if it counts tokens, some were given out with a ' +
          'false time. An API that only checks signatures would take them when that time comes; an emergency rotation ' +
          'of the keys ends them.',
        stays: true,
      });
      onClose();
    },
  });
  return { lower, submit: () => !lower.isPending && lower.mutate() };
}
