const MAC = typeof navigator !== 'undefined' && navigator.userAgent.includes('Mac');
const NAMES: Record<string, string> = MAC
  ? { mod: '⌘', shift: '⇧', enter: '↵', alt: '⌥' }
  : { mod: 'Ctrl', shift: '⇧', enter: '↵', alt: 'Alt' };

/** `mod+shift+e` as this system writes it. */
export const keyNames = (keys: string) =>
  keys
    .split('+')
    .map((k) => NAMES[k] ?? (k.length === 1 ? k.toUpperCase() : k))
    .join(' ');

/** Keys drawn as keys; `g m` are two, one after the other. */
export function Kbd({ keys, apart = false }: { keys: string; apart?: boolean }) {
  const groups = apart ? keys.split(/[+ ]/) : [keys];
  return (
    <>
      {groups.map((k, i) => (
        <kbd className="kbd" key={i}>
          {keyNames(k)}
        </kbd>
      ))}
    </>
  );
}
