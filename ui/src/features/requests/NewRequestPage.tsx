// Asking: what comes from the case is printed, what is chosen has boxes, and beside it stands what policy says.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { skipToken } from '@tanstack/react-query';
import { Page } from '~/app/Page';
import { casesQuery, contractsQuery, keys } from '~/app/queries';
import { useClient } from '~/app/services';
import { Fault } from '~/ui/Fault';
import { Empty, Loading } from '~/ui/parts';
import { CaseFacts } from './CaseFacts';
import { ChooseCase } from './ChooseCase';
import { RequestForm } from './RequestForm';

const route = getRouteApi('/work/new');

export function NewRequestPage() {
  return (
    <Page title="New request" crumb={{ name: 'My work', to: '/work' }}>
      <Body />
    </Page>
  );
}

function Body() {
  const client = useClient();
  const { case: about, from } = route.useSearch();
  const cases = useQuery(casesQuery(client));
  const contracts = useQuery(contractsQuery(client));
  const earlier = useQuery({
    queryKey: keys.request(from ?? ''),
    queryFn: from === undefined ? skipToken : () => client.request_get(from),
  });
  const broken = [cases, contracts].find((q) => q.isError);
  if (broken) return <Fault error={broken.error} onRetry={() => void broken.refetch()} />;
  if (!cases.data || !contracts.data || (from !== undefined && earlier.isPending))
    return <Loading what="case and APIs" />;
  const wanted = about ?? earlier.data?.case.id;
  const found = cases.data.find((c) => c.id === wanted);
  if (wanted !== undefined && found?.state !== 'open')
    return (
      <Empty title="That case is not open and yours">
        It was closed or given to somebody else, so nothing can be asked on it. Choose another one under My work.
      </Empty>
    );
  if (!found) return <ChooseCase cases={cases.data.filter((c) => c.state === 'open')} />;
  if (contracts.data.length === 0)
    return (
      <Empty title="No API is set up">
        Access is asked at an API, and this workspace has none yet. Its admin adds them.
      </Empty>
    );
  return (
    <div className="req">
      <CaseFacts of={found} />
      <RequestForm key={`${found.id}${from ?? ''}`} about={found} contracts={contracts.data} from={earlier.data} />
    </div>
  );
}
