// What is on the form before it is asked: its shape, what is allowed, and what is still missing.
import type { CaseId, ContractView, Mode, RequestCreate, RequestView, Verdict } from '~/api/types';

export interface Form {
  api: string;
  actions: readonly string[];
  minutes: number;
  mode: Mode;
  reason: string;
}

/** The service wants as many. */
export const REASON_MIN = 20;
export const REASON_MAX = 2000;
const STEPS = [5, 15, 30, 60, 120, 240];
const USUAL_MINUTES = 15;

/** The minutes that can be chosen: what the API and policy allow, and no more. */
export function minuteSteps(contract: ContractView, verdict?: Verdict): number[] {
  const limit = Math.min(contract.max_minutes, verdict && verdict.max_minutes > 0 ? verdict.max_minutes : Infinity);
  const steps = STEPS.filter((m) => m <= limit);
  return steps.includes(limit) ? steps : [...steps, limit];
}

/** A form for the first time, or from an earlier request where its API is still there. */
export function startForm(contracts: readonly ContractView[], from?: RequestView): Form {
  const contract = contracts.find((c) => c.id === from?.api) ?? contracts[0];
  const scopes = new Set(contract?.actions.map((a) => a.scope));
  const earlier = contract?.id === from?.api ? from : undefined;
  return {
    api: contract?.id ?? '',
    actions: earlier?.actions.map((a) => a.scope).filter((s) => scopes.has(s)) ?? [],
    minutes: Math.min(earlier?.minutes ?? USUAL_MINUTES, contract?.max_minutes ?? USUAL_MINUTES),
    mode: earlier?.mode ?? contract?.modes[0] ?? 'delegated',
    reason: earlier?.reason ?? '',
  };
}

export const inputOf = (form: Form, about: CaseId): RequestCreate => ({
  ...form,
  actions: [...form.actions],
  case: about,
});

/** What is missing before it can be asked, as a button says it. */
export function missing(form: Form): string | undefined {
  if (form.actions.length === 0) return 'choose at least one action';
  const length = form.reason.trim().length;
  if (length < REASON_MIN) return `say why, in ${REASON_MIN} letters or more: the people who sign read it`;
  if (length > REASON_MAX) return `say why in at most ${REASON_MAX} letters`;
  return undefined;
}
