import { describe, expect, it } from 'vitest';
import { problem } from '~test/fixtures';
import { passing, problemOf, sentence, shown } from './errors';

describe('errors', () => {
  it('shows a problem as heading, sentence, reasons, way on and what to quote', () => {
    const it = problem('refused', {
      title: 'not started',
      detail: 'the request is not signed; nothing was minted',
      reasons: [{ rule: 'rail:not_signed', text: 'the request is not signed' }],
    });
    expect(shown(it)).toMatchObject({
      heading: 'Not started',
      text: 'The request is not signed; nothing was minted.',
      wayOn: 'none',
      code: 'refused',
      correlation: it.correlation,
    });
  });

  it('names a way on for what passes by itself, and for what was typed wrong', () => {
    expect(shown(problem('busy')).wayOn).toBe('try_again');
    expect(shown(problem('invalid_input')).wayOn).toBe('correct_it');
    expect(shown(problem('lapsed')).wayOn).toBe('ask_again');
    expect([passing(problem('busy')), passing(problem('forbidden'))]).toEqual([true, false]);
  });

  it('turns a defect of the window into a problem that says so', () => {
    expect(problemOf(new TypeError('x is undefined')).detail).toContain('x is undefined. Nothing more was sent');
    expect(problemOf('gone').code).toBe('unavailable');
  });

  it('makes sentences, and leaves ids as they are', () => {
    expect(sentence('you asked for it; nobody signs for themselves')).toBe(
      'You asked for it; nobody signs for themselves.',
    );
    expect(sentence('cus_8812 is locked')).toBe('cus_8812 is locked.');
    expect(sentence('Done.')).toBe('Done.');
  });
});
