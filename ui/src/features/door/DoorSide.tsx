import { useConsole } from '~/app/services';
import { Rosette } from '~/ui/Rosette';
import { cx } from '~/ui/text';
import { clockTime } from '~/ui/time';
import { hostOf } from './BrowserWait';

// Drawn for its own sake: it stands for no hash of anybody's.
const ENGRAVING = '3f36fa3f8e5c9dcf3146b18bb5473b7b';

/** The promise, to be signed by this console and by the person. */
export function DoorSide() {
  const { service, me } = useConsole();
  return (
    <aside className="door-r" aria-hidden="true">
      <Rosette hash={ENGRAVING} size={620} className="big turn" />
      <div className="stack stack-24">
        <div className="prose sm">
          This device may ask for access to a customer’s account only with a case, a second signature, and a line in the
          record.
        </div>
        <div className="stack stack-20">
          <Blank
            hand={service ? 'this console' : ''}
            below={service ? `At ${hostOf(service.issuer)}` : 'This console'}
          />
          <Blank hand={me?.name ?? ''} below={me ? `Signed in ${clockTime(me.auth_time)}` : 'You'} />
        </div>
      </div>
    </aside>
  );
}

const Blank = ({ hand, below }: { hand: string; below: string }) => (
  <div>
    <div className={cx('blank', hand === '' && 'dash')}>{hand}</div>
    <div className="small mute">{below}</div>
  </div>
);
