// One request: the instrument, what it still needs, and what can be done with it.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Page, type Crumb } from '~/app/Page';
import { requestQuery } from '~/app/queries';
import { useClient, useMe, useOfflineWhy } from '~/app/services';
import { Button } from '~/ui/Button';
import { Fault } from '~/ui/Fault';
import { Instrument } from '~/ui/Instrument';
import { Loading } from '~/ui/parts';
import { RequestSide } from './RequestSide';
import { WithdrawDialog } from './WithdrawDialog';

const route = getRouteApi('/requests/$id');

export function RequestPage() {
  const { id } = route.useParams();
  const client = useClient();
  const me = useMe();
  const offline = useOfflineWhy();
  const [withdrawing, setWithdrawing] = useState(false);
  const { data, error, isPending, refetch } = useQuery(requestQuery(client, id));
  const crumb: Crumb = me.roles.includes('agent')
    ? { name: 'My work', to: '/work' }
    : me.roles.includes('approver')
      ? { name: 'To sign', to: '/sign' }
      : { name: 'Live trail', to: '/trail' };
  const mine = data?.asker.id === me.id;
  const takeBack = mine && (data.state === 'waiting' || data.state === 'signed');
  return (
    <Page
      title={data ? `${data.actions[0]?.name ?? 'Request'}, ${data.customer.subject}` : 'Request'}
      crumb={crumb}
      acts={
        takeBack && (
          <Button kind="danger" why={offline} onClick={() => setWithdrawing(true)}>
            Withdraw…
          </Button>
        )
      }
    >
      {isPending && <Loading what="request" />}
      {error && !data && <Fault error={error} onRetry={() => void refetch()} />}
      {data && (
        <div className="story">
          <div className="stack stack-16">
            <Instrument request={data} tenant={me.tenant_name} me={me.id} />
            {mine && data.state === 'waiting' && (
              <p className="small mute">You can leave this page. What is signed shows under My work as it happens.</p>
            )}
          </div>
          <aside className="stack stack-16" aria-label="Where it stands">
            <RequestSide request={data} />
          </aside>
        </div>
      )}
      {withdrawing && data && <WithdrawDialog request={data} onClose={() => setWithdrawing(false)} />}
    </Page>
  );
}
