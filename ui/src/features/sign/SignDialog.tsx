import { ExternalLink, PenLine } from 'lucide-react';
import { useState } from 'react';
import type { RequestView } from '~/api/types';
import { useClient, useConsole } from '~/app/services';
import { BrowserActs, BrowserWait } from '~/features/door/BrowserWait';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { Refusal } from '~/ui/Fault';
import { hopsInShort } from '~/ui/Hops';
import { inShort } from '~/ui/Instrument';
import { Rosette } from '~/ui/Rosette';
import { cx, shortHash } from '~/ui/text';
import { useFailure, useToast } from '~/ui/Toast';
import { Mode } from '~/ui/words';
import { useReview } from './useReview';

/** The person proves once more who they are, for exactly this. */
export function SignDialog({ request, onClose }: { request: RequestView; onClose: () => void }) {
  const say = useToast();
  const stepUp = useStepUp(request);
  const [cancelled, setCancelled] = useState(false);
  const sign = useReview(request, (now) => {
    say({
      icon: PenLine,
      tone: 't-pen',
      title: 'Signed',
      text:
        now.state === 'signed'
          ? `${now.asker.name} may start: ${now.customer.subject}, ${now.minutes} min.`
          : `${now.customer.subject} waits for one more signature.`,
    });
    onClose();
  });
  const cancel = () => {
    setCancelled(true);
    if (sign.isPending) stepUp.cancel();
    onClose();
  };
  const waiting = sign.isPending && stepUp.wait;
  return (
    <Dialog
      title={waiting ? 'Continue in your browser' : 'Prove that it is you'}
      onClose={cancel}
      foot={
        <>
          {waiting && <BrowserActs wait={waiting} />}
          <span className="push" />
          <Button kind="ghost" keys="Esc" onClick={cancel} data-autofocus="">
            Cancel
          </Button>
          {!waiting && (
            <Button
              kind="sign"
              icon={ExternalLink}
              busy={sign.isPending}
              onClick={() => sign.mutate({ decision: 'sign' })}
            >
              Continue in the browser
            </Button>
          )}
        </>
      }
    >
      <p className="two">You sign exactly this, and nothing else:</p>
      <What request={request} />
      {waiting ? (
        <div className="stack" role="status">
          <p className="two">
            {waiting.opened
              ? 'A page has opened. It shows the request once more and asks for your password. Check that it shows the same code:'
              : 'The browser could not be opened. Copy the address and open it by hand; the page must show the same code:'}
          </p>
          <BrowserWait wait={waiting} what="This dialog closes when you are done there," />
        </div>
      ) : (
        <p className="two">
          Your browser asks for your password; this window never sees it. The proof is good once, for this request, and
          at most {Math.round(request.proof_max_age_s / 60)} min old.
        </p>
      )}
      {sign.error && !cancelled && <Refusal error={sign.error} />}
    </Dialog>
  );
}

/** The wait for a fresh proof of this request, while there is one. */
export function useStepUp(request: RequestView) {
  const client = useClient();
  const fail = useFailure();
  const { browser } = useConsole();
  return {
    wait: browser?.step_up === request.id ? browser : undefined,
    cancel: () => void client.browser_cancel().catch(fail),
  };
}

export function What({ request }: { request: RequestView }) {
  const masked = request.mode === 'impersonation';
  return (
    <div className={cx('note', masked ? 'seal' : 'pen')}>
      <Rosette hash={request.digest} size={44} className={masked ? 't-seal' : 't-pen'} />
      <div>
        <p>
          <b>
            {request.asker.name} for {request.customer.subject}, {request.minutes} min
          </b>{' '}
          {masked && <Mode of={request.mode} />}
        </p>
        <p className="small two">
          {inShort(request)}. Case {request.case.key}.
        </p>
        {request.hops.length > 0 && <p className="small two">Through it, {hopsInShort(request.hops)}.</p>}
        <p className="small mute mono">{shortHash(request.digest)}</p>
      </div>
    </div>
  );
}
