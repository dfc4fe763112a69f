// Refusals beyond the first of a minute are counted, and told in one line.
import type { EventView } from '~/api/types';

/** For how many refusals a line stands that were counted together; none for a line of its own. */
export const timesOf = (e: EventView): number | undefined => {
  const times = e.figures.refusals;
  return times !== undefined && times > 0 ? times : undefined;
};

/** `12 times more in the same minute`. */
export const timesText = (times: number) =>
  `${times === 1 ? 'once' : `${times.toLocaleString('en')} times`} more in the same minute`;

/** What was wanted, where those that were counted have no particulars in common. */
export const WANTED: Record<string, string> = {
  'access.refuse': 'come to what is not theirs',
  'call.intend': 'announce a call',
  'call.report': 'report what came of a call',
  'case.assign': 'give a case to somebody',
  'case.close': 'close a case',
  'case.create': 'open a case',
  'case.reopen': 'open a case again',
  'delegation.reissue': 'get a new warrant',
  'delegation.start': 'start a signed request',
  'person.change': 'change what somebody may come to do',
  'person.invite': 'invite somebody',
  'request.create': 'ask for access',
  'request.review': 'sign or refuse requests',
  'request.unsign': 'take signatures back',
  'request.withdraw': 'withdraw requests',
  'token.exchange': 'get a token',
  'token.refuse': 'have tokens accepted that no longer count',
};

/** Whether what was wanted can be told with its particulars. */
export const particular = (e: EventView) => e.subject_name !== undefined || !(e.kind in WANTED);

/** `minutes 30, until 14:32`: the numbers beside a line, but for what its sentence tells. */
const INSTANTS = ['exp', 'from', 'to'];
export const figuresOf = (e: EventView, instant: (at: number) => string): [name: string, text: string][] =>
  Object.entries(e.figures)
    .filter(([name]) => name !== 'refusals')
    .map(([name, n]) => [name, INSTANTS.includes(name) ? instant(n * 1000) : n.toLocaleString('en')]);
