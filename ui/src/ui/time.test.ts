import { describe, expect, it } from 'vitest';
import { at, NOW } from '~test/fixtures';
import { clockMillis, countdown, day, duration, exact, relative, until } from './time';

// The tests run in Europe/Berlin: NOW is 14:32:08 there.
describe('times', () => {
  it.each([
    [-2, 'just now'],
    [-45, '45 s ago'],
    [-360, '6 min ago'],
    [-3700, '13:30'],
    [-86_400, 'yesterday'],
    [-3 * 86_400, '17 Nov'],
    [-400 * 86_400, '16 Oct 2025'],
    [20, 'just now'],
  ])('%i s from now reads %s', (seconds, text) => expect(relative(at(seconds), NOW)).toBe(text));

  it('shows local time to the millisecond, the day and the zone', () => {
    expect(clockMillis('2026-11-20T13:32:07.914Z')).toBe('14:32:07.914');
    expect(day(NOW)).toBe('20 Nov 2026');
    expect(exact(NOW)).toBe('20 Nov 2026, 14:32:08 +01:00');
  });

  it.each([
    [1_458_000, '24:18'],
    [112_000, '01:52'],
    [400, '00:01'],
    [0, '00:00'],
    [-5000, '00:00'],
    [3_661_000, '1:01:01'],
  ])('counts %i ms down as %s', (ms, text) => expect(countdown(ms)).toBe(text));

  it.each([
    [4000, '4 s'],
    [252_000, '4 min 12 s'],
    [180_000, '3 min'],
    [3_060_000, '51 min'],
    [7_500_000, '2 h 5 min'],
    [-1, '0 s'],
  ])('says %i ms as %s', (ms, text) => expect(duration(ms)).toBe(text));

  it('says how long until', () => expect(until(at(252), NOW)).toBe('4 min 12 s'));
});
