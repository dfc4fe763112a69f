import { expect, it } from 'vitest';
import { count, idParts, lower, series, shortHash } from './text';

it('writes ids, hashes, series and counts', () => {
  expect(idParts('dlg_01a1f920-d180-7b31-9d04-5e77c041b09a')).toEqual({ prefix: 'dlg_', tail: '41b09a' });
  expect(shortHash('61daf0950000000000001433')).toBe('61daf095…1433');
  expect([series([]), series(['a']), series(['a', 'b']), series(['a', 'b', 'c'], 'or')]).toEqual([
    '',
    'a',
    'a and b',
    'a, b or c',
  ]);
  expect([count(1, 'call'), count(7, 'call'), count(1041, 'line')]).toEqual(['1 call', '7 calls', '1,041 lines']);
  expect(lower('Change postal address')).toBe('change postal address');
});
