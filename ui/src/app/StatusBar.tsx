import { CircleDashed } from 'lucide-react';
import { Icon } from '~/ui/Icon';
import { Kbd } from '~/ui/Kbd';
import { cx } from '~/ui/text';
import { useOverlay } from './overlay';
import { useConsole, useMe } from './services';

/** Whom the window talks to, and by which rules. */
export function StatusBar() {
  const { stream, service, keychain } = useConsole();
  const me = useMe();
  const open = useOverlay();
  const live = stream === 'live';
  return (
    <footer className="status" aria-label="Status">
      <span title={me.issuer}>
        <span className={cx('live-dot', !live && 'off')} />
        {live ? 'Live' : 'Offline'}
      </span>
      <span className="sep" />
      <span title={service?.issuer}>
        {me.tenant_name}, {me.embedded ? 'embedded service' : 'shared service'}
      </span>
      {me.sample && (
        <>
          <span className="sep opt" />
          <span className="opt">sample workspace</span>
        </>
      )}
      {keychain.state === 'memory' && (
        <>
          <span className="sep opt" />
          <span className="opt" title="The keychain is not used: the session ends with this window.">
            <Icon of={CircleDashed} size={14} />
            session kept in memory
          </span>
        </>
      )}
      <span className="push" title={`service ${me.version}`}>
        policy {me.policy}
      </span>
      <span className="sep" />
      <button type="button" onClick={() => open('keys')}>
        Keys <Kbd keys="?" />
      </button>
    </footer>
  );
}
