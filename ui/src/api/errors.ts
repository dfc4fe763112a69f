// The one translator from what was rejected to what a person is shown.
import type { Code, Problem, Reason } from './types';

/** What the person can do next. */
export type WayOn = 'try_again' | 'sign_in' | 'look_again' | 'ask_again' | 'correct_it' | 'none';

export interface Shown {
  heading: string;
  text: string;
  reasons: Reason[];
  wayOn: WayOn;
  code: Code;
  correlation: string;
}

const WAY_ON: Record<Code, WayOn> = {
  not_signed_in: 'sign_in',
  invalid_proof: 'sign_in',
  fresh_proof_required: 'try_again',
  forbidden: 'none',
  refused: 'none',
  not_found: 'look_again',
  invalid_input: 'correct_it',
  conflict: 'look_again',
  lapsed: 'ask_again',
  case_not_yours: 'none',
  delegation_ended: 'ask_again',
  too_many: 'try_again',
  busy: 'try_again',
  unavailable: 'try_again',
  unreachable: 'try_again',
};

const isProblem = (thrown: unknown): thrown is Problem =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'correlation' in thrown;

/** Whatever was thrown, as a problem. A defect of the window itself says so, and that nothing was sent. */
export function problemOf(thrown: unknown): Problem {
  if (isProblem(thrown)) return { ...thrown, reasons: thrown.reasons ?? [] };
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    type: 'about:blank',
    title: 'this window made a mistake',
    status: 0,
    detail: `${said}. Nothing more was sent. Close the window, open it again, and tell an admin if it stays`,
    code: 'unavailable',
    reasons: [],
    correlation: '',
  };
}

/** Wire texts are lower case without a full stop; people read sentences. Ids keep their letters. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const head = trimmed.split(/\s/, 1)[0] ?? '';
  const upper = /[_:/]/.test(head) ? trimmed : trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…”]$/.test(upper) ? upper : `${upper}.`;
}

/** What is shown of it. */
export function shown(thrown: unknown): Shown {
  const problem = problemOf(thrown);
  return {
    heading: sentence(problem.title).replace(/\.$/, ''),
    text: sentence(problem.detail),
    reasons: problem.reasons,
    wayOn: WAY_ON[problem.code],
    code: problem.code,
    correlation: problem.correlation,
  };
}

/** Whether asking once more at once may help, without the person. */
export const passing = (thrown: unknown): boolean => ['busy', 'unreachable'].includes(problemOf(thrown).code);
