import { describe, expect, it } from 'vitest';
import { groupsOf, losses, nameOk, rightsOdd, rightsWrong, sameRights } from './rights';
import { personViews } from '~test/fixtures';

const told = (...of: Parameters<typeof losses>) => losses(...of).map((l) => l.text.split(/[.:]/)[0]);

describe('roles and groups', () => {
  it('lets an auditor hold nothing else, and wants a role for a newcomer', () => {
    expect(rightsWrong({ roles: ['auditor', 'agent'], groups: [] }, true)).toContain('auditor');
    expect(rightsWrong({ roles: [], groups: [] }, true)).toContain('at least one');
    expect(rightsWrong({ roles: [], groups: [] }, false)).toBeUndefined();
    expect(rightsWrong({ roles: ['auditor'], groups: [] }, true)).toBeUndefined();
  });

  it('says where role and group do not fit', () => {
    expect(rightsOdd({ roles: ['approver'], groups: [] })).toContain('Outside');
    expect(rightsOdd({ roles: ['agent'], groups: ['approvers'] })).toContain('without the role');
    expect(rightsOdd({ roles: ['approver'], groups: ['approvers'] })).toBeUndefined();
    expect(rightsOdd({ roles: ['agent'], groups: [] })).toBeUndefined();
  });

  it('says what ends, and only that', () => {
    const agent = { roles: ['agent'], groups: [] } as const;
    const signer = { roles: ['approver'], groups: ['approvers'] } as const;
    expect(told('dana', agent, { roles: ['agent', 'approver'], groups: [] })).toEqual([]);
    expect(told('dana', agent, { roles: ['approver'], groups: [] })).toEqual(['What dana acts in now ends at once']);
    expect(told('dana', agent, { roles: [], groups: [] })).toHaveLength(2);
    expect(told('imre', signer, { roles: ['approver'], groups: [] })).toEqual(['Signatures of imre no longer count']);
    expect(told('imre', signer, { roles: ['admin'], groups: ['approvers'] })).toEqual([
      'Signatures of imre no longer count',
    ]);
    expect(losses('dana', agent, { roles: [], groups: [] })[0]?.sessions).toBe(true);
  });

  it('compares without order, knows names and groups', () => {
    expect(
      sameRights({ roles: ['agent', 'admin'], groups: ['b', 'a'] }, { roles: ['admin', 'agent'], groups: ['a', 'b'] }),
    ).toBe(true);
    expect(sameRights({ roles: ['agent'], groups: [] }, { roles: ['admin'], groups: [] })).toBe(false);
    expect(['tove', 'a.b-9', 'T', 'Tove', 'x', 'a b'].map(nameOk)).toEqual([true, true, false, false, false, false]);
    expect(groupsOf(personViews)).toEqual(['approvers']);
  });
});
