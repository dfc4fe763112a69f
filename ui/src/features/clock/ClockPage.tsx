// The service's clock: whether anything is held up by it, why, for how long, and what to do.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, Hourglass, TimerReset } from 'lucide-react';
import { useState } from 'react';
import type { ClockView } from '~/api/types';
import { Page } from '~/app/Page';
import { clockQuery } from '~/app/queries';
import { useClient, useOfflineWhy } from '~/app/services';
import { Button } from '~/ui/Button';
import { Fault } from '~/ui/Fault';
import { Facts, Loading, Note, Panel } from '~/ui/parts';
import { clockTime, exact } from '~/ui/time';
import { LowerDialog } from './LowerDialog';
import { behindText, isLong, moment } from './words';

export function ClockPage() {
  const offline = useOfflineWhy();
  const { data, error, refetch, dataUpdatedAt } = useQuery(clockQuery(useClient()));
  const [lowering, setLowering] = useState(false);
  const why = offline ?? (data?.mints ? 'the clock does not stand behind; there is nothing to lower' : undefined);
  const acts = data && (
    <Button kind={data.mints ? undefined : 'danger'} icon={TimerReset} why={why} onClick={() => setLowering(true)}>
      Lower the mark…
    </Button>
  );
  return (
    <Page title="Clock" acts={acts}>
      {data ? (
        <div className="pad stack stack-20 clock-room">
          {data.mints ? <Right /> : <Behind clock={data} />}
          <Standing clock={data} looked={dataUpdatedAt} />
          {data.mints ? <Why clock={data} /> : <WhatToDo clock={data} />}
        </div>
      ) : error ? (
        <Fault error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading what="the clock" lines={4} />
      )}
      {lowering && data && <LowerDialog clock={data} onClose={() => setLowering(false)} />}
    </Page>
  );
}

function Right() {
  return (
    <Note tone="ledger" icon={CircleCheck}>
      <p>
        <b>The clock holds nothing up.</b> Tokens are given out, and people sign in, as usual.
      </p>
    </Note>
  );
}

function Behind({ clock }: { clock: ClockView }) {
  const until = moment(clock.mark, clock.shown);
  return (
    <Note tone="ochre" icon={Hourglass} alert>
      <p>
        <b>The service is waiting: its clock stands {behindText(clock)} behind.</b> It has already seen {until}, and the
        clock has gone back to {moment(clock.shown, clock.mark)}.
      </p>
      <p>
        Left alone, it goes on when the clock shows {until} again, in {behindText(clock)}
        {isLong(clock) ? ': too long to wait for. See what to do below.' : '.'}
      </p>
      <ul className="what-ends">
        <li>
          Nobody gets a new token or starts a signed request, and only admins can sign in. Whoever is refused is told
          why.
        </li>
        <li>Agents who act now can go on for at most 5 min, until their token runs out.</li>
        <li>Asking, signing, refusing and ending go on, and the trail records everything.</li>
      </ul>
    </Note>
  );
}

function Standing({ clock, looked }: { clock: ClockView; looked: number }) {
  const tolerance = `up to ${clock.tolerance_s} s is taken as normal`;
  return (
    <Facts
      rows={[
        ['The clock shows', <time dateTime={clock.shown}>{exact(clock.shown)}</time>],
        [
          'The mark',
          <>
            <time dateTime={clock.mark}>{exact(clock.mark)}</time>{' '}
            <span className="mute">the latest time that the service has seen</span>
          </>,
        ],
        [
          'Behind by',
          <>
            {clock.mints && clock.behind_s === 0 ? 'nothing' : behindText(clock)}{' '}
            <span className="mute">{tolerance}</span>
          </>,
        ],
        ['Last looked', clockTime(looked)],
      ]}
    />
  );
}

function Why({ clock }: { clock: ClockView }) {
  return (
    <Panel title="If the clock is ever set back">
      <p className="two measure">
        The service then goes on by the latest time that it has seen, its mark, so that nothing that was over comes
        alive again. While the clock stands more than {clock.tolerance_s} s behind the mark it gives out no tokens, and
        this page says what to do.
      </p>
    </Panel>
  );
}

/** The two causes look alike from inside: only somebody who looks at another clock can tell them apart. */
function WhatToDo({ clock }: { clock: ClockView }) {
  return (
    <Panel title="What to do">
      <p className="two measure">
        Look at a clock that you trust. Does it show {moment(clock.shown, clock.mark)}, as the service’s does?
      </p>
      <dl className="choice-l">
        <dt>No, the service’s clock is late</dt>
        <dd>
          Set it right on the computer that runs the service, and let it keep time by the network. The service goes on
          within seconds; nothing else is to be done.
        </dd>
        <dt>Yes, the service’s clock is right now</dt>
        <dd>
          Then it was ahead before. Lower the mark: the service goes on at once, and what was begun in the time that
          never was is over. It is recorded, with your name and reason. Whether tokens were given out meanwhile stands
          in its line of the <Link to="/trail">trail</Link>.
        </dd>
      </dl>
    </Panel>
  );
}
