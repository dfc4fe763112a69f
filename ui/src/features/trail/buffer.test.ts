import { describe, expect, it } from 'vitest';
import type { EventPage, EventView } from '~/api/types';
import { event } from '~test/fixtures';
import { begun, type Buffer, extended, filled, gapped, heard, newest, paused, resumed } from './buffer';

const line = (place: number): EventView => event('call.report', { place });
const places = (lines: readonly EventView[]) => lines.map((e) => e.place);

/** Repeatable chance. */
function chance(seed: number) {
  let a = seed;
  return (below: number) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** A service with these lines; those with an index below `there` have been placed. */
class Service {
  there: number;
  constructor(
    readonly lines: EventView[],
    there: number,
  ) {
    this.there = there;
  }
  private get placed() {
    return this.lines.slice(0, this.there);
  }
  newest(limit: number): EventPage {
    const items = this.placed.slice(-limit);
    return { items, place: this.placed.at(-1)?.place ?? 0, earlier: this.placed.length > items.length };
  }
  before(place: number, limit: number): EventPage {
    const all = this.placed.filter((e) => e.place < place);
    const items = all.slice(-limit);
    return { items, place: this.placed.at(-1)?.place ?? 0, earlier: all.length > items.length };
  }
  after(place: number, limit: number): EventPage {
    const all = this.placed.filter((e) => e.place > place);
    const items = all.slice(0, limit);
    const cut = all.length > items.length;
    return {
      items,
      place: cut ? (items.at(-1)?.place ?? place) : (this.placed.at(-1)?.place ?? place),
      earlier: place > 0,
    };
  }
}

const ascending = (lines: readonly EventView[]) =>
  lines.every((e, i) => i === 0 || (lines[i - 1]?.place ?? 0) < e.place);

/** What is wrong with having come from one to the other; nothing if all is well. */
function broken(before: Buffer, after: Buffer, resuming: boolean): string | undefined {
  if (!ascending(after.shown) || !ascending(after.held)) return 'not in order, or doubled';
  const held = new Set(places(after.held));
  if (after.shown.some((e) => held.has(e.place))) return 'shown and held at once';
  const all = new Set([...places(after.shown), ...held]);
  if (![...before.shown, ...before.held].every((e) => all.has(e.place))) return 'lost';
  // Nothing moves under the reader's eyes: what was shown is still the end of what is shown.
  const end = after.shown.slice(after.shown.length - before.shown.length);
  if (before.paused && !resuming && !before.shown.every((e, i) => e === end[i])) return 'moved while paused';
  return undefined;
}

function play(seed: number, sparse: boolean): void {
  const pick = chance(seed);
  let at = 0;
  const lines = Array.from({ length: 20 + pick(120) }, () => line((at += sparse ? 1 + pick(4) : 1)));
  const service = new Service(lines, pick(lines.length));
  // The stream begins before the page is asked for, so some lines come twice.
  let sent = Math.max(0, service.there - pick(6));
  let b = begun(service.newest(1 + pick(20)), sparse);
  const step = (next: Buffer, resuming = false) => {
    const wrong = broken(b, next, resuming);
    if (wrong) throw new Error(`seed ${seed}: ${wrong}`);
    b = next;
  };
  const deliver = () => {
    service.there = Math.min(lines.length, service.there + pick(7));
    let batch = lines.slice(sent, service.there);
    sent = service.there;
    if (pick(3) === 0) batch = [...batch].reverse();
    if (pick(3) === 0) batch = [...lines.slice(Math.max(0, sent - 9), Math.max(0, sent - 4)), ...batch];
    // A batch may get lost; a reader of all lines sees that by the places.
    if (!sparse && pick(8) === 0) return;
    step(heard(b, batch));
  };
  for (let i = 0; i < 120; i += 1) {
    const what = pick(6);
    if (what <= 1) deliver();
    else if (what === 2) step(paused(b));
    else if (what === 3) step(resumed(b), true);
    else if (what === 4 && b.earlier) step(extended(b, service.before(b.low, 1 + pick(15))));
    else if (what === 5 && gapped(b)) step(filled(b, service.after(b.known, 1 + pick(10))));
  }
  service.there = lines.length;
  step(heard(b, lines.slice(sent)));
  for (let i = 0; i < 500 && newest(b) < at; i += 1) step(filled(b, service.after(b.known, 5)));
  for (let i = 0; i < 500 && gapped(b); i += 1) step(filled(b, service.after(b.known, 5)));
  for (let i = 0; i < 500 && b.earlier; i += 1) step(extended(b, service.before(b.low, 7)));
  step(resumed(b), true);
  expect(places(b.shown)).toEqual(places(lines));
  expect(b.held).toEqual([]);
}

describe('the buffer of the trail', () => {
  it('shows each line once and in order, however they come, are held and are paged', () => {
    for (let seed = 1; seed <= 250; seed += 1) play(seed, false);
  });

  it('does so for a reader who sees their own lines only', () => {
    for (let seed = 1; seed <= 250; seed += 1) play(seed, true);
  });

  it('holds what comes while paused, and shows all of it on resuming', () => {
    let b = paused(begun({ items: [line(1), line(2)], place: 2, earlier: false }, false));
    b = heard(b, [line(4), line(3)]);
    b = heard(b, [line(3), line(5)]);
    expect([places(b.shown), places(b.held)]).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    b = resumed(b);
    expect([places(b.shown), places(b.held)]).toEqual([[1, 2, 3, 4, 5], []]);
  });

  it('sees a gap, and that a page closes it', () => {
    let b = begun({ items: [line(7)], place: 7, earlier: false }, false);
    b = heard(b, [line(10)]);
    expect([gapped(b), b.known]).toEqual([true, 7]);
    b = filled(b, { items: [line(8), line(9), line(10)], place: 10, earlier: true });
    expect([gapped(b), places(b.shown)]).toEqual([false, [7, 8, 9, 10]]);
  });

  it('sees no gap where the page says that there is nothing for this reader', () => {
    let b = heard(begun({ items: [line(7)], place: 7, earlier: false }, false), [line(10)]);
    b = filled(b, { items: [line(10)], place: 10, earlier: true });
    expect(gapped(b)).toBe(false);
  });

  it('keeps so many and lets the oldest go, which can be fetched again', () => {
    let b = begun({ items: [line(1), line(2)], place: 2, earlier: false }, false);
    b = heard(b, [line(3), line(4), line(5)], 3);
    expect([places(b.shown), b.earlier, b.low]).toEqual([[3, 4, 5], true, 3]);
    b = extended(b, { items: [line(1), line(2)], place: 5, earlier: false });
    expect([places(b.shown), b.earlier]).toEqual([[1, 2, 3, 4, 5], false]);
  });
});
