// The case list: which are shown, and what may be done with each.
import type { CaseView, Me, Priority } from '~/api/types';
import type { SegItem } from '~/ui/Seg';

export const PRIORITIES: readonly SegItem<Priority>[] = [
  { value: 'low', label: 'Low' },
  { value: 'normal', label: 'Normal' },
  { value: 'high', label: 'High' },
];

export type Which = 'open' | 'closed' | 'all';

export const ofState = (cases: readonly CaseView[], which: Which) =>
  which === 'all' ? [...cases] : cases.filter((c) => c.state === which);

/** Those in which each word is found. */
export function searched(cases: readonly CaseView[], text: string): CaseView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return cases.filter((c) => {
    const all = `${c.key} ${c.title} ${c.customer.subject} ${c.assignee?.name ?? ''} ${c.priority}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** Why this person may not close, open or give away this case; nothing if they may. */
export function ownCaseWhy(c: CaseView, me: Me): string | undefined {
  return c.assignee?.id === me.id ? 'you work on this case; somebody else closes, opens or gives it away' : undefined;
}
