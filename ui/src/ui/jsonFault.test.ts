import { expect, it } from 'vitest';
import { faultText, jsonFault } from './jsonFault';

const said = (text: string) => {
  const fault = jsonFault(text);
  return fault && faultText(fault);
};

it.each(['{}', '[]', ' { "a": [1, -2.5e3, true, null, "\\u00e9\\n"], "b": {"a": 0} } ', '"a"'])(
  'takes %s, as JSON.parse does',
  (text) => {
    expect(said(text)).toBeUndefined();
    JSON.parse(text);
  },
);

it.each([
  ['', 'line 1, column 1: a value is missing at the end'],
  ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: a comma or } is missing'],
  ['{\n  "a": 1,\n}', 'line 2, column 9: there is a comma too many before }'],
  ["{'a': 1}", 'line 1, column 2: a name in quotation marks is expected, not a single quotation mark'],
  ['{"a" 1}', 'line 1, column 6: a colon is missing after "a"'],
  ['{"a": [1, 2}', 'line 1, column 12: a comma or ] is missing'],
  ['{"a": 1', 'line 1, column 8: } is missing at the end'],
  ['{"a": "x\ny"}', 'line 1, column 7: this text does not end, or has a character that needs a backslash'],
  ['{"a": True}', 'line 1, column 7: a value is expected, not T'],
  ['{"a": 01}', 'line 1, column 8: a comma or } is missing'],
  ['{} x', 'line 1, column 4: the text goes on after its end'],
])('says where %j is wrong', (text, fault) => {
  expect(said(text)).toBe(fault);
  expect(() => JSON.parse(text)).toThrow();
});

it('minds a name that stands twice, which JSON.parse does not', () => {
  expect(said('{\n  "max_minutes": 5,\n  "max_minutes": 50\n}')).toBe('line 3, column 3: "max_minutes" stands twice');
});

it('does not fall over what is nested without end', () => {
  expect(said('['.repeat(5000))).toContain('it is nested too deep');
});
