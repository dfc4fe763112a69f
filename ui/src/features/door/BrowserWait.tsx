import { useMutation } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import type { BrowserWait as Wait } from '~/api/types';
import { useNow } from '~/app/clock';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Refusal } from '~/ui/Fault';
import { CopyButton } from '~/ui/parts';
import { until } from '~/ui/time';

/** The browser is open: the code that its page must show, until when, and every way on. */
export function BrowserWait({ wait, what }: { wait: Wait; what: string }) {
  const now = useNow(1000);
  return (
    <>
      <output className="match" aria-label={`The code that the page must show: ${wait.match_code}`}>
        {wait.match_code}
      </output>
      <p className="two">
        Waiting. {what} at the latest in <b className="nowrap">{until(wait.until, now)}</b>.
      </p>
    </>
  );
}

export function BrowserActs({ wait }: { wait: Wait }) {
  const client = useClient();
  const again = useMutation({ mutationFn: client.browser_open_again });
  return (
    <>
      <Button icon={ExternalLink} onClick={() => again.mutate()}>
        Open again
      </Button>
      <CopyButton text={wait.url}>Copy address</CopyButton>
      {again.error && <Refusal error={again.error} />}
    </>
  );
}

export const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : url);
