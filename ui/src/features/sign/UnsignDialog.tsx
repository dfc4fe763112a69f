import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import type { RequestView } from '~/api/types';
import { keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { useToast } from '~/ui/Toast';

/** An approver takes their signature back; what lives by it ends. */
export function UnsignDialog({ request, onClose }: { request: RequestView; onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const say = useToast();
  const unsign = useMutation({
    mutationFn: () => client.request_unsign(request.id),
    onSuccess: () => {
      say({
        icon: Undo2,
        title: 'Signature withdrawn',
        text: 'The trail keeps that you signed, and that you took it back.',
      });
      onClose();
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: keys.requests }),
  });
  return (
    <Dialog
      title="Withdraw your signature?"
      onClose={onClose}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={onClose} data-autofocus="">
            Keep it
          </Button>
          <Button kind="danger-solid" busy={unsign.isPending} onClick={() => unsign.mutate()}>
            Withdraw my signature
          </Button>
        </>
      }
    >
      <p className="two">
        {request.state === 'started' ? (
          <>
            <b>
              {request.asker.name}’s session for {request.customer.subject} ends now,
            </b>{' '}
            if it still lives: every further exchange and call is refused.
          </>
        ) : (
          `${request.asker.name} can’t start it without your signature or somebody else’s.`
        )}{' '}
        That you signed, and that you took it back, stays in the trail.
      </p>
      {unsign.error && <Refusal error={unsign.error} />}
    </Dialog>
  );
}
