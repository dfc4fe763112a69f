// The window of somebody who is signed in: session bar, navigation, the page, status bar, and what floats above.
import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { EndDialog } from '~/features/acting/EndDialog';
import { SessionBar } from '~/features/acting/SessionBar';
import { useActing } from '~/features/acting/acting';
import { cx } from '~/ui/text';
import { KeysDialog } from './KeysDialog';
import { type Keymap, useKeys } from './keys';
import { useFreshness } from './live';
import { Nav } from './Nav';
import { OfflineStrip } from './OfflineStrip';
import { OverlayContext, type OverlayName } from './overlay';
import { Palette } from './Palette';
import { flat } from './places';
import { clockQuery, contractChangesQuery, requestsQuery } from './queries';
import { useClient, useMe, useOfflineSince } from './services';
import { StatusBar } from './StatusBar';

export function Shell() {
  const me = useMe();
  const acting = useActing();
  const offline = useOfflineSince();
  const [overlay, setOverlay] = useState<OverlayName | null>(null);
  const close = () => setOverlay(null);
  useFreshness();
  useWindowKeys(setOverlay, acting?.live === true);
  const toSign = useToSignCount();
  const toReview = useToReviewCount();
  const clockBehind = useClockBehind();
  return (
    <OverlayContext value={setOverlay}>
      <div className="win" data-acting={acting?.frame}>
        {acting ? <SessionBar acting={acting} onEnd={() => setOverlay('end')} /> : <div />}
        <div className="app">
          <Nav me={me} counts={{ sign: toSign, apis: toReview, clock: clockBehind ? 1 : 0 }} />
          <main className={cx('main', offline !== null && 'has-strip')}>
            {offline !== null && <OfflineStrip since={offline} />}
            <Outlet />
          </main>
        </div>
        <StatusBar />
      </div>
      {overlay === 'palette' && <Palette onClose={close} />}
      {overlay === 'keys' && <KeysDialog onClose={close} />}
      {overlay === 'end' && acting?.live && <EndDialog delegation={acting.delegation} onClose={close} />}
    </OverlayContext>
  );
}

function useToSignCount(): number {
  const me = useMe();
  const client = useClient();
  const { data } = useQuery({ ...requestsQuery(client, 'to_sign'), enabled: me.roles.includes('approver') });
  return data?.filter((r) => r.not_signable.length === 0).length ?? 0;
}

function useToReviewCount(): number {
  const me = useMe();
  const client = useClient();
  const enabled = me.roles.some((r) => r === 'admin' || r === 'approver');
  const { data } = useQuery({ ...contractChangesQuery(client), enabled });
  return data?.filter((c) => c.state === 'waiting' && c.reviewable).length ?? 0;
}

/** Admins alone may look, and can do something about it. */
function useClockBehind(): boolean {
  const me = useMe();
  const { data } = useQuery({ ...clockQuery(useClient()), enabled: me.roles.includes('admin') });
  return data?.mints === false;
}

function useWindowKeys(open: (name: OverlayName) => void, acting: boolean): void {
  const me = useMe();
  const navigate = useNavigate();
  const keymap: Keymap = {
    'mod+k': () => open('palette'),
    '?': () => open('keys'),
    'mod+shift+e': () => acting && open('end'),
  };
  if (me.roles.includes('agent')) keymap.c = () => void navigate({ to: '/work/new' });
  for (const place of flat(me.roles)) keymap[`g ${place.key}`] = () => void navigate({ to: place.to });
  useKeys(keymap);
}
