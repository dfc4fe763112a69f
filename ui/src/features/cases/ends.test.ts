import { describe, expect, it } from 'vitest';
import { event, id } from '~test/fixtures';
import { endings } from './ends';

const [r1, r2, r3] = ['000001', '000002', '000003'].map((tail) => id('req', tail)) as [string, string, string];
const [d1, d2] = ['00000a', '00000b'].map((tail) => id('dlg', tail)) as [string, string];
const found = (events: Parameters<typeof endings>[0]) => {
  const { sessions, requests } = endings(events, () => true);
  return { sessions: sessions.map((e) => e.delegation), requests: requests.map((e) => e.request) };
};

describe('what ends', () => {
  it('finds sessions that have not ended and requests that are not over', () => {
    const events = [
      event('request.create', { request: r1 }),
      event('request.review', { request: r1, action: 'sign' }),
      event('delegation.start', { request: r1, delegation: d1 }),
      event('request.create', { request: r2 }),
      event('request.review', { request: r2, action: 'sign' }),
      event('request.create', { request: r3 }),
    ];
    expect(found(events)).toEqual({ sessions: [d1], requests: [r2, r3] });
    const later = [
      event('delegation.end', { request: r1, delegation: d1, decision: 'ended' }),
      event('request.review', { request: r2, action: 'refuse' }),
      event('request.withdraw', { request: r3, decision: 'ended' }),
    ];
    expect(found([...events, ...later])).toEqual({ sessions: [], requests: [] });
  });

  it('takes no refused act for a deed', () => {
    const events = [
      event('request.create', { request: r1 }),
      event('request.create', { request: r2, decision: 'refused' }),
      event('request.withdraw', { request: r1, decision: 'refused' }),
      event('delegation.start', { request: r3, delegation: d2, decision: 'refused' }),
      event('request.review', { request: r1, action: 'refuse', decision: 'refused' }),
    ];
    expect(found(events)).toEqual({ sessions: [], requests: [r1] });
  });
});
