// Keys of the whole window and of a page. One-key acts only open something; they never do a thing by themselves.
import { useEffect, useRef } from 'react';

export type Keymap = Partial<Record<string, (event: KeyboardEvent) => void>>;

const SEQUENCE_MS = 1200;

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('textarea, select, input:not([type=checkbox], [type=radio])'));

const floating = () => document.querySelector('dialog[open], [role=menu]') !== null;

/** `mod+shift+e`, `?`, `j`, `Escape`, ` `. */
export function chord(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!mod) return key;
  return `mod+${event.shiftKey ? 'shift+' : ''}${key.toLowerCase()}`;
}

/** A key that an element itself answers to. */
const belongsTo = (event: KeyboardEvent, name: string) =>
  (name === ' ' || name === 'Enter') &&
  event.target instanceof Element &&
  event.target.closest('a, button, [role=radio], summary') !== null;

/** Listens while it is mounted; not while something floats above, nor single keys while somebody types. */
export function useKeys(keymap: Keymap): void {
  const map = useRef(keymap);
  const head = useRef<{ key: string; at: number }>(undefined);
  useEffect(() => {
    map.current = keymap;
  });
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || floating()) return;
      const name = chord(event);
      if (!name.startsWith('mod+') && (typing(event.target) || belongsTo(event, name))) return;
      const first = head.current;
      head.current = undefined;
      const two = first && event.timeStamp - first.at < SEQUENCE_MS ? map.current[`${first.key} ${name}`] : undefined;
      const act = two ?? map.current[name];
      if (act) {
        event.preventDefault();
        act(event);
      } else if (Object.keys(map.current).some((k) => k.startsWith(`${name} `)))
        head.current = { key: name, at: event.timeStamp };
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, []);
}
