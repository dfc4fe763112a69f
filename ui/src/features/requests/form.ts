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
/** What hides who acts lasts no longer, whatever API and policy allow. */
export const IMPERSONATION_MINUTES = 15;

/** Longest in this mode, as far as the API and the mode themselves say. */
export const longest = (contract: ContractView, mode: Mode): number =>
  mode === 'impersonation' ? Math.min(contract.max_minutes, IMPERSONATION_MINUTES) : contract.max_minutes;

/** The minutes that can be chosen: what the API, the mode and policy allow, and no more. */
export function minuteSteps(contract: ContractView, mode: Mode, verdict?: Verdict): number[] {
  const policy = verdict && verdict.max_minutes > 0 ? verdict.max_minutes : Infinity;
  const limit = Math.min(longest(contract, mode), policy);
  const steps = STEPS.filter((m) => m <= limit);
  return steps.includes(limit) ? steps : [...steps, limit];
}

/** A form for the first time, or from an earlier request where its API is still there. */
export function startForm(contracts: readonly ContractView[], from?: RequestView): Form {
  const contract = contracts.find((c) => c.id === from?.api) ?? contracts[0];
  const scopes = new Set(contract?.actions.map((a) => a.scope));
  const earlier = contract?.id === from?.api ? from : undefined;
  // An API that no longer takes the mode of an earlier request is asked in one that it takes.
  const mode = contract?.modes.find((m) => m === earlier?.mode) ?? contract?.modes[0] ?? 'delegated';
  const limit = contract ? longest(contract, mode) : USUAL_MINUTES;
  return {
    api: contract?.id ?? '',
    actions: earlier?.actions.map((a) => a.scope).filter((s) => scopes.has(s)) ?? [],
    minutes: Math.min(earlier?.minutes ?? USUAL_MINUTES, limit),
    mode,
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
