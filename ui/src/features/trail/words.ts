// What a line says, in plain text: for its cell, for searching, and for whoever hears it.
import type { EventDecision, EventView } from '~/api/types';
import { clockTime, day, zone } from '~/ui/time';

/** What was to be done, and on what. */
export function whatOf(e: EventView): string {
  if (e.kind.startsWith('call.')) return `${e.action} ${e.resource}`.trim();
  if (e.kind === 'case.assign') return e.person_name ? `to ${e.person_name}` : 'to nobody';
  if (e.kind === 'client.refuse') return e.resource;
  if (e.kind === 'client.change') return [e.resource, e.action && clientChanges(e)].filter(Boolean).join(', ');
  const action = e.kind === 'person.invite' && e.action === 'again' ? 'new link' : e.action;
  return [e.kind.startsWith('person.') ? e.person_name : undefined, action, e.resource].filter(Boolean).join(', ');
}

const WORDS: Record<EventDecision, string> = {
  allowed: 'allowed',
  refused: 'refused',
  intended: 'intended',
  reported: 'reported',
  ended: 'ended',
};

export type OutcomeName = EventDecision | 'signed' | 'declined' | 'failed' | 'alert';

/** Which glyph and word: a signature and a signer's no are more than allowed, a call that failed more than reported. */
export function outcomeOf(e: EventView): { name: OutcomeName; word: string; code: string | undefined } {
  const { code } = e;
  if (e.kind === 'alert.raise') return { name: 'alert', word: 'look at it', code };
  if (e.kind === 'contract.review' && e.action === 'refuse' && !wasRefused(e))
    return { name: 'declined', word: 'refused', code };
  if (e.kind === 'request.review' && e.decision === 'allowed')
    return e.action === 'sign' ? { name: 'signed', word: 'signed', code } : { name: 'declined', word: 'refused', code };
  const failed = e.decision === 'reported' && !/^[123]/.test(code ?? '');
  return { name: failed ? 'failed' : e.decision, word: WORDS[e.decision], code };
}

/** Whether it was not let happen. A reviewer's own no is a deed: it has no code that says why it was not done. */
export const wasRefused = (e: EventView) =>
  e.decision === 'refused' && !(e.kind === 'contract.review' && e.action === 'refuse' && e.code === undefined);

const CLIENT_CHANGES: Record<string, string> = {
  name: 'its name',
  jwks: 'its public keys',
  certificate: 'what its certificate must say',
  certificate_bound: 'whether its tokens are bound to its certificate',
  endpoint_audience: 'what its assertions may name',
  disable: 'it may no longer come',
  enable: 'it may come again',
  secret_make: 'a secret was made',
  secret_drop: 'a secret was dropped',
};

/** What became different with a client. */
export const clientChanges = (e: EventView) =>
  e.action
    .split(' ')
    .map((change) => CLIENT_CHANGES[change] ?? codeWords(change))
    .join(', ');

export const codeWords = (code: string) => code.replaceAll('_', ' ');

/** `exchanged`, `impersonated`, `elevated`, as far as they hold. */
export const flagsOf = (e: EventView) => (['exchanged', 'impersonated', 'elevated'] as const).filter((flag) => e[flag]);

/** `48,231`. */
export const placeText = (place: number) => place.toLocaleString('en');

/** Where somebody may not be named, their id stands in place of the name. */
export const isId = (name: string) => /^[a-z]{3}_[0-9a-f-]{20,}$/.test(name);

/** `20 Nov 2026, 14:31:09.315204 +01:00`: as exact as it was recorded. */
export function exactMicros(at: string): string {
  const micros = /\.(\d+)/.exec(at)?.[1] ?? '000';
  return `${day(at)}, ${clockTime(at)}.${micros.padEnd(3, '0')} ${zone(at)}`;
}
