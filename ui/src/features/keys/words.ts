// What the states of a key mean.
import type { Algorithm, KeyView } from '~/api/types';
import { day, exact } from '~/ui/time';

export const ALGORITHMS: readonly Algorithm[] = ['ES256', 'EdDSA', 'RS256', 'PS256'];

/** `…7f2b91c0`; short ones whole. */
export const shortKid = (kid: string) => (kid.length > 12 ? `…${kid.slice(-8)}` : kid);

/** What it is used for now. */
export function purposeOf(key: KeyView): string {
  if (key.state === 'active') return key.active_at ? `signs since ${day(key.active_at)}` : 'signs';
  if (key.state === 'next') return 'published, does not sign yet';
  if (key.state === 'withdrawn') return 'never believed again, nor what it signed';
  return key.retired_at ? `checks only, since ${day(key.retired_at)}` : 'checks only';
}

/** What comes next by itself. */
export function nextOf(key: KeyView): string {
  if (key.state === 'withdrawn') return 'kept for ever';
  if (!key.changes_at) return 'nothing by itself';
  const at = exact(key.changes_at).replace(/:\d\d [+-].*$/, '');
  if (key.state === 'active') return `replaced ${at}`;
  return key.state === 'next' ? `signs from ${at}` : `goes ${at}`;
}

const ORDER = { active: 0, next: 1, retired: 2, withdrawn: 3 };

/** By algorithm, what signs first. */
export const inOrder = (keys: readonly KeyView[]): KeyView[] =>
  [...keys].sort(
    (a, b) =>
      ALGORITHMS.indexOf(a.algorithm) - ALGORITHMS.indexOf(b.algorithm) ||
      ORDER[a.state] - ORDER[b.state] ||
      b.made_at.localeCompare(a.made_at),
  );

/** Those of which one signs: only they can be rotated. */
export const rotatable = (keys: readonly KeyView[]): Algorithm[] =>
  ALGORITHMS.filter((a) => keys.some((k) => k.algorithm === a && k.state === 'active'));
