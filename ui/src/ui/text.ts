// Small ways to write ids, hashes and lists of words.

/** UUIDv7 heads look alike, so the tail is what people see. */
export function idParts(id: string): { prefix: string; tail: string } {
  const cut = id.indexOf('_');
  return { prefix: cut < 0 ? '' : id.slice(0, cut + 1), tail: id.slice(-6) };
}

/** `61daf095…1433`. */
export const shortHash = (hash: string) => `${hash.slice(0, 8)}…${hash.slice(-4)}`;

/** `a`, `a and b`, `a, b and c`. */
export function series(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}

/** `Change postal address` inside a sentence. */
export const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** `1 call`, `2 calls`. */
export const count = (n: number, one: string, many = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five'];
/** Small numbers in words. */
export const word = (n: number) => NUMBERS[n] ?? String(n);

export const cx = (...names: (string | false | null | undefined)[]) => names.filter(Boolean).join(' ') || undefined;
