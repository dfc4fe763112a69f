import type { Answers } from './fake-platform';
import { clockLate, clockLeapt, clockRight } from './clock-fixtures';
import { problem, request, signedIn } from './fixtures';
import type { Screen } from './preview-screens';

const ruth = signedIn('ruth');
const desk: Answers = { clock_get: clockRight, contract_change_list: { items: [] }, clock_lower: clockRight };
const leapt: Answers = { ...desk, clock_get: clockLeapt };
const WHY = 'type Why=The host woke up a day ahead after a move to another machine.';

/** As the service says it to whoever is held up. */
export const waits = problem('unavailable', {
  title: 'Not available now',
  detail:
    'the service’s clock stands 95 s behind the latest time that it has seen, so it gives out no tokens and starts nothing until it has caught up. Nothing was done. Try again then, or tell an admin, who finds what to do under Clock in the console',
  reasons: [{ rule: 'clock:behind', text: 'the service’s clock stands 95 s behind the latest time that it has seen' }],
});
const signed = request('ZD-4711', { state: 'signed' });

export const clockScreens: Record<string, Screen> = {
  'k1-clock': { path: '/clock', state: ruth, answers: desk },
  'k2-clock-late': { path: '/clock', state: ruth, answers: { ...desk, clock_get: clockLate } },
  'k2-clock-leapt': { path: '/clock', state: ruth, answers: leapt },
  'k3-clock-lower': { path: '/clock', state: ruth, answers: leapt, steps: ['Lower the mark…', WHY] },
  'k3-clock-lower-refused': {
    path: '/clock',
    state: ruth,
    answers: {
      ...leapt,
      clock_lower: problem('conflict', {
        title: 'Things have changed',
        detail: 'the clock does not stand behind its mark; there is nothing to lower',
      }),
    },
    steps: ['Lower the mark…', WHY, 'Lower the mark'],
  },
  'k3-clock-lowered': {
    path: '/clock',
    state: ruth,
    answers: leapt,
    steps: ['Lower the mark…', WHY, 'Lower the mark'],
  },
  'k4-clock-fail': {
    path: '/clock',
    state: ruth,
    answers: { ...desk, clock_get: problem('unavailable', { title: 'Not available now' }) },
  },
  'k4-clock-loading': {
    path: '/clock',
    state: ruth,
    answers: { ...desk, clock_get: new Promise<never>(() => undefined) },
  },
  'k5-start-waits': {
    path: `/requests/${signed.id}`,
    state: signedIn('dana'),
    answers: { request_get: signed, request_list: { items: [signed] }, delegation_start: waits },
    steps: ['Start'],
  },
};
