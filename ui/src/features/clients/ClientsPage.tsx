// Machines that come to the token endpoint, and how each proves who it is.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { ClientView, ContractView } from '~/api/types';
import { Page } from '~/app/Page';
import { clientsQuery, contractsQuery } from '~/app/queries';
import { useRowKeys } from '~/app/rows';
import { useClient, useMe, useOfflineWhy } from '~/app/services';
import { Button } from '~/ui/Button';
import { Fault } from '~/ui/Fault';
import { Empty, Loading, PaneHead } from '~/ui/parts';
import { series } from '~/ui/text';
import { State, Who } from '~/ui/words';
import { ClientPane } from './ClientPane';
import { comesInVain, methodName } from './methods';
import { RegisterDialog } from './RegisterDialog';

const route = getRouteApi('/clients');

export function ClientsPage() {
  const client = useClient();
  const me = useMe();
  const offline = useOfflineWhy();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(clientsQuery(client));
  const apis = useQuery(contractsQuery(client));
  const [making, setMaking] = useState(false);
  const register = me.roles.includes('admin') && (
    <Button kind="ink" icon={Plus} why={offline} onClick={() => setMaking(true)}>
      Register a client…
    </Button>
  );
  return (
    <Page title="Clients" acts={data && register}>
      {data ? (
        data.length === 0 ? (
          <Empty title="No machine is registered" acts={register}>
            A client is a service that comes by itself: to exchange tokens that its API was called with, or to ask about
            them. People come with a console and need no client.
          </Empty>
        ) : (
          <Desk clients={data} apis={apis.data ?? []} />
        )
      ) : error ? (
        <Fault error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading what="the clients" />
      )}
      {making && data && (
        <RegisterDialog
          taken={data.map((c) => c.id)}
          onMade={(made) => {
            setMaking(false);
            void navigate({ to: '/clients', search: { id: made.id } });
          }}
          onClose={() => setMaking(false)}
        />
      )}
    </Page>
  );
}

function Desk({ clients, apis }: { clients: readonly ClientView[]; apis: readonly ContractView[] }) {
  const { id } = route.useSearch();
  const rows = useRowKeys<HTMLElement>();
  const chosen = clients.find((c) => c.id === id) ?? (id === undefined ? clients[0] : undefined);
  const byKey = new Map(apis.map((a) => [a.key, a]));
  return (
    <div className="split">
      <nav className="list-pane" aria-label="Clients" ref={rows}>
        <PaneHead title="Clients" count={clients.length} />
        {clients.map((c) => (
          <Row key={c.id} of={c} on={c.id === chosen?.id} />
        ))}
      </nav>
      {chosen ? (
        <ClientPane key={chosen.id} of={chosen} apis={byKey} />
      ) : (
        <Empty
          title={`${id ?? 'It'} is not registered here`}
          acts={
            <Link className="btn" to="/clients">
              To the clients
            </Link>
          }
        >
          A contract may name a client before it is registered. Until then nobody can come under that name.
        </Empty>
      )}
    </div>
  );
}

function Row({ of: c, on }: { of: ClientView; on: boolean }) {
  const vain = comesInVain(c);
  return (
    <Link className="q" data-row="" to="/clients" search={{ id: c.id }} aria-current={on ? 'true' : undefined}>
      <span className="l1">
        <Who name={c.id} kind="client" />
        <span className="push" />
        {c.disabled_at !== undefined && (
          <State of="ended" small>
            Disabled
          </State>
        )}
      </span>
      <span className="l2 cut">{c.name}</span>
      <span className="l3">
        <span>{methodName(c.auth).replace(/^W/, 'w')}</span>
        {vain && <span className="t-ochre">{vain}</span>}
        {c.apis.length > 0 && <span>client of {series(c.apis)}</span>}
        {c.introspects.length > 0 && <span>introspects for {series(c.introspects)}</span>}
      </span>
    </Link>
  );
}
