import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, CornerDownRight, FileText, PenLine, VenetianMask } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Action, ContractChangeView, ContractView, Mode } from '~/api/types';
import { useNow } from '~/app/clock';
import { contractQuery } from '~/app/queries';
import { useClient, useMe } from '~/app/services';
import { Refusal } from '~/ui/Fault';
import { Icon } from '~/ui/Icon';
import { type FactRow, Facts, Note, Panel } from '~/ui/parts';
import { count } from '~/ui/text';
import { day, duration } from '~/ui/time';
import { Risk, State, When } from '~/ui/words';
import { CHANGE_STATES, versionOf } from './changes';
import { BY_FILE, formatShort, SUBJECTS } from './words';

interface Props {
  api: ContractView;
  /** All of the tenant, to name those that actions call. */
  apis: readonly ContractView[];
  /** Proposals of this API, waiting and decided. */
  changes: readonly ContractChangeView[];
}

/** What an API promises and wants. */
export function ContractPane({ api, apis, changes }: Props) {
  const me = useMe();
  const detail = useQuery(contractQuery(useClient(), api.id));
  const since = detail.data?.versions.find((v) => v.version === api.version)?.at;
  return (
    <section className="pad stack stack-16" aria-label={api.name}>
      <div className="row">
        <h2 className="serif-h">{api.name}</h2>
        <span className="mute">
          contract v{api.version}
          {since && `, in force since ${day(since)}`}
        </span>
        <span className="push" />
        {me.roles.includes('admin') && !api.by_file && (
          <Link className="btn" to="/apis/propose" search={{ id: api.id }}>
            Propose a change…
          </Link>
        )}
      </div>
      {api.by_file && (
        <Note icon={FileText}>
          <p>{BY_FILE}</p>
        </Note>
      )}
      {changes
        .filter((c) => c.state === 'waiting')
        .map((c) => (
          <Waits key={c.id} change={c} />
        ))}
      <Facts
        rows={factsOf(
          api,
          me.roles.some((r) => r === 'admin' || r === 'auditor'),
        )}
      />
      <Actions api={api} apis={apis} />
      {api.endpoints.length > 0 && <Operations api={api} />}
      {detail.error && <Refusal error={detail.error} />}
      <History versions={detail.data?.versions ?? []} changes={changes.filter((c) => c.state !== 'waiting')} />
    </section>
  );
}

const Waits = ({ change: c }: { change: ContractChangeView }) => (
  <Note tone="ochre" icon={PenLine}>
    <p>
      <b>{c.proposed_by.name} proposes a change.</b> Until somebody else agrees, this stands as it is.{' '}
      <Link to="/apis" search={{ change: c.id }}>
        Look at {count(c.differences.length, 'difference')}
      </Link>
    </p>
  </Note>
);

function factsOf(api: ContractView, seesClients: boolean): FactRow[] {
  const client = (id: string): ReactNode =>
    seesClients ? (
      <Link className="mono" to="/clients" search={{ id }}>
        {id}
      </Link>
    ) : (
      <span className="mono">{id}</span>
    );
  return [
    ['Audience', <span className="mono">{api.audience}</span>],
    ['Base address', <span className="mono">{api.base_url}</span>],
    [
      'Token',
      `${formatShort(api)}, at most ${duration(api.token_ttl_s * 1000)}, ${api.bound ? 'bound to the caller’s key' : 'not bound to a key'}`,
    ],
    ['Delegation', `at most ${api.max_minutes.toLocaleString('en')} min`],
    ['Delegated', <Takes api={api} mode="delegated" />],
    ['Impersonation', <Takes api={api} mode="impersonation" />],
    ['Customers’ names', SUBJECTS[api.subject]],
    [
      'Its own client',
      api.client ? client(api.client) : <span className="mute">none: its tokens go nowhere else</span>,
    ],
    [
      'May introspect',
      api.introspection_clients.length > 0 ? (
        <span className="tags">
          {api.introspection_clients.map((id) => (
            <span key={id}>{client(id)}</span>
          ))}
        </span>
      ) : (
        <span className="mute">{api.client ? 'nobody beside its own client' : 'nobody'}</span>
      ),
    ],
  ];
}

