// Which of the lines are shown. Words and chips must all fit.
import type { EventView } from '~/api/types';
import { flagsOf, outcomeOf, whatOf } from './words';

export const FIELDS = ['kind', 'outcome', 'customer', 'case'] as const;
export type Field = (typeof FIELDS)[number];

export interface Filter {
  text: string;
  chips: Partial<Record<Field, string>>;
}

export const NO_FILTER: Filter = { text: '', chips: {} };

export const filtering = (filter: Filter) => filter.text.trim() !== '' || Object.keys(filter.chips).length > 0;

const VALUES: Record<Field, (e: EventView) => string | undefined> = {
  kind: (e) => e.kind,
  outcome: (e) => outcomeOf(e).word,
  customer: (e) => e.subject_name,
  case: (e) => e.case_key,
};

const texts = new WeakMap<EventView, string>();

/** All that a word is looked for in. */
function textOf(e: EventView): string {
  const known = texts.get(e);
  if (known !== undefined) return known;
  const { word, code } = outcomeOf(e);
  const parts = [
    e.place,
    e.kind,
    e.actor.name,
    e.subject_name,
    e.case_key,
    e.issuer,
    e.person_name,
    whatOf(e),
    word,
    code,
    e.text,
  ];
  const ids = [e.id, e.delegation, e.request, e.token, e.transaction, e.correlation];
  const text = [...parts, ...flagsOf(e), ...e.rules, ...ids].filter(Boolean).join('\n').toLowerCase();
  texts.set(e, text);
  return text;
}

/** Whether a line fits. */
export function fits(filter: Filter): (e: EventView) => boolean {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const chips = FIELDS.flatMap((field) => {
    const wanted = filter.chips[field];
    return wanted === undefined ? [] : [[VALUES[field], wanted] as const];
  });
  return (e) => chips.every(([of, wanted]) => of(e) === wanted) && words.every((word) => textOf(e).includes(word));
}

/** What there is to choose from, most frequent first. */
export function choices(lines: readonly EventView[], field: Field): [value: string, lines: number][] {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const value = VALUES[field](line);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
}

export const withChip = (filter: Filter, field: Field, value: string): Filter => ({
  ...filter,
  chips: { ...filter.chips, [field]: value },
});

export const withoutChip = (filter: Filter, field: Field): Filter => ({
  ...filter,
  chips: Object.fromEntries(Object.entries(filter.chips).filter(([name]) => name !== field)),
});
