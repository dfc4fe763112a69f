import { Info, PenLine } from 'lucide-react';
import { useState } from 'react';
import type { ContractChangeView } from '~/api/types';
import { useNow } from '~/app/clock';
import { useMe, useOfflineWhy } from '~/app/services';
import { Button } from '~/ui/Button';
import { Json } from '~/ui/Json';
import { Note, Panel } from '~/ui/parts';
import { Rosette } from '~/ui/Rosette';
import { count, shortHash } from '~/ui/text';
import { exact } from '~/ui/time';
import { State, When, Who } from '~/ui/words';
import { type ChangeAct, ChangeDialog } from './ChangeDialog';
import { CHANGE_STATES, versionOf } from './changes';
import { written } from './contract';
import { Differences } from './Differences';
import { widens } from './diff';

/** A proposal: what is different, and who may say yes. */
export function ChangePane({ change: c }: { change: ContractChangeView }) {
  const me = useMe();
  const now = useNow();
  const [open, setOpen] = useState<ChangeAct>();
  const wider = c.differences.filter((d) => widens(d) !== undefined).length;
  return (
    <section className="review" aria-label={`Proposal for ${c.contract.name}`}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      <div className="scroll" tabIndex={0} role="region" aria-label="What is proposed">
        <div>
          <h2 className="serif-h">
            {c.base_version === 0 ? `A new API: ${c.contract.name}` : `${c.contract.name}, ${versionOf(c)}`}
          </h2>
          <p className="row two">
            <Who name={c.proposed_by.name} you={c.proposed_by.id === me.id} /> proposed it{' '}
            <When at={c.proposed_at} now={now} />
          </p>
        </div>
        {c.state === 'waiting' && c.proposed_by.id === me.id && (
          <Note icon={Info}>
            <p>
              <b>This one is yours.</b> Nobody agrees to their own: another admin or an approver does.
            </p>
          </Note>
        )}
        <Panel
          title={
            c.base_version === 0
              ? 'What it would say'
              : `${count(c.differences.length, 'difference')} to v${c.base_version}`
          }
          right={wider > 0 && <span className="small t-ochre">{wider} to look at closely</span>}
        >
          {c.differences.length > 0 ? (
            <Differences of={c.differences} label="Differences" />
          ) : (
            <p className="mute">Nothing is different any more.</p>
          )}
        </Panel>
        <Panel title="The whole contract, as it would stand">
          <div className="claims">
            <Json text={written(c.contract)} label="The whole contract" />
          </div>
        </Panel>
        <p className="row small mute">
          <Rosette hash={c.digest} size={14} />
          <span>
            Digest <span className="mono">{shortHash(c.digest)}</span>. A yes covers all of the above.
          </span>
        </p>
      </div>
      <Acts change={c} onOpen={setOpen} />
      {open && <ChangeDialog act={open} change={c} onClose={() => setOpen(undefined)} />}
    </section>
  );
}

function Acts({ change: c, onOpen }: { change: ContractChangeView; onOpen: (act: ChangeAct) => void }) {
  const me = useMe();
  const offline = useOfflineWhy();
  const mine = c.proposed_by.id === me.id;
  if (c.state !== 'waiting')
    return (
      <footer className="signbar">
        <State of={CHANGE_STATES[c.state][0]}>{CHANGE_STATES[c.state][1]}</State>
        {c.decided_by && <span className="two">by {c.decided_by.name}</span>}
        {c.decided_at && <span className="mute small">{exact(c.decided_at)}</span>}
      </footer>
    );
  const why =
    offline ??
    (c.reviewable
      ? undefined
      : mine
        ? 'you proposed it; somebody else agrees'
        : 'it takes an admin or an approver who neither proposed it, nor invited who did or was invited by them');
  return (
    <footer className="signbar">
      <Button kind="sign" size="lg" icon={PenLine} why={why} onClick={() => onOpen('agree')}>
        Agree…
      </Button>
      {!mine && (
        <Button kind="danger" why={why} onClick={() => onOpen('refuse')}>
          Refuse…
        </Button>
      )}
      {mine && me.roles.includes('admin') && (
        <Button kind="danger" className="push" why={offline} onClick={() => onOpen('withdraw')}>
          Take back…
        </Button>
      )}
    </footer>
  );
}
