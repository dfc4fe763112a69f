import { describe, expect, it } from 'vitest';
import { accountsCalling, contractOf, wider } from '~test/control-fixtures';
import { readContract, TEMPLATE, written } from './contract';
import { differences, widens } from './diff';
import { fieldName, valueText } from './words';

const standing = contractOf(accountsCalling);
const fault = (text: string) => {
  const read = readContract(text);
  return 'fault' in read ? read.fault : undefined;
};
const without = (name: string) => Object.fromEntries(Object.entries(standing).filter(([member]) => member !== name));

describe('a contract as text', () => {
  it('comes back as it was written, and so does the template', () => {
    const read = readContract(written(standing));
    expect('contract' in read && read.contract).toEqual(standing);
    expect(fault(TEMPLATE)).toBeUndefined();
  });

  it.each([
    ['{"key": "a"', 'Not JSON: line 1, column 12: } is missing at the end'],
    ['[]', 'Not a contract yet: it must be an object in { }'],
    [JSON.stringify(without('format')), 'Not a contract yet: format is missing: give "jwt" or "opaque"'],
    [
      JSON.stringify({ ...standing, token_ttl_s: 900 }),
      'Not a contract yet: token_ttl_s must be a whole number from 1 to 300',
    ],
    [JSON.stringify({ ...standing, owner: 'me' }), 'Not a contract yet: owner is nothing that a contract has'],
    [JSON.stringify({ ...standing, actions: [] }), 'Not a contract yet: actions is empty: name at least one'],
    [
      JSON.stringify({ ...standing, actions: [{ ...standing.actions[0], risk: 'none' }] }),
      'Not a contract yet: actions[0].risk must be "low" or "medium" or "high" or "critical"',
    ],
    [
      JSON.stringify({ ...standing, actions: [standing.actions[0], standing.actions[0]] }),
      'Not a contract yet: the action profile:read stands twice',
    ],
    [
      JSON.stringify({ ...standing, actions: [{ ...standing.actions[0], calls: [{ audience: 'https://b' }] }] }),
      'Not a contract yet: actions[0].calls[0].scope is missing: give a text that is not empty',
    ],
    [
      JSON.stringify({ ...standing, modes: ['disguise'] }),
      'Not a contract yet: modes must be ["delegated"], ["impersonation"] or both',
    ],
  ])('says what is wrong with %s', (text, said) => expect(fault(text)).toBe(said));
});

describe('differences', () => {
  it('names each by where it stands', () => {
    expect(differences(standing, wider).map((d) => [d.field, d.before, d.after?.slice(0, 20)])).toEqual([
      ['max_minutes', '60', '120'],
      ['bound', 'true', 'false'],
      ['actions.refund:write.effect', '"Up to €500, to the card that paid."', '"Up to €1,000, to th'],
      ['actions.refund:write.risk', '"high"', '"medium"'],
      ['actions.account:export', expect.stringContaining('"critical"'), undefined],
      ['endpoints.POST /customers/{customer}/export', expect.stringContaining('account:export'), undefined],
      ['actions.notes:read', undefined, '{"scope":"notes:read'],
    ]);
  });

  it('finds none where order and empty lists are all that is different', () => {
    const turned = { ...standing, actions: [...standing.actions].reverse().map((a) => ({ calls: [], ...a })) };
    expect(differences(standing, turned)).toEqual([]);
  });

  it('is all of it for a new API', () => {
    const all = differences(undefined, standing);
    expect(all.every((d) => d.before === undefined)).toBe(true);
    expect(all.map((d) => d.field)).toContain('actions.profile:read');
  });

  it.each([
    ['max_minutes', '60', '120', 'a delegation may last longer'],
    ['max_minutes', '120', '60', undefined],
    ['bound', 'true', 'false', 'a stolen token could be used by whoever has it'],
    ['bound', 'false', 'true', undefined],
    ['modes', '["delegated"]', '["delegated","impersonation"]', 'agents may ask to impersonate its customers'],
    ['modes', '["delegated","impersonation"]', '["delegated"]', undefined],
    ['actions.refund:write.risk', '"high"', '"low"', 'policy asks for less where the risk is lower'],
    ['actions.refund:write.risk', '"low"', '"high"', undefined],
    [
      'actions.a.b:write.calls',
      undefined,
      '[{"audience":"https://b","scope":"c"}]',
      'it reaches further, into other APIs',
    ],
    ['introspection_clients', '["a"]', '["a","b"]', 'more machines are told about its tokens'],
    ['introspection_clients', '["a","b"]', '["b"]', undefined],
    ['name', '"A"', '"B"', undefined],
    ['audience', '"https://a"', '"https://b"', 'its tokens go to another place'],
    ['audience', undefined, '"https://b"', undefined],
    ['max_minutes', undefined, '30', undefined],
    ['client', undefined, '"svc:a"', 'this machine may take its tokens on to other APIs'],
  ])('%s from %s to %s: %s', (field, before, after, said) => expect(widens({ field, before, after })).toBe(said));

  it('reads as words', () => {
    expect(
      ['max_minutes', 'actions.refund:write.risk', 'actions.notes:read', 'endpoints.GET /a.b'].map(fieldName),
    ).toEqual(['Longest delegation, in minutes', 'refund:write: risk', 'Action notes:read', 'Operation GET /a.b']);
    expect(valueText('["a","b"]')).toBe('a, b');
    expect(valueText('[]')).toBe('none');
    expect(valueText('true')).toBe('yes');
    expect(valueText('{"scope":"a:b","risk":"low","calls":[{"audience":"https://b","scope":"c"}]}')).toBe(
      'scope: a:b\nrisk: low\nwhat it calls at other APIs: c at https://b',
    );
  });
});
