import { WifiOff } from 'lucide-react';
import { Icon } from '~/ui/Icon';
import { clockTime } from '~/ui/time';

/** The stream is down: what is here may be old, and nothing can be done. */
export function OfflineStrip({ since }: { since: number }) {
  return (
    <div className="offline" role="status">
      <Icon of={WifiOff} />
      <span>
        <b>No connection to the service. Shown as of {clockTime(since)}.</b> You can read what is here. Nothing can be
        asked, signed or started; the console tries again by itself.
      </span>
    </div>
  );
}
