// The approver's room: the queue, and the review beside it.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { RefreshCw } from 'lucide-react';
import type { RequestView } from '~/api/types';
import { useNow } from '~/app/clock';
import { Page } from '~/app/Page';
import { requestQuery, requestsQuery } from '~/app/queries';
import { useRowKeys } from '~/app/rows';
import { useClient } from '~/app/services';
import { Button } from '~/ui/Button';
import { Fault } from '~/ui/Fault';
import { Kbd } from '~/ui/Kbd';
import { Empty, Loading, PaneHead } from '~/ui/parts';
import { relative } from '~/ui/time';
import { byUrgency } from './queue';
import { QueueRow, ReviewedRow } from './QueueRow';
import { Review } from './Review';

const route = getRouteApi('/sign');

export function SignPage() {
  const client = useClient();
  const now = useNow();
  const { id } = route.useSearch();
  const queue = useQuery(requestsQuery(client, 'to_sign'));
  const reviewed = useQuery(requestsQuery(client, 'reviewed'));
  const waiting = byUrgency(queue.data ?? [], now);
  const done = reviewed.data ?? [];
  const chosen =
    [...waiting, ...done].find((r) => r.id === id) ?? (id === undefined ? (waiting[0] ?? done[0]) : undefined);
  return (
    <Page title="To sign" acts={<span className="small mute">By risk, then by waiting time</span>}>
      {queue.isPending ? (
        <Loading what="requests to sign" />
      ) : queue.isError ? (
        <Fault error={queue.error} onRetry={() => void queue.refetch()} />
      ) : waiting.length === 0 && done.length === 0 && id === undefined ? (
        <Empty
          title="Nothing waits for your signature"
          acts={
            <Button icon={RefreshCw} busy={queue.isFetching} onClick={() => void queue.refetch()}>
              Look again
            </Button>
          }
        >
          New requests that you may sign show here as they are asked. Last looked{' '}
          {relative(new Date(queue.dataUpdatedAt || now).toISOString(), now)}.
        </Empty>
      ) : (
        <div className="split">
          <Queue waiting={waiting} done={done} chosen={chosen?.id ?? id} />
          {chosen ? <Review key={chosen.id} request={chosen} /> : <Other id={id ?? ''} />}
        </div>
      )}
    </Page>
  );
}

interface QueueProps {
  waiting: readonly RequestView[];
  done: readonly RequestView[];
  chosen: string | undefined;
}

function Queue({ waiting, done, chosen }: QueueProps) {
  const rows = useRowKeys<HTMLElement>();
  return (
    <nav className="list-pane" aria-label="Requests" ref={rows}>
      <PaneHead
        title="Waiting"
        count={waiting.length}
        right={
          <>
            <Kbd keys="j" /> <Kbd keys="k" />
          </>
        }
      />
      {waiting.length === 0 && <p className="pane-none">Nothing waits for your signature.</p>}
      {waiting.map((r) => (
        <QueueRow key={r.id} of={r} on={r.id === chosen} />
      ))}
      <PaneHead title="Reviewed by you" count={done.length} />
      {done.length === 0 && <p className="pane-none">You have reviewed nothing yet.</p>}
      {done.map((r) => (
        <ReviewedRow key={r.id} of={r} on={r.id === chosen} />
      ))}
    </nav>
  );
}

/** One that is in neither list, such as one that was just withdrawn. */
function Other({ id }: { id: string }) {
  const client = useClient();
  const request = useQuery(requestQuery(client, id));
  if (request.isPending) return <Loading what="request" />;
  if (request.isError) return <Fault error={request.error} onRetry={() => void request.refetch()} />;
  return <Review request={request.data} />;
}
