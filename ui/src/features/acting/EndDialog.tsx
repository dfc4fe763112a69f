import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleStop } from 'lucide-react';
import type { DelegationView } from '~/api/types';
import { keys } from '~/app/queries';
import { useNow } from '~/app/clock';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { Facts } from '~/ui/parts';
import { count } from '~/ui/text';
import { until } from '~/ui/time';
import { useToast } from '~/ui/Toast';

/** Asks once: what stops, for whom, when, what stays. */
export function EndDialog({ delegation, onClose }: { delegation: DelegationView; onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const now = useNow(1000);
  const customer = delegation.customer.subject;
  const end = useMutation({
    mutationFn: () => client.delegation_end(delegation.id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.delegations });
      say({
        icon: CircleStop,
        title: `Your session for ${customer} has ended`,
        text: 'It is in the trail, with all that was done.',
      });
      onClose();
    },
  });
  return (
    <Dialog
      title={`End the session for ${customer}?`}
      onClose={onClose}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose} data-autofocus="">
            Keep it
          </Button>
          <Button kind="danger-solid" busy={end.isPending} onClick={() => end.mutate()}>
            End the session
          </Button>
        </>
      }
    >
      <p className="two">
        Your access to <b className="mono">{customer}</b> stops now, {until(delegation.ends_at, now)} before its time.
        To go on you would have to ask again, with new signatures.
      </p>
      <Facts
        rows={[
          ['Case', <span className="mono">{delegation.case.key}</span>],
          [
            'Calls made',
            delegation.calls === 0 ? 'none' : `${count(delegation.calls, 'call')}, recorded; they stay in the trail`,
          ],
        ]}
      />
      {end.error && <Refusal error={end.error} />}
    </Dialog>
  );
}
