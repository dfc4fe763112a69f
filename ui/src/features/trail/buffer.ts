// The lines that a window has: what it shows, and what it holds back while it is paused. Pure: it fetches nothing.
import type { EventPage, EventView } from '~/api/types';

export interface Buffer {
  /** By place, oldest first. */
  shown: readonly EventView[];
  /** What came while paused, by place, oldest first. */
  held: readonly EventView[];
  paused: boolean;
  /** Whether there are lines before the first of these. */
  earlier: boolean;
  /** From here on lines are kept; what lies before comes by pages. */
  low: number;
  /** Up to here nothing is missing. */
  known: number;
  /** The reader sees their own lines only, so that places which they do not get are no gap. */
  sparse: boolean;
}

/** More than anybody reads; the oldest go first and can be fetched again. */
export const KEPT = 20_000;

/** Where `place` is among `lines`, or would be. */
function indexOf(lines: readonly EventView[], place: number): number {
  let from = 0;
  let to = lines.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((lines[middle]?.place ?? 0) < place) from = middle + 1;
    else to = middle;
  }
  return from;
}

const has = (lines: readonly EventView[], place: number) => lines[indexOf(lines, place)]?.place === place;

/** Both by place, each line once. */
function merged(a: readonly EventView[], b: readonly EventView[]): readonly EventView[] {
  if (b.length === 0) return a;
  const more = [...new Map(b.filter((e) => !has(a, e.place)).map((e) => [e.place, e])).values()];
  if (more.length === 0) return a;
  more.sort((x, y) => x.place - y.place);
  const follows = (a.at(-1)?.place ?? 0) < (more[0]?.place ?? 0);
  return follows ? [...a, ...more] : [...a, ...more].sort((x, y) => x.place - y.place);
}

export const newest = (b: Buffer) => Math.max(b.shown.at(-1)?.place ?? 0, b.held.at(-1)?.place ?? 0);

/** Moves `known` over the lines that follow it without a gap. */
function advanced(b: Buffer): Buffer {
  if (b.sparse) return { ...b, known: Math.max(b.known, newest(b)) };
  let known = b.known;
  while (has(b.shown, known + 1) || has(b.held, known + 1)) known += 1;
  return known === b.known ? b : { ...b, known };
}

function trimmed(b: Buffer, kept: number): Buffer {
  if (b.shown.length <= kept) return b;
  const shown = b.shown.slice(-kept);
  return { ...b, shown, low: shown[0]?.place ?? b.low, earlier: true };
}

/** From the newest page. */
export function begun(page: EventPage, sparse: boolean): Buffer {
  const shown = merged([], page.items);
  const low = page.earlier ? (shown[0]?.place ?? page.place + 1) : 0;
  const b = { shown, held: [], paused: false, earlier: page.earlier, low, known: page.place, sparse };
  return advanced({ ...b, known: Math.max(page.place, newest(b)) });
}

/** Takes lines in, in whatever order they come: shows them, or holds them while paused. */
export function heard(b: Buffer, lines: readonly EventView[], kept = KEPT): Buffer {
  const fresh = lines.filter((e) => e.place >= b.low && !has(b.shown, e.place) && !has(b.held, e.place));
  if (fresh.length === 0) return b;
  if (b.paused) return advanced({ ...b, held: merged(b.held, fresh) });
  return trimmed(advanced({ ...b, shown: merged(b.shown, fresh) }), kept);
}

/** Takes the page in that was asked for after `known`. */
export function filled(b: Buffer, page: EventPage): Buffer {
  const next = heard(b, page.items);
  return advanced({ ...next, known: Math.max(next.known, page.place) });
}

/** Takes the page in that was asked for before `low`. */
export function extended(b: Buffer, page: EventPage): Buffer {
  const items = page.items.filter((e) => !has(b.held, e.place));
  const shown = merged(b.shown, items);
  const low = page.earlier ? Math.min(b.low, page.items[0]?.place ?? b.low) : 0;
  return { ...b, shown, low, earlier: page.earlier };
}

export const paused = (b: Buffer): Buffer => ({ ...b, paused: true });

/** Shows all that was held. */
export const resumed = (b: Buffer, kept = KEPT): Buffer =>
  trimmed({ ...b, paused: false, held: [], shown: merged(b.shown, b.held) }, kept);

/** Whether lines before the newest one are missing. */
export const gapped = (b: Buffer): boolean => newest(b) > b.known;
