// The built-in case list: what justifies access. Approvers may close a case, admins also open and give it.
import { useQuery } from '@tanstack/react-query';
import { Plus, Search } from 'lucide-react';
import { useRef, useState } from 'react';
import type { CaseView } from '~/api/types';
import { useNow } from '~/app/clock';
import { useKeys } from '~/app/keys';
import { Page } from '~/app/Page';
import { casesQuery } from '~/app/queries';
import { useClient, useMe, useOfflineWhy } from '~/app/services';
import { Button } from '~/ui/Button';
import { Fault } from '~/ui/Fault';
import { Icon } from '~/ui/Icon';
import { Kbd } from '~/ui/Kbd';
import { Empty, Loading } from '~/ui/parts';
import { Seg } from '~/ui/Seg';
import { count } from '~/ui/text';
import { clockTime } from '~/ui/time';
import { type CaseAct, CaseDialog } from './CaseDialogs';
import { CaseForm } from './CaseForm';
import { CaseTable } from './CaseTable';
import { ofState, searched, type Which } from './list';

/** Rows at once; more on asking. */
const STEP = 200;

export function CasesPage() {
  const me = useMe();
  const admin = me.roles.includes('admin');
  const { data, error, refetch, dataUpdatedAt } = useQuery(casesQuery(useClient()));
  const [making, setMaking] = useState(false);
  const [acting, setActing] = useState<{ act: CaseAct; of: CaseView }>();
  const offline = useOfflineWhy();
  const create = admin && (
    <Button kind="ink" icon={Plus} why={offline} onClick={() => setMaking(true)}>
      New case…
    </Button>
  );
  return (
    <Page title="Cases" acts={create}>
      {data ? (
        data.length === 0 ? (
          <Empty title="There are no cases yet" acts={create}>
            A case is the reason for all access: without an open one that is theirs, nobody can ask for anything. Last
            looked at {clockTime(dataUpdatedAt)}.
          </Empty>
        ) : (
          <List cases={data} offline={offline} onAct={(act, of) => setActing({ act, of })} />
        )
      ) : error ? (
        <Fault error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading what="the cases" />
      )}
      {making && <CaseForm onClose={() => setMaking(false)} />}
      {acting && <CaseDialog {...acting} onClose={() => setActing(undefined)} />}
    </Page>
  );
}

interface ListProps {
  cases: readonly CaseView[];
  offline: string | undefined;
  onAct: (act: CaseAct, of: CaseView) => void;
}

function List({ cases, offline, onAct }: ListProps) {
  const me = useMe();
  const now = useNow();
  const [which, setWhich] = useState<Which>('open');
  const [text, setText] = useState('');
  const [limit, setLimit] = useState(STEP);
  const input = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => input.current?.focus(), Escape: () => setText('') });
  const some = ofState(cases, which);
  const found = searched(some, text);
  const items = (['open', 'closed', 'all'] as const).map((value) => ({
    value,
    label: `${value === 'all' ? 'All' : value === 'open' ? 'Open' : 'Closed'} ${ofState(cases, value).length.toLocaleString('en')}`,
  }));
  return (
    <>
      <div className="bar-tools">
        <Seg label="Which cases" small items={items} value={which} onChange={setWhich} />
        <div className="find-in">
          <Icon of={Search} size={14} />
          <input
            className="inp"
            ref={input}
            placeholder="Filter: ZD-47 cus_8812 dana"
            aria-label="Filter the cases"
            value={text}
            onChange={(e) => setText(e.target.value)}
            onKeyDown={(e) => {
              if (e.key !== 'Escape') return;
              if (text === '') e.currentTarget.blur();
              else setText('');
            }}
          />
          <Kbd keys="/" />
        </div>
        <span className="push small two" role="status">
          {text.trim() === '' ? count(found.length, 'case') : `${found.length} of ${count(some.length, 'case')}`}
        </span>
      </div>
      {found.length > 0 ? (
        <CaseTable cases={found.slice(0, limit)} me={me} now={now} offline={offline} onAct={onAct} />
      ) : (
        <None which={which} text={text} searched={some.length} onClear={() => setText('')} />
      )}
      {found.length > limit && (
        <p className="trail-end">
          <Button size="sm" onClick={() => setLimit(limit + STEP)}>
            {`Show more, ${(found.length - limit).toLocaleString('en')} are left`}
          </Button>
        </p>
      )}
    </>
  );
}

function None({
  which,
  text,
  searched: n,
  onClear,
}: {
  which: Which;
  text: string;
  searched: number;
  onClear: () => void;
}) {
  if (text.trim() === '')
    return (
      <Empty title={which === 'open' ? 'No case is open' : 'No case is closed'}>
        {which === 'open'
          ? 'Nothing can be asked until one is opened, or opened again.'
          : 'Cases that are closed stay in this list; what they justified has ended.'}
      </Empty>
    );
  return (
    <Empty
      title="No case matches"
      acts={
        <Button keys="Esc" onClick={onClear}>
          Clear the filter
        </Button>
      }
    >
      {count(n, which === 'all' ? 'case' : `${which} case`)} {n === 1 ? 'was' : 'were'} searched; they are all there
      are.
    </Empty>
  );
}
