// Calls to the API that somebody acts at. The token never enters this window: the shell adds it.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Route, SquareTerminal } from 'lucide-react';
import { useState } from 'react';
import type { ContractView, DelegationView, Endpoint } from '~/api/types';
import { Page } from '~/app/Page';
import { contractsQuery } from '~/app/queries';
import { useClient, useConsole } from '~/app/services';
import { Fault } from '~/ui/Fault';
import { Icon } from '~/ui/Icon';
import { Empty, Loading } from '~/ui/parts';
import { Composer } from './Composer';
import { Operations } from './Operations';
import { draftOf, firstSigned } from './draft';

export function ExplorerPage() {
  const { acting } = useConsole();
  return <Page title="API explorer">{acting ? <Explorer key={acting.id} delegation={acting} /> : <Nobody />}</Page>;
}

const Nobody = () => (
  <Empty
    title="You act for nobody"
    acts={
      <Link className="btn" to="/work">
        <Icon of={SquareTerminal} />
        To my work
      </Link>
    }
  >
    Calls are made for a customer, under a started request. Ask for access to a case; when it is signed, start it, and
    its API stands here.
  </Empty>
);

function Explorer({ delegation }: { delegation: DelegationView }) {
  const client = useClient();
  const contracts = useQuery(contractsQuery(client));
  if (contracts.isPending) return <Loading what="operations" />;
  if (contracts.isError) return <Fault error={contracts.error} onRetry={() => void contracts.refetch()} />;
  const contract = contracts.data.find((c) => c.id === delegation.api);
  if (!contract)
    return (
      <Empty
        title={`${delegation.api_name} is not set up here any more`}
        acts={
          <Link className="btn" to="/delegations/$id" params={{ id: delegation.id }}>
            <Icon of={Route} />
            See it as one story
          </Link>
        }
      >
        Its contract was taken away while you acted, so there is nothing to call.
      </Empty>
    );
  return <Desk delegation={delegation} contract={contract} />;
}

function Desk({ delegation, contract }: { delegation: DelegationView; contract: ContractView }) {
  const [draft, setDraft] = useState(() => draftOf(firstSigned(contract, delegation), delegation.customer.subject));
  const choose = (endpoint: Endpoint) => setDraft(draftOf(endpoint, delegation.customer.subject));
  return (
    <div className="split explorer">
      <Operations contract={contract} delegation={delegation} chosen={draft} onChoose={choose} />
      <Composer delegation={delegation} draft={draft} onDraft={setDraft} />
    </div>
  );
}
