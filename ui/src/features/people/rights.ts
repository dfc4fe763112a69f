// What roles and groups mean, which go together, and what ends when one goes.
import type { PersonView, Role } from '~/api/types';

export const ROLES: readonly (readonly [Role, string, string])[] = [
  ['agent', 'Agent', 'asks for access that a case justifies, and uses it'],
  ['approver', 'Approver', 'signs or refuses requests; closes cases'],
  ['admin', 'Admin', 'invites people, keeps the case list, reviews the trail'],
  ['auditor', 'Auditor', 'reads the trail, never acts; no other role beside it'],
];

/** The group that signers of the default policy must be in. */
export const APPROVERS = 'approvers';

export interface Rights {
  roles: readonly Role[];
  groups: readonly string[];
}

export const nameOk = (name: string) => /^[a-z0-9.-]{2,40}$/.test(name);

/** Why these can't be given; nothing if they can. */
export function rightsWrong({ roles }: Rights, needOne: boolean): string | undefined {
  if (roles.includes('auditor') && roles.length > 1)
    return 'An auditor reads only: take the other roles away, or auditor.';
  if (needOne && roles.length === 0) return 'Give at least one role.';
  return undefined;
}

/** What does not fit together, though it may be given. */
export function rightsOdd({ roles, groups }: Rights): string | undefined {
  const approver = roles.includes('approver');
  const member = groups.includes(APPROVERS);
  if (approver && !member) return `Outside of the group ${APPROVERS} an approver can sign nothing.`;
  if (member && !approver) return `In the group ${APPROVERS}, but without the role approver they can sign nothing.`;
  return undefined;
}

const signer = ({ roles, groups }: Rights) => roles.includes('approver') && groups.includes(APPROVERS);

export interface Loss {
  text: string;
  /** Sessions of theirs end at once. */
  sessions: boolean;
}

/** What ends for somebody if `before` becomes `after`. */
export function losses(name: string, before: Rights, after: Rights): Loss[] {
  const out: Loss[] = [];
  if (before.roles.includes('agent') && !after.roles.includes('agent'))
    out.push({
      text: `What ${name} acts in now ends at once. What ${name} has asked for can't be started.`,
      sessions: true,
    });
  if (signer(before) && !signer(after))
    out.push({
      text: `Signatures of ${name} no longer count: what rests on one can't be started, and sessions that rest on one get no new token.`,
      sessions: false,
    });
  if (before.roles.length > 0 && after.roles.length === 0)
    out.push({
      text: `${name} is signed out everywhere at once, and can't sign in again until there is a role.`,
      sessions: false,
    });
  return out;
}

const sameSet = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((x) => b.includes(x));
export const sameRights = (a: Rights, b: Rights) => sameSet(a.roles, b.roles) && sameSet(a.groups, b.groups);

/** All groups that there are, and the one that policy names. */
export const groupsOf = (people: readonly PersonView[]) =>
  [...new Set([APPROVERS, ...people.flatMap((p) => p.groups)])].sort((a, b) => a.localeCompare(b));
