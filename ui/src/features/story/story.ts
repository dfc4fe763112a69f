// Lines of one delegation, put into the order of a story: asked, signed, started, used, ended.
import type { EventView } from '~/api/types';

export const PHASES = ['Asked', 'Signed', 'Started', 'Used', 'Ended'] as const;
export type Phase = (typeof PHASES)[number];

/** A call: what was announced, and what the console reported of it. */
export interface CallPair {
  intent: EventView | undefined;
  report: EventView | undefined;
}

export type Step = { of: 'line'; line: EventView } | { of: 'calls'; calls: CallPair[] };

export interface Section {
  phase: Phase;
  steps: Step[];
}

const SAID: Record<string, Phase> = {
  'request.create': 'Asked',
  'request.review': 'Signed',
  'request.unsign': 'Signed',
  'proof.give': 'Signed',
  'delegation.start': 'Started',
  'delegation.reissue': 'Used',
  'delegation.end': 'Ended',
};

const isCall = (e: EventView) => e.kind === 'call.intend' || e.kind === 'call.report';

/** Pairs each report with the oldest announcement of the same call that has none yet. */
export function paired(lines: readonly EventView[]): Map<EventView, CallPair> {
  const first = new Map<EventView, CallPair>();
  const open: CallPair[] = [];
  for (const line of lines.filter((e) => isCall(e) && e.decision !== 'refused')) {
    if (line.kind === 'call.intend') {
      const call = { intent: line, report: undefined };
      open.push(call);
      first.set(line, call);
      continue;
    }
    const at = open.findIndex((c) => c.intent?.action === line.action && c.intent.resource === line.resource);
    const [call] = at < 0 ? [] : open.splice(at, 1);
    if (call) call.report = line;
    else first.set(line, { intent: undefined, report: line });
  }
  return first;
}

/** Where a line stands in the story. */
function phaseOf(e: EventView, started: number, ended: number): Phase {
  if (e.place > ended) return 'Ended';
  // Signatures taken back after the start end it.
  if (e.kind === 'request.unsign' && e.place > started && e.decision !== 'refused') return 'Ended';
  const said = SAID[e.kind];
  if (said) return said;
  return e.place < started ? 'Asked' : 'Used';
}

const placeOf = (lines: readonly EventView[], kind: string) =>
  lines.find((e) => e.kind === kind && e.decision !== 'refused')?.place ?? Number.POSITIVE_INFINITY;

/** The sections that have anything in them. */
export function sections(events: readonly EventView[]): Section[] {
  const lines = [...events].sort((a, b) => a.place - b.place);
  const started = placeOf(lines, 'delegation.start');
  const ended = placeOf(lines, 'delegation.end');
  const calls = paired(lines);
  const steps = new Map<Phase, Step[]>(PHASES.map((phase) => [phase, []]));
  for (const line of lines) {
    const call = calls.get(line);
    if (isCall(line) && !call && line.decision !== 'refused') continue;
    const into = steps.get(phaseOf(line, started, ended)) ?? [];
    const before = into.at(-1);
    if (!call) into.push({ of: 'line', line });
    else if (before?.of === 'calls') before.calls.push(call);
    else into.push({ of: 'calls', calls: [call] });
  }
  return PHASES.map((phase) => ({ phase, steps: steps.get(phase) ?? [] })).filter((s) => s.steps.length > 0);
}

/** Milliseconds between the two lines of a call; none before there are two. */
export function between(call: CallPair): number | undefined {
  if (!call.intent || !call.report) return undefined;
  return new Date(call.report.at).getTime() - new Date(call.intent.at).getTime();
}

export const wentWrong = (call: CallPair) => call.report !== undefined && !/^[123]/.test(call.report.code ?? '');
