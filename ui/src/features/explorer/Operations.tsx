import { Link } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import { Fragment, type SyntheticEvent } from 'react';
import type { ContractView, DelegationView, Endpoint } from '~/api/types';
import { Hint } from '~/ui/Button';
import { Icon } from '~/ui/Icon';
import { PaneHead } from '~/ui/parts';
import { count } from '~/ui/text';
import { type Draft, isSigned } from './draft';

interface Props {
  contract: ContractView;
  delegation: DelegationView;
  chosen: Draft;
  onChoose: (endpoint: Endpoint) => void;
}

const NOT_SIGNED = 'not in what was signed; ask for it in a new request';

/** Pressing tells why, instead of taking the reason away. */
const keep = (event: SyntheticEvent) => event.preventDefault();

/** What was signed for, and what was not. */
export function Operations({ contract, delegation, chosen, onChoose }: Props) {
  const signed = contract.endpoints.filter((e) => isSigned(e, delegation));
  const locked = contract.endpoints.filter((e) => !isSigned(e, delegation));
  const on = (e: Endpoint) => e.method === chosen.method && e.path === chosen.template;
  return (
    <nav className="list-pane" aria-label="Operations">
      <PaneHead title="Signed for" count={count(delegation.actions.length, 'action')} />
      <div className="ops">
        {signed.map((e) => (
          <button
            type="button"
            className="op"
            key={e.method + e.path}
            aria-current={on(e) ? 'true' : undefined}
            onClick={() => onChoose(e)}
          >
            <Line of={e} />
          </button>
        ))}
      </div>
      {locked.length > 0 && (
        <>
          <PaneHead title="Not signed for" />
          <div className="ops">
            {locked.map((e) => (
              <Hint text={NOT_SIGNED} key={e.method + e.path}>
                <button type="button" className="op" aria-disabled="true" onPointerDown={keep} onClick={keep}>
                  <Line of={e} />
                  <Icon of={Lock} size={14} />
                </button>
              </Hint>
            ))}
            <p className="small mute pad-s">
              Not in what was signed.{' '}
              <Link to="/work/new" search={{ case: delegation.case.id }}>
                Ask for more
              </Link>
              ; more needs new signatures.
            </p>
          </div>
        </>
      )}
    </nav>
  );
}

const Line = ({ of }: { of: Endpoint }) => (
  <>
    <span className="verb">{of.method}</span>
    <span className="path">
      {of.path.split('/').map((part, i) => (
        <Fragment key={i}>
          {i > 0 && (
            <>
              <wbr />/
            </>
          )}
          {part}
        </Fragment>
      ))}
    </span>
  </>
);
