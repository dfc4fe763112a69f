import { useKeys } from '~/app/keys';
import { useClient } from '~/app/services';
import type { BrowserWait as Wait } from '~/api/types';
import { Button } from '~/ui/Button';
import { useFailure } from '~/ui/Toast';
import { BrowserActs, BrowserWait, hostOf } from './BrowserWait';

/** Signing in goes on in the browser. */
export function BrowserPage({ wait }: { wait: Wait }) {
  const client = useClient();
  const fail = useFailure();
  const cancel = () => void client.browser_cancel().catch(fail);
  useKeys({ Escape: cancel });
  return (
    <div className="stack stack-18">
      <div className="stack">
        <h1>Continue in your browser</h1>
        <p className="two">
          {wait.opened ? (
            <>
              A page of <b>{hostOf(wait.url)}</b> has opened. Sign in there, and check that it shows the same code:
            </>
          ) : (
            <>
              <b>The browser could not be opened.</b> Copy the address, open it in a browser on this computer, and check
              that the page shows the same code:
            </>
          )}
        </p>
      </div>
      <BrowserWait wait={wait} what="This page closes by itself when you are done," />
      <div className="row wrap">
        <BrowserActs wait={wait} />
        <span className="push" />
        <Button kind="ghost" keys="Esc" onClick={cancel}>
          Cancel
        </Button>
      </div>
      <p className="small mute">Your password stays in the browser. This window never sees it.</p>
    </div>
  );
}
