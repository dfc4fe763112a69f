import { Link } from '@tanstack/react-router';
import type { CaseView } from '~/api/types';
import { useRowKeys } from '~/app/rows';
import { Empty, PaneHead } from '~/ui/parts';
import { Customer } from '~/ui/words';

/** Access starts from a case: which one. */
export function ChooseCase({ cases }: { cases: readonly CaseView[] }) {
  const rows = useRowKeys<HTMLTableElement>();
  if (cases.length === 0)
    return (
      <Empty title="No open case is assigned to you">
        Access starts from a case. An admin opens one and assigns it; it shows here within seconds.
      </Empty>
    );
  return (
    <>
      <PaneHead title="For which case?" count={cases.length} />
      <table className="ledger closed" ref={rows}>
        <thead>
          <tr>
            <th className="fit">Case</th>
            <th>About</th>
            <th className="fit">Customer</th>
          </tr>
        </thead>
        <tbody>
          {cases.map((c) => (
            <tr key={c.id}>
              <td className="fit">
                <Link className="row-link mono" data-row="" to="/work/new" search={{ case: c.id }}>
                  {c.key}
                </Link>
              </td>
              <td>{c.title}</td>
              <td className="fit">
                <Customer subject={c.customer.subject} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
