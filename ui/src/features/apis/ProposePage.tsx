// A contract as JSON text, and beside it what would be different.
import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { CircleSlash } from 'lucide-react';
import { type FormEvent, useId, useRef, useState } from 'react';
import type { Contract, ContractDetail, ContractView } from '~/api/types';
import { sentence } from '~/api/errors';
import { useKeys } from '~/app/keys';
import { Page } from '~/app/Page';
import { contractsQuery, keys } from '~/app/queries';
import { useClient, useOfflineWhy } from '~/app/services';
import { Button } from '~/ui/Button';
import { Fault, Refusal } from '~/ui/Fault';
import type { JsonFault } from '~/ui/jsonFault';
import { Empty, LinkButton, Loading, Note, Panel } from '~/ui/parts';
import { count } from '~/ui/text';
import { readContract, TEMPLATE, written } from './contract';
import { Differences } from './Differences';
import { differences } from './diff';
import { BY_FILE } from './words';

const route = getRouteApi('/apis/propose');

export function ProposePage() {
  const client = useClient();
  const { id } = route.useSearch();
  const apis = useQuery(contractsQuery(client));
  const detail = useQuery({
    queryKey: keys.contract(id ?? ''),
    queryFn: id === undefined ? skipToken : () => client.contract_get(id),
  });
  const broken = [apis, detail].find((q) => q.isError);
  const standing = detail.data;
  return (
    <Page
      title={id === undefined ? 'Register an API' : standing ? `Propose a change of ${standing.view.name}` : 'Propose'}
      crumb={{ name: 'APIs', to: '/apis' }}
    >
      {broken ? (
        <Fault error={broken.error} onRetry={() => void broken.refetch()} />
      ) : !apis.data || (id !== undefined && !standing) ? (
        <Loading what="the contract" />
      ) : standing?.view.by_file ? (
        <Empty
          title="It is changed in its file"
          acts={
            <Link className="btn" to="/apis" search={{ id: standing.view.id }}>
              Back to {standing.view.name}
            </Link>
          }
        >
          {BY_FILE}
        </Empty>
      ) : (
        <Editor key={id} standing={standing} apis={apis.data} />
      )}
    </Page>
  );
}

/** What was typed stays for as long as one is signed in, whatever page one looks at in between. */
function useDraft(of: string, start: string) {
  const queries = useQueryClient();
  const [text, setText] = useState(() => queries.getQueryData<string>(keys.draft(of)) ?? start);
  const set = (next: string) => {
    setText(next);
    queries.setQueryData(keys.draft(of), next);
  };
  const drop = () => queries.removeQueries({ queryKey: keys.draft(of) });
  return { text, set, drop };
}

type Read = ReturnType<typeof readContract>;

/** What a contract may not be, beside its own shape. */
function misplaced(contract: Contract, standing: ContractDetail | undefined, apis: readonly ContractView[]) {
  const key = standing?.contract.key;
  if (key !== undefined && contract.key !== key) return `key must stay "${key}": it says which API it is of`;
  const taken = apis.find((a) => a.key === contract.key);
  if (!standing && taken)
    return `key "${contract.key}" is that of ${taken.name}: ${taken.by_file ? 'it is changed in its file' : 'propose a change of it instead'}`;
  return undefined;
}

