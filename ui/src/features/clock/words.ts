// What the clock's state means to people.
import type { ClockView } from '~/api/types';
import { day, duration, exact, zone } from '~/ui/time';

/** `47 min`: how far the clock stands behind the mark. */
export const behindText = (clock: ClockView) => duration(clock.behind_s * 1000);

/** `14:32`, with the day where that is another; for a sentence. */
export function moment(time: string, beside: string): string {
  const whole = exact(time).replace(` ${zone(time)}`, '');
  return day(time) === day(beside) ? whole.replace(`${day(time)}, `, '') : whole;
}

/** Longer than anybody would sit and wait for. */
const LONG_S = 600;
export const isLong = (clock: ClockView) => clock.behind_s > LONG_S;

/** The shortest and the longest reason, in characters. */
export const WHY_MIN = 10;
export const WHY_MAX = 500;
