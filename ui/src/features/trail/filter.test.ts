import { describe, expect, it } from 'vitest';
import { event } from '~test/fixtures';
import { choices, filtering, fits, NO_FILTER, withChip, withoutChip } from './filter';

const called = event('call.report', {
  action: 'GET',
  resource: '/customers/cus_8812',
  decision: 'reported',
  code: '200',
});
const failed = event('call.report', {
  action: 'PUT',
  decision: 'reported',
  code: '403',
  subject_name: 'cus_3051',
  case_key: 'ZD-4702',
});
const refused = event('token.exchange', { decision: 'refused', code: 'invalid_grant', rules: ['rail:case-open'] });
const lines = [called, failed, refused];
const kept = (text: string) => lines.filter(fits({ text, chips: {} }));

describe('the filter of the trail', () => {
  it('wants all words, wherever they stand', () => {
    expect(kept('cus_3051 put')).toEqual([failed]);
    expect(kept('INVALID_grant')).toEqual([refused]);
    expect(kept('rail:case-open')).toEqual([refused]);
    expect(kept(`  ${called.correlation} `)).toEqual([called]);
    expect(kept('nothing of the kind')).toEqual([]);
    expect(kept('  ')).toEqual(lines);
  });

  it('wants all chips', () => {
    const one = withChip(NO_FILTER, 'kind', 'call.report');
    expect(lines.filter(fits(one))).toEqual([called, failed]);
    expect(lines.filter(fits(withChip(one, 'customer', 'cus_3051')))).toEqual([failed]);
    expect(lines.filter(fits(withChip(one, 'outcome', 'refused')))).toEqual([]);
    expect(withoutChip(one, 'kind')).toEqual(NO_FILTER);
    expect([filtering(one), filtering(NO_FILTER), filtering({ text: ' ', chips: {} })]).toEqual([true, false, false]);
  });

  it('offers what there is, most frequent first', () => {
    expect(choices(lines, 'kind')).toEqual([
      ['call.report', 2],
      ['token.exchange', 1],
    ]);
    expect(choices(lines, 'case')).toEqual([
      ['ZD-4711', 2],
      ['ZD-4702', 1],
    ]);
  });
});
