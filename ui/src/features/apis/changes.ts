// Proposals: where they stand, and in which order they are shown.
import type { ContractChangeState, ContractChangeView } from '~/api/types';
import type { StateName } from '~/ui/words';

export const CHANGE_STATES: Record<ContractChangeState, readonly [StateName, string]> = {
  waiting: ['waiting', 'Waiting'],
  accepted: ['signed', 'Agreed to'],
  refused: ['refused', 'Refused'],
  withdrawn: ['withdrawn', 'Taken back'],
};

/** Those that the reader can decide first, then the oldest. */
export const waitingOf = (changes: readonly ContractChangeView[]): ContractChangeView[] =>
  changes
    .filter((c) => c.state === 'waiting')
    .sort((a, b) => Number(b.reviewable) - Number(a.reviewable) || a.proposed_at.localeCompare(b.proposed_at));

/** `v4`, `new API`. */
export const versionOf = (c: ContractChangeView) => (c.base_version === 0 ? 'new API' : `v${c.base_version + 1}`);
