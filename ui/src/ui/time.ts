// How times and durations read. All take what they show; none reads a clock.

const pad = (n: number, width = 2) => String(n).padStart(width, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const at = (time: string | number) => new Date(time);

/** `14:32:07` local. */
export const clockTime = (time: string | number) =>
  `${pad(at(time).getHours())}:${pad(at(time).getMinutes())}:${pad(at(time).getSeconds())}`;

/** `14:32:07.914` local. */
export const clockMillis = (time: string | number) => `${clockTime(time)}.${pad(at(time).getMilliseconds(), 3)}`;

/** `20 Nov 2026`. */
export const day = (time: string | number) =>
  `${at(time).getDate()} ${MONTHS[at(time).getMonth()] ?? ''} ${at(time).getFullYear()}`;

/** `+01:00`. */
export function zone(time: string | number): string {
  const minutes = -at(time).getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

/** `20 Nov 2026, 14:32:07 +01:00`, for hovering. */
export const exact = (time: string | number) => `${day(time)}, ${clockTime(time)} ${zone(time)}`;

/** `24:18` of a rest in milliseconds; hours where there are any. Never below zero. */
export function countdown(rest_ms: number): string {
  const s = Math.max(0, Math.ceil(rest_ms / 1000));
  const h = Math.floor(s / 3600);
  const ms = `${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
  return h > 0 ? `${h}:${ms}` : ms;
}

/** `4 min 12 s`, `51 min`, `2 h 5 min`. Seconds only under ten minutes. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 10) return s % 60 === 0 ? `${min} min` : `${min} min ${s % 60} s`;
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  return min % 60 === 0 || h >= 10 ? `${h} h` : `${h} h ${min % 60} min`;
}

const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);

/** For lists: `just now`, `6 min ago`, `14:30`, `yesterday`, `18 Nov`. */
export function relative(time: string | number, now: number): string {
  const then = at(time).getTime();
  const past = now - then;
  if (past < 0) return past > -60_000 ? 'just now' : clockTime(time).slice(0, 5);
  if (past < 10_000) return 'just now';
  if (past < 60_000) return `${Math.floor(past / 1000)} s ago`;
  if (past < 3_600_000) return `${Math.floor(past / 60_000)} min ago`;
  const days = Math.round((midnight(now) - midnight(then)) / 86_400_000);
  if (days === 0) return clockTime(time).slice(0, 5);
  if (days === 1) return 'yesterday';
  const sameYear = at(time).getFullYear() === new Date(now).getFullYear();
  return sameYear ? day(time).split(' ').slice(0, 2).join(' ') : day(time);
}

/** For what is to come: `51 min`, or its time of day where that is the same day and far. */
export const until = (time: string | number, now: number) => duration(at(time).getTime() - now);
