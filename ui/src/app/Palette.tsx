// Search or go to: acts, cases, places. Only what this person can do now is in it.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  AppWindow,
  FilePlus2,
  LogOut,
  type LucideIcon,
  Moon,
  PenLine,
  Search,
  Square,
  Sun,
  Ticket,
} from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Dialog } from '~/ui/Dialog';
import { Icon } from '~/ui/Icon';
import { Kbd } from '~/ui/Kbd';
import { useActing } from '~/features/acting/acting';
import { useOverlay } from './overlay';
import { useSessionActs } from './PersonMenu';
import { flat } from './places';
import { casesQuery, requestsQuery } from './queries';
import { useClient, useMe } from './services';
import { setTheme, useTheme } from './theme';

interface Entry {
  group: 'Do' | 'Cases' | 'Go to';
  icon: LucideIcon;
  name: string;
  code?: string;
  right?: string;
  keys?: string;
  act: () => void;
}

function useEntries(onClose: () => void): Entry[] {
  const me = useMe();
  const navigate = useNavigate();
  const client = useClient();
  const overlay = useOverlay();
  const acting = useActing();
  const session = useSessionActs();
  const dark = useTheme() === 'dark' || document.documentElement.dataset.theme === 'dark';
  const agent = me.roles.includes('agent');
  const cases = useQuery({ ...casesQuery(client), enabled: agent });
  const toSign = useQuery({ ...requestsQuery(client, 'to_sign'), enabled: me.roles.includes('approver') });
  const oldest = toSign.data?.find((r) => r.not_signable.length === 0);
  const out: Entry[] = [];
  const go = (act: () => void) => () => {
    onClose();
    act();
  };
  if (agent)
    out.push({
      group: 'Do',
      icon: FilePlus2,
      name: 'New request for a case…',
      keys: 'c',
      act: go(() => void navigate({ to: '/work/new' })),
    });
  if (oldest)
    out.push({
      group: 'Do',
      icon: PenLine,
      name: `Look at the oldest to sign: ${oldest.asker.name} for ${oldest.customer.subject}`,
      act: go(() => void navigate({ to: '/sign', search: { id: oldest.id } })),
    });
  if (acting?.live)
    out.push({
      group: 'Do',
      icon: Square,
      name: `End the session for ${acting.delegation.customer.subject}…`,
      keys: 'mod+shift+e',
      act: () => overlay('end'),
    });
  out.push({
    group: 'Do',
    icon: dark ? Sun : Moon,
    name: dark ? 'Switch to the light theme' : 'Switch to the dark theme',
    act: go(() => setTheme(dark ? 'light' : 'dark')),
  });
  out.push({ group: 'Do', icon: AppWindow, name: 'New window as…', act: go(session.newWindow) });
  out.push({ group: 'Do', icon: LogOut, name: 'Sign out', act: go(session.signOut) });
  for (const c of cases.data ?? [])
    if (c.state === 'open')
      out.push({
        group: 'Cases',
        icon: Ticket,
        code: c.key,
        name: c.title,
        right: c.customer.subject,
        act: go(() => void navigate({ to: '/work/new', search: { case: c.id } })),
      });
  for (const p of flat(me.roles))
    out.push({
      group: 'Go to',
      icon: p.icon,
      name: p.name,
      keys: `g ${p.key}`,
      act: go(() => void navigate({ to: p.to })),
    });
  return out;
}

export const matches = (e: Pick<Entry, 'name' | 'code' | 'right'>, asked: string) =>
  asked
    .toLowerCase()
    .split(/\s+/)
    .every((part) => `${e.code ?? ''} ${e.name} ${e.right ?? ''}`.toLowerCase().includes(part));

export function Palette({ onClose }: { onClose: () => void }) {
  const [asked, setAsked] = useState('');
  const [at, setAt] = useState(0);
  const entries = useEntries(onClose).filter((e) => matches(e, asked));
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const chosen = Math.min(at, entries.length - 1);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView?.({ block: 'nearest' });
  }, [chosen]);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((chosen + step + entries.length) % Math.max(1, entries.length));
    else if (event.key === 'Enter') entries[chosen]?.act();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Search or go to" onClose={onClose} className="pal" bare>
      <div className="pal-in">
        <Icon of={Search} />
        <input
          data-autofocus=""
          placeholder="A place, an act, a case, a customer"
          aria-label="Search"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}list`}
          aria-activedescendant={entries.length > 0 ? `${id}${chosen}` : undefined}
          value={asked}
          onChange={(e) => {
            setAsked(e.target.value);
            setAt(0);
          }}
          onKeyDown={move}
        />
        <Kbd keys="Esc" />
      </div>
      <div className="pal-l" id={`${id}list`} role="listbox" aria-label="Results" ref={list}>
        {entries.map((e, i) => (
          <Option
            key={`${e.group}${e.code ?? ''}${e.name}`}
            id={`${id}${i}`}
            entry={e}
            head={entries[i - 1]?.group !== e.group}
            on={i === chosen}
          />
        ))}
      </div>
      {entries.length === 0 && (
        <p className="pal-none">
          Nothing here is called “{asked}”. All acts, places and your open cases were searched.
        </p>
      )}
      <div className="pal-f">
        <span>
          <Kbd keys="↑" /> <Kbd keys="↓" /> choose
        </span>
        <span>
          <Kbd keys="enter" /> open
        </span>
      </div>
    </Dialog>
  );
}

function Option({ id, entry, head, on }: { id: string; entry: Entry; head: boolean; on: boolean }) {
  return (
    <>
      {head && (
        <div className="pal-g" role="presentation">
          {entry.group}
        </div>
      )}
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the combobox above holds the focus and hears the keys */}
      <div className="pal-i" role="option" id={id} aria-selected={on} tabIndex={-1} onClick={entry.act}>
        <Icon of={entry.icon} />
        <span className="cut">
          {entry.code && <span className="mono mute">{entry.code} </span>}
          {entry.name}
        </span>
        <span className="r">{entry.keys ? <Kbd keys={entry.keys} apart /> : entry.right}</span>
      </div>
    </>
  );
}
