import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { CaseView } from '~/api/types';
import { useNow } from '~/app/clock';
import { requestsQuery } from '~/app/queries';
import { useClient, useMe } from '~/app/services';
import { count } from '~/ui/text';
import { Customer, State, When, Who } from '~/ui/words';

/** What comes from the case: printed, for it cannot be typed. */
export function CaseFacts({ of }: { of: CaseView }) {
  const me = useMe();
  const now = useNow();
  return (
    <aside className="req-case" aria-label="Case, fixed">
      <span className="row small mute">
        <span className="mono">{of.key}</span>
        <span className="push" />
        <State of={of.state} />
      </span>
      <p className="t">{of.title}</p>
      <dl className="printed">
        <div>
          <dt>Customer</dt>
          <dd>
            <Customer subject={of.customer.subject} />
          </dd>
        </div>
        <div>
          <dt>Tenant</dt>
          <dd>{me.tenant_name}</dd>
        </div>
        <div>
          <dt>Assigned to</dt>
          <dd>{of.assignee ? <Who name={of.assignee.name} you={of.assignee.id === me.id} /> : 'nobody'}</dd>
        </div>
        <div>
          <dt>Priority</dt>
          <dd>{of.priority}</dd>
        </div>
        <div className="opt">
          <dt>Opened</dt>
          <dd>
            <When at={of.opened_at} now={now} />
          </dd>
        </div>
        <div className="opt">
          <dt>Your earlier requests on it</dt>
          <dd>
            <Earlier about={of.id} />
          </dd>
        </div>
      </dl>
      <p className="small mute opt">
        These come from the case and cannot be typed. Another customer means another case.
      </p>
      <p className="opt">
        <Link to="/work/new">Choose another case</Link>
      </p>
    </aside>
  );
}

function Earlier({ about }: { about: string }) {
  const client = useClient();
  const { data } = useQuery(requestsQuery(client, 'mine'));
  const mine = data?.filter((r) => r.case.id === about) ?? [];
  const last = [...mine].sort((a, b) => b.asked_at.localeCompare(a.asked_at))[0];
  if (!last) return 'none';
  return (
    <Link to="/requests/$id" params={{ id: last.id }}>
      {count(mine.length, 'request')}, the last one {last.state}
    </Link>
  );
}
