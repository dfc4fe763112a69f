import type { DelegationView, EndReason } from '~/api/types';

/** What a person reads. The same sentences as the service's. */
export const END_REASONS: Record<EndReason, string> = {
  agent: 'ended by the agent',
  signed_out: 'the sign-in ended',
  time_over: 'its time was over',
  case_closed: 'the case was closed',
  case_reassigned: 'the case was given to somebody else',
  signature_withdrawn: 'a signature was taken back',
  role_lost: 'the agent lost their role',
};

/** Why, and by whom where a person did it. */
export function endSentence(delegation: DelegationView): string {
  const { ended } = delegation;
  if (!ended) return '';
  const by = ended.by && ended.by.id !== delegation.agent.id ? ` by ${ended.by.name}` : '';
  if (ended.reason === 'case_closed') return `case ${delegation.case.key} was closed${by}`;
  if (ended.reason === 'case_reassigned') return `case ${delegation.case.key} was given to somebody else${by}`;
  if (ended.reason === 'signature_withdrawn' && ended.by) return `${ended.by.name} took their signature back`;
  return END_REASONS[ended.reason];
}