function Editor({ standing, apis }: { standing: ContractDetail | undefined; apis: readonly ContractView[] }) {
  const start = standing ? written(standing.contract) : TEMPLATE;
  const draft = useDraft(standing?.view.id ?? 'new', start);
  const offline = useOfflineWhy();
  const read = readContract(draft.text);
  const different = 'contract' in read ? differences(standing?.contract, read.contract) : [];
  const place = 'contract' in read ? misplaced(read.contract, standing, apis) : undefined;
  const { send, busy, error } = usePropose(read, draft.drop);
  const why =
    offline ??
    ('fault' in read
      ? 'what is written is no contract yet'
      : (place ?? (different.length === 0 ? 'nothing is different yet' : undefined)));
  const submit = () => why === undefined && !busy && send();
  useKeys({ 'mod+enter': submit });
  const typed = draft.text !== start;
  return (
    <div className="propose">
      <form
        className="req-form"
        aria-label="The contract"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          submit();
        }}
      >
        <Source text={draft.text} onText={draft.set} read={read} place={place} />
        <footer className="req-foot">
          <Button kind="ink" submit why={why} busy={busy} keys={why ? undefined : 'mod+enter'}>
            {standing ? 'Propose the change' : 'Propose the API'}
          </Button>
          <Link className="btn ghost" to="/apis" search={standing ? { id: standing.view.id } : {}}>
            Back
          </Link>
          {typed && (
            <Button
              kind="ghost"
              className="push"
              onClick={() => {
                draft.set(start);
                draft.drop();
              }}
            >
              {standing ? `Start again from v${standing.view.version}` : 'Start again'}
            </Button>
          )}
        </footer>
      </form>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      <aside className="req-out" tabIndex={0} aria-label="What would be different">
        {error && <Refusal error={error} />}
        <Panel title={standing ? `Different from v${standing.view.version}` : 'What it would say'}>
          {'fault' in read ? (
            <p className="two">Shown as soon as what is written is a contract.</p>
          ) : different.length === 0 ? (
            <p className="two">Nothing is different yet.</p>
          ) : (
            <div className="stack">
              <p className="small two" role="status">
                {count(different.length, 'difference')}
              </p>
              <Differences of={different} label="Differences" />
            </div>
          )}
        </Panel>
        <p className="small mute">
          Nothing changes yet: somebody else, an admin or an approver, looks at the same differences and agrees. Only
          then it takes force.
        </p>
      </aside>
    </div>
  );
}

function usePropose(read: Read, drop: () => void) {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const propose = useMutation({
    mutationFn: (contract: Contract) => client.contract_propose({ contract }),
    onSuccess: async (made) => {
      drop();
      await queries.invalidateQueries({ queryKey: keys.contractChanges });
      void navigate({ to: '/apis', search: { change: made.id } });
    },
  });
  const send = () => {
    if ('contract' in read) propose.mutate(read.contract);
  };
  return { send, busy: propose.isPending, error: propose.error };
}

const offsetOf = (text: string, { line, column }: JsonFault) =>
  text
    .split('\n')
    .slice(0, line - 1)
    .reduce((sum, l) => sum + l.length + 1, 0) +
  column -
  1;

function Source({
  text,
  onText,
  read,
  place,
}: {
  text: string;
  onText: (text: string) => void;
  read: Read;
  place: string | undefined;
}) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const fault = 'fault' in read ? read.fault : place && `Not so: ${place}`;
  const at = 'fault' in read ? read.at : undefined;
  const go = (to: JsonFault) => {
    const offset = offsetOf(text, to);
    area.current?.focus();
    area.current?.setSelectionRange(offset, Math.min(text.length, offset + 1));
  };
  return (
    <div className="scroll source">
      <label className="lab" htmlFor={id}>
        Contract <span className="hint">JSON, as in a contract file</span>
      </label>
      <textarea
        ref={area}
        className="area code body-in"
        id={id}
        spellCheck={false}
        autoComplete="off"
        value={text}
        aria-invalid={fault !== undefined && fault !== ''}
        aria-describedby={`${id}said`}
        onChange={(e) => onText(e.target.value)}
      />
      <div id={`${id}said`} role="status">
        {fault ? (
          <Note tone="seal" icon={CircleSlash}>
            <p>
              {sentence(fault)} {at && <LinkButton onClick={() => go(at)}>Go there</LinkButton>}
            </p>
          </Note>
        ) : (
          <p className="small mute">It is a contract. The service looks at it once more when you propose it.</p>
        )}
      </div>
    </div>
  );
}
