import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import type { RequestView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { series } from '~/ui/text';
import { useToast } from '~/ui/Toast';

/** The asker takes a request back. */
export function WithdrawDialog({ request, onClose }: { request: RequestView; onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const signers = request.reviews.filter((r) => r.decision === 'sign').map((r) => r.by.name);
  const withdraw = useMutation({
    mutationFn: () => client.request_withdraw(request.id),
    onSuccess: (now) => {
      queries.setQueryData(keys.request(now.id), now);
      for (const queryKey of [keys.requests, keys.cases]) void queries.invalidateQueries({ queryKey });
      say({ icon: Undo2, title: 'Withdrawn', text: `Nobody can sign or start it any more. The trail keeps it.` });
      onClose();
    },
  });
  return (
    <Dialog
      title="Withdraw your request?"
      onClose={onClose}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose} data-autofocus="">
            Keep it
          </Button>
          <Button kind="danger-solid" busy={withdraw.isPending} onClick={() => withdraw.mutate()}>
            Withdraw the request
          </Button>
        </>
      }
    >
      <p className="two">
        {signers.length > 0 && `What ${series(signers)} signed falls away. `}
        Nobody can sign or start it any more. It stays in the trail as withdrawn.
      </p>
      {withdraw.error && <Refusal error={withdraw.error} />}
    </Dialog>
  );
}
