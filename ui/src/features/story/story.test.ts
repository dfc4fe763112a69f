import { describe, expect, it } from 'vitest';
import { event } from '~test/fixtures';
import { between, paired, sections, wentWrong } from './story';

const call = (place: number, kind: string, path: string, code?: string) =>
  event(kind, {
    place,
    action: 'GET',
    resource: path,
    decision: kind === 'call.intend' ? 'intended' : 'reported',
    ...(code ? { code } : {}),
  });

const told = (events: Parameters<typeof sections>[0]) =>
  sections(events).map((s) => [
    s.phase,
    s.steps.map((step) => (step.of === 'line' ? step.line.kind : step.calls.map((c) => c.intent?.place ?? 0))),
  ]);

const begin = [
  event('request.create', { place: 1 }),
  event('proof.give', { place: 2 }),
  event('request.review', { place: 3, action: 'sign' }),
  event('delegation.start', { place: 4 }),
  event('token.exchange', { place: 5 }),
];

describe('a delegation as a story', () => {
  it('puts lines into its phases, calls together, in order of place', () => {
    const events = [
      ...begin,
      call(6, 'call.intend', '/a'),
      call(7, 'call.report', '/a', '200'),
      call(8, 'call.intend', '/b'),
      call(9, 'call.report', '/b', '403'),
      event('token.exchange', { place: 10 }),
      call(11, 'call.intend', '/c'),
      event('delegation.end', { place: 12, decision: 'ended' }),
      event('token.exchange', { place: 13, decision: 'refused', code: 'invalid_grant' }),
    ];
    expect(told([...events].reverse())).toEqual([
      ['Asked', ['request.create']],
      ['Signed', ['proof.give', 'request.review']],
      ['Started', ['delegation.start']],
      ['Used', ['token.exchange', [6, 8], 'token.exchange', [11]]],
      ['Ended', ['delegation.end', 'token.exchange']],
    ]);
  });

  it('pairs a report with its call, also where the same is called twice at once', () => {
    const lines = [
      call(1, 'call.intend', '/a'),
      call(2, 'call.intend', '/a'),
      call(3, 'call.intend', '/b'),
      call(4, 'call.report', '/b', '200'),
      call(5, 'call.report', '/a', 'no_answer'),
      call(6, 'call.report', '/z', '200'),
    ];
    const pairs = [...paired(lines).values()];
    expect(pairs.map((p) => [p.intent?.place, p.report?.place])).toEqual([
      [1, 5],
      [2, undefined],
      [3, 4],
      [undefined, 6],
    ]);
    expect(pairs.map(wentWrong)).toEqual([true, false, false, false]);
    expect(pairs.map(between)).toEqual([4000, undefined, 1000, undefined].map((ms) => ms && expect.any(Number)));
  });

  it('keeps a report that came after the end with its call', () => {
    const events = [
      ...begin,
      call(6, 'call.intend', '/a'),
      event('delegation.end', { place: 7 }),
      call(8, 'call.report', '/a', '401'),
    ];
    expect(told(events).slice(3)).toEqual([
      ['Used', ['token.exchange', [6]]],
      ['Ended', ['delegation.end']],
    ]);
  });

  it('tells of a signature taken back after the start with the end', () => {
    const events = [...begin, event('request.unsign', { place: 6 }), event('delegation.end', { place: 7 })];
    expect(told(events).at(-1)).toEqual(['Ended', ['request.unsign', 'delegation.end']]);
    expect(told([...begin.slice(0, 3), event('request.unsign', { place: 4 })]).at(-1)).toEqual([
      'Signed',
      ['proof.give', 'request.review', 'request.unsign'],
    ]);
  });
});
