import { CircleX } from 'lucide-react';
import { useId, useState } from 'react';
import type { RequestView } from '~/api/types';
import { BrowserActs, BrowserWait } from '~/features/door/BrowserWait';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { series } from '~/ui/text';
import { useToast } from '~/ui/Toast';
import { useStepUp } from './SignDialog';
import { useReview } from './useReview';

const REASON_MIN = 3;

/** A refusal carries its reason, which the asker reads. */
export function RefuseDialog({ request, onClose }: { request: RequestView; onClose: () => void }) {
  const id = useId();
  const say = useToast();
  const stepUp = useStepUp(request);
  const [reason, setReason] = useState('');
  const refuse = useReview(request, () => {
    say({
      icon: CircleX,
      tone: 't-seal',
      title: 'Refused',
      text: `${request.asker.name} sees your name and your words.`,
    });
    onClose();
  });
  const short = reason.trim().length < REASON_MIN;
  const signers = request.reviews.filter((r) => r.decision === 'sign').map((r) => r.by.name);
  const send = () => {
    if (!short && !refuse.isPending) refuse.mutate({ decision: 'refuse', reason: reason.trim() });
  };
  const cancel = () => {
    if (refuse.isPending && stepUp.wait) stepUp.cancel();
    onClose();
  };
  return (
    <Dialog
      title={`Refuse ${request.asker.name}’s request`}
      onClose={cancel}
      onSubmit={send}
      foot={
        <>
          <Button kind="ghost" keys="Esc" onClick={cancel}>
            Cancel
          </Button>
          <Button
            kind="danger-solid"
            keys="mod+enter"
            submit
            busy={refuse.isPending}
            why={short ? 'say why: they read it' : undefined}
          >
            Refuse
          </Button>
        </>
      }
    >
      <p className="two">
        {request.asker.name} sees your name and your words.
        {signers.length > 0 && ` What ${series(signers)} signed falls away with it.`}
      </p>
      <div>
        <label className="lab" htmlFor={id}>
          Why
        </label>
        <textarea
          className="area"
          id={id}
          rows={3}
          maxLength={2000}
          value={reason}
          onChange={(e) => setReason(e.target.value)}
        />
      </div>
      {refuse.isPending && stepUp.wait && (
        <div className="stack" role="status">
          <BrowserWait wait={stepUp.wait} what="Your browser asks for your password," />
          <div className="row wrap">
            <BrowserActs wait={stepUp.wait} />
          </div>
        </div>
      )}
      {refuse.error && <Refusal error={refuse.error} />}
    </Dialog>
  );
}
