import { AppWindow, ChevronsUpDown, LogOut, type LucideIcon, Monitor, Moon, Sun, UserRoundCog } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { Me } from '~/api/types';
import { Icon } from '~/ui/Icon';
import { useFailure } from '~/ui/Toast';
import { useClient, useConsole } from './services';
import { setTheme, type Theme, useTheme } from './theme';

const THEMES: [Theme, string, LucideIcon][] = [
  ['light', 'Light', Sun],
  ['dark', 'Dark', Moon],
  ['system', 'As the system', Monitor],
];

/** Signing out, then straight in again: the browser asks who. */
export function useSessionActs() {
  const client = useClient();
  const fail = useFailure();
  return {
    signOut: () => void client.sign_out().catch(fail),
    switchPerson: () => void client.sign_out().then(client.sign_in).catch(fail),
    newWindow: () => void client.window_new().catch(fail),
  };
}

export function PersonMenu({ me }: { me: Me }) {
  const theme = useTheme();
  const acts = useSessionActs();
  const { acting } = useConsole();
  const ends = acting?.live ? `; your session for ${acting.customer.subject} ends` : '';
  return (
    <div className="nav-me">
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className="place" title={`${me.name}: ${me.roles.join(', ')}; tenant ${me.tenant_name}`}>
          <span className="who" data-k="person">
            <i aria-hidden="true">{me.name.charAt(0)}</i>
          </span>
          <span className="cut">
            <b>{me.name}</b> <span className="mute">{me.roles.join(', ')}</span>
          </span>
          <ChevronsUpDown className="ic ic-14 push mute" aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" side="top" align="start" sideOffset={6} collisionPadding={8}>
            <div className="menu-head">
              <b>{me.name}</b>
              <span>
                {me.roles.join(', ')} of {me.tenant_name}
              </span>
            </div>
            <Act
              icon={UserRoundCog}
              onSelect={acts.switchPerson}
              text="Switch person…"
              small={`signs ${me.name} out${ends}`}
            />
            <Act icon={AppWindow} onSelect={acts.newWindow} text="New window as…" small="this one stays as it is" />
            <DropdownMenu.Separator className="menu-sep" />
            <DropdownMenu.Label className="menu-label">Theme</DropdownMenu.Label>
            <DropdownMenu.RadioGroup value={theme} onValueChange={(v) => setTheme(v as Theme)}>
              {THEMES.map(([value, name, glyph]) => (
                <DropdownMenu.RadioItem
                  className="menu-i"
                  key={value}
                  value={value}
                  onSelect={(e) => e.preventDefault()}
                >
                  <Icon of={glyph} />
                  {name}
                  <DropdownMenu.ItemIndicator className="push mute small">in use</DropdownMenu.ItemIndicator>
                </DropdownMenu.RadioItem>
              ))}
            </DropdownMenu.RadioGroup>
            <DropdownMenu.Separator className="menu-sep" />
            <Act icon={LogOut} onSelect={acts.signOut} text="Sign out" small={ends.replace(/^; /, '')} />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </div>
  );
}

function Act({
  icon,
  text,
  small,
  onSelect,
}: {
  icon: LucideIcon;
  text: string;
  small?: string;
  onSelect: () => void;
}) {
  return (
    <DropdownMenu.Item className="menu-i" onSelect={onSelect}>
      <Icon of={icon} />
      <span>
        {text}
        {small && <small>{small}</small>}
      </span>
    </DropdownMenu.Item>
  );
}
