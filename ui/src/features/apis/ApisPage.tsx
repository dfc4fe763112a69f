// APIs and their contracts; above them what is proposed and waits for a second person.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Plus, VenetianMask } from 'lucide-react';
import type { ContractChangeView, ContractView } from '~/api/types';
import { useNow } from '~/app/clock';
import { Page } from '~/app/Page';
import { contractChangesQuery, contractsQuery } from '~/app/queries';
import { useRowKeys } from '~/app/rows';
import { useClient, useMe } from '~/app/services';
import { Fault } from '~/ui/Fault';
import { Icon } from '~/ui/Icon';
import { Empty, Loading, PaneHead } from '~/ui/parts';
import { count } from '~/ui/text';
import { When } from '~/ui/words';
import { ChangePane } from './ChangePane';
import { versionOf, waitingOf } from './changes';
import { ContractPane } from './ContractPane';

const route = getRouteApi('/apis');

export function ApisPage() {
  const client = useClient();
  const me = useMe();
  const apis = useQuery(contractsQuery(client));
  const changes = useQuery(contractChangesQuery(client));
  const broken = [apis, changes].find((q) => q.isError);
  const register = me.roles.includes('admin') && (
    <Link className="btn" to="/apis/propose">
      <Icon of={Plus} />
      Register an API…
    </Link>
  );
  return (
    <Page title="APIs" acts={register}>
      {broken ? (
        <Fault error={broken.error} onRetry={() => void broken.refetch()} />
      ) : !apis.data || !changes.data ? (
        <Loading what="the APIs" />
      ) : apis.data.length === 0 && changes.data.length === 0 ? (
        <Empty title="No API is registered" acts={register}>
          Access is asked at an API, under its contract. A contract comes from a file when the service starts, or from
          an admin who proposes it and somebody else who agrees.
        </Empty>
      ) : (
        <Desk apis={apis.data} changes={changes.data} />
      )}
    </Page>
  );
}

interface DeskProps {
  apis: readonly ContractView[];
  changes: readonly ContractChangeView[];
}

function Desk({ apis, changes }: DeskProps) {
  const { id, change: wanted } = route.useSearch();
  const waiting = waitingOf(changes);
  const nothing = id === undefined && wanted === undefined;
  const change = changes.find((c) => c.id === wanted) ?? (nothing ? waiting.find((c) => c.reviewable) : undefined);
  const api = change ? undefined : (apis.find((a) => a.id === id) ?? (nothing ? (apis[0] ?? undefined) : undefined));
  return (
    <div className="split">
      <List apis={apis} waiting={waiting} change={change?.id} api={api?.id} />
      {change ? (
        <ChangePane key={change.id} change={change} />
      ) : api ? (
        <ContractPane key={api.id} api={api} apis={apis} changes={changes.filter((c) => c.contract.key === api.key)} />
      ) : nothing ? (
        <Empty title="No API is registered yet">What is proposed waits for somebody else to agree.</Empty>
      ) : (
        <Empty
          title="It is not here"
          acts={
            <Link className="btn" to="/apis">
              To the APIs
            </Link>
          }
        >
          It may be another tenant’s, or come from an older link. Nothing was done.
        </Empty>
      )}
    </div>
  );
}

function List({
  apis,
  waiting,
  change,
  api,
}: {
  apis: readonly ContractView[];
  waiting: readonly ContractChangeView[];
  change: string | undefined;
  api: string | undefined;
}) {
  const rows = useRowKeys<HTMLElement>();
  return (
    <nav className="list-pane" aria-label="APIs and proposals" ref={rows}>
      {waiting.length > 0 && (
        <>
          <PaneHead title="Proposed, waits for somebody else" count={waiting.length} />
          {waiting.map((c) => (
            <ChangeRow key={c.id} of={c} on={c.id === change} />
          ))}
        </>
      )}
      <PaneHead title="APIs" count={apis.length} />
      {apis.length === 0 && <p className="pane-none">None is registered yet.</p>}
      {apis.map((a) => (
        <ApiRow key={a.id} of={a} on={a.id === api} waits={waiting.some((c) => c.contract.key === a.key)} />
      ))}
    </nav>
  );
}

function ChangeRow({ of: c, on }: { of: ContractChangeView; on: boolean }) {
  const me = useMe();
  const now = useNow();
  return (
    <Link className="q" data-row="" to="/apis" search={{ change: c.id }} aria-current={on ? 'true' : undefined}>
      <span className="l1">
        <span className="cut">{c.contract.name}</span>
        <span className="push small mute">{versionOf(c)}</span>
      </span>
      <span className="l2">
        {c.base_version === 0 ? count(c.contract.actions.length, 'action') : count(c.differences.length, 'difference')}
      </span>
      <span className="l3">
        <span>
          {c.proposed_by.id === me.id ? 'yours' : `of ${c.proposed_by.name}`}, <When at={c.proposed_at} now={now} />
        </span>
        {c.reviewable && <span className="t-ochre">for you to look at</span>}
      </span>
    </Link>
  );
}

function ApiRow({ of: a, on, waits }: { of: ContractView; on: boolean; waits: boolean }) {
  return (
    <Link className="q" data-row="" to="/apis" search={{ id: a.id }} aria-current={on ? 'true' : undefined}>
      <span className="l1">
        <span className="cut">{a.name}</span>
        <span className="push small mute">v{a.version}</span>
      </span>
      <span className="l2 mono cut">{a.audience.replace(/^https?:\/\//, '')}</span>
      <span className="l3">
        <span>{a.format === 'jwt' ? 'JWT' : 'opaque'}</span>
        <span>{count(a.actions.length, 'action')}</span>
        {a.modes.includes('impersonation') && (
          <span className="t-seal">
            <Icon of={VenetianMask} size={14} /> {a.modes.length === 1 ? 'needs' : 'takes'} impersonation
          </span>
        )}
        {waits && <span className="t-ochre">a change waits</span>}
      </span>
    </Link>
  );
}
