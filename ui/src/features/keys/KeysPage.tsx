// The keys that tokens are signed with: which signs, which comes next, which only checks.
import { useQuery } from '@tanstack/react-query';
import { OctagonAlert, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { Page } from '~/app/Page';
import { signingKeysQuery } from '~/app/queries';
import { useClient, useMe, useOfflineWhy } from '~/app/services';
import { Button } from '~/ui/Button';
import { Fault } from '~/ui/Fault';
import { Empty, Loading } from '~/ui/parts';
import { clockTime } from '~/ui/time';
import { KeyTable } from './KeyTable';
import { RotateDialog } from './RotateDialog';
import { inOrder, rotatable } from './words';

export function KeysPage() {
  const me = useMe();
  const offline = useOfflineWhy();
  const { data, error, refetch, dataUpdatedAt } = useQuery(signingKeysQuery(useClient()));
  const [rotating, setRotating] = useState<'overlap' | 'emergency'>();
  const algorithms = rotatable(data ?? []);
  const why = offline ?? (algorithms.length === 0 ? 'no key signs yet' : undefined);
  const acts = data && me.roles.includes('admin') && (
    <>
      <Button icon={RefreshCw} why={why} onClick={() => setRotating('overlap')}>
        Rotate now…
      </Button>
      <Button kind="danger" icon={OctagonAlert} why={why} onClick={() => setRotating('emergency')}>
        Emergency rotation…
      </Button>
    </>
  );
  return (
    <Page title="Keys" acts={acts}>
      {data ? (
        data.length === 0 ? (
          <Empty title="There is no key yet">
            The service makes its first key when it first signs a token. Last looked at {clockTime(dataUpdatedAt)}.
          </Empty>
        ) : (
          <>
            <p className="bar-tools small two keys-say">
              What the active key signs, APIs check with its public half. A retired key checks on until the last token
              that it signed has run out; a withdrawn one is never believed again.
            </p>
            <KeyTable keys={inOrder(data)} />
          </>
        )
      ) : error ? (
        <Fault error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading what="the keys" />
      )}
      {rotating && data && (
        <RotateDialog keys={data} emergency={rotating === 'emergency'} onClose={() => setRotating(undefined)} />
      )}
    </Page>
  );
}
