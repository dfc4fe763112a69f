// The agent's desk: cases with their access, and what is live, waiting, signed and ended.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Plus, RefreshCw } from 'lucide-react';
import { Page } from '~/app/Page';
import { casesQuery } from '~/app/queries';
import { useNow } from '~/app/clock';
import { useClient, useOfflineWhy } from '~/app/services';
import { Button } from '~/ui/Button';
import { Fault } from '~/ui/Fault';
import { Empty, Loading, PaneHead } from '~/ui/parts';
import { relative } from '~/ui/time';
import { AccessPane } from './AccessPane';
import { CaseTable } from './CaseTable';

export function WorkPage() {
  const client = useClient();
  const navigate = useNavigate();
  const cases = useQuery(casesQuery(client));
  const offline = useOfflineWhy();
  const open = cases.data?.filter((c) => c.state === 'open') ?? [];
  const why = offline ?? (cases.data && open.length === 0 ? 'no open case is assigned to you' : undefined);
  return (
    <Page
      title="My work"
      acts={
        <Button kind="ink" icon={Plus} keys="c" why={why} onClick={() => void navigate({ to: '/work/new' })}>
          New request
        </Button>
      }
    >
      <div className="split work-split">
        <div>
          <Cases />
        </div>
        <AccessPane />
      </div>
    </Page>
  );
}

function Cases() {
  const client = useClient();
  const now = useNow();
  const cases = useQuery(casesQuery(client));
  const looked = relative(new Date(cases.dataUpdatedAt || now).toISOString(), now);
  if (cases.isPending) return <Loading what="cases" />;
  if (cases.isError) return <Fault error={cases.error} onRetry={() => void cases.refetch()} />;
  if (cases.data.length === 0)
    return (
      <Empty
        title="No case is assigned to you"
        acts={
          <Button icon={RefreshCw} busy={cases.isFetching} onClick={() => void cases.refetch()}>
            Look again
          </Button>
        }
      >
        Access starts from a case. An admin opens one and assigns it; it shows here within seconds. Last looked {looked}
        .
      </Empty>
    );
  const sorted = [...cases.data].sort(
    (a, b) => order(a.state) - order(b.state) || b.changed_at.localeCompare(a.changed_at),
  );
  return (
    <>
      <PaneHead title="My cases" count={cases.data.length} right={<span>looked {looked}</span>} />
      <CaseTable cases={sorted} />
    </>
  );
}

const order = (state: string) => (state === 'open' ? 0 : 1);