function Takes({ api, mode }: { api: ContractView; mode: Mode }) {
  if (!api.modes.includes(mode)) return mode === 'impersonation' ? 'never' : <span className="t-ochre">not taken</span>;
  if (mode === 'impersonation')
    return (
      <span className="t-seal">
        <Icon of={VenetianMask} size={14} /> taken: it cannot see who acts
      </span>
    );
  return (
    <>
      <Icon of={Check} size={14} tone="t-ledger" /> taken: it sees the customer and who acts
    </>
  );
}

function Actions({ api, apis }: Pick<Props, 'api' | 'apis'>) {
  return (
    <div className="sheet">
      <table className="ledger inset roomy" aria-label="Actions">
        <thead>
          <tr>
            <th>Action</th>
            <th className="fit">Scope</th>
            <th className="fit">Risk</th>
          </tr>
        </thead>
        <tbody>
          {api.actions.map((a) => (
            <tr key={a.scope}>
              <td>
                <span className="main-l">{a.name}</span>
                <span className="sub wrap">{a.effect}</span>
                <Calls of={a} apis={apis} />
              </td>
              <td className="fit mono">{a.scope}</td>
              <td className="fit">
                <Risk of={a.risk} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the action calls at other APIs. */
function Calls({ of, apis }: { of: Action; apis: readonly ContractView[] }) {
  if (!of.calls || of.calls.length === 0) return null;
  return (
    <ul className="sub calls" aria-label={`What ${of.scope} calls at other APIs`}>
      {of.calls.map((hop) => {
        const there = apis.find((a) => a.audience === hop.audience);
        const action = there?.actions.find((a) => a.scope === hop.scope);
        return (
          <li key={`${hop.audience} ${hop.scope}`}>
            <Icon of={CornerDownRight} size={14} /> {action?.name ?? 'an action'} at {there?.name ?? hop.audience},{' '}
            <span className="mono">{hop.scope}</span>
            {action ? <Risk of={action.risk} /> : <span className="t-ochre"> not in the contract there</span>}
          </li>
        );
      })}
    </ul>
  );
}

const Operations = ({ api }: { api: ContractView }) => (
  <Panel title="Operations that the explorer offers">
    <table className="ledger inset" aria-label="Operations">
      <thead className="sr">
        <tr>
          <th>Method</th>
          <th>Path</th>
          <th>Action</th>
        </tr>
      </thead>
      <tbody>
        {api.endpoints.map((e) => (
          <tr key={`${e.method} ${e.path}`}>
            <td className="fit mono">{e.method}</td>
            <td className="mono" title={e.path}>
              {e.path}
            </td>
            <td className="fit mono mute">{e.scope}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Panel>
);

function History({
  versions,
  changes,
}: {
  versions: readonly { version: number; at: string }[];
  changes: readonly ContractChangeView[];
}) {
  const now = useNow();
  return (
    <div className="cols">
      <Panel title="Versions">
        {versions.length === 0 && <p className="mute">not looked up yet</p>}
        <ul className="stack stack-4">
          {versions.map((v, i) => (
            <li className="row" key={v.version}>
              <span>v{v.version}</span>
              <span className="mute">
                <When at={v.at} now={now} />
              </span>
              {i === 0 && <span className="t-ledger small">in force</span>}
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Proposals that were decided">
        {changes.length === 0 && <p className="mute">none</p>}
        <ul className="stack stack-4">
          {changes.map((c) => (
            <li className="row wrap" key={c.id}>
              <State of={CHANGE_STATES[c.state][0]} small>
                {CHANGE_STATES[c.state][1]}
              </State>
              <Link to="/apis" search={{ change: c.id }}>
                {versionOf(c)} of {c.proposed_by.name}
              </Link>
              {c.decided_at && (
                <span className="mute">
                  <When at={c.decided_at} now={now} />
                </span>
              )}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
