import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { EventView } from '~/api/types';
import { event, people } from '~test/fixtures';
import { counted, trailLines } from '~test/record-fixtures';
import { Outcome } from './marks';
import { Sentence } from './Sentence';
import { outcomeOf, whatOf } from './words';

const told = (e: EventView) => render(<Sentence e={e} />).container.textContent;
const of = (kind: string) => trailLines.find((e) => e.kind === kind) as EventView;

it.each([
  ['contract.propose', 'ruth proposed a contract of Accounts API.'],
  ['contract.review', 'imre agreed to the proposed contract of Accounts API.'],
  ['client.register', 'ruth registered client Billing gateway (billing-api).'],
  ['client.change', 'ruth changed client Billing gateway (billing-api): a secret was made.'],
  ['client.refuse', 'Somebody who came as Billing gateway (billing-api) tried to prove to be it, in vain.'],
  ['session.refuse', 'Somebody who came as tove tried to sign in, in vain.'],
  ['token.issue', 'A machine, billing-api, got a token for itself.'],
  ['token.revoke', 'A machine, accounts-api, gave a token back for cus_4470, and what came of it is over with it.'],
  ['alert.raise', 'Alert: somebody is impersonated, for cus_6093 impersonated, by tove.'],
  ['key.activate', 'The service let a signing key sign from now on (ES256 …7f2b91c0).'],
  ['key.retire', 'The service retired a signing key (ES256 …7f2b91c0); what it signed still counts until it runs out.'],
  ['key.withdraw', 'ruth withdrew a signing key (ES256 …7f2b91c0); what it signed no longer counts.'],
  [
    'clock.lower',
    'ruth lowered the clock’s mark by 24 h, so that tokens are given out again; 2 sign-ins, 1 delegation and 3 tokens from while the clock was ahead are over, and an API that only checks signatures takes those tokens when their time comes.',
  ],
])('tells %s', (kind, text) => expect(told(of(kind))).toBe(text));

it('tells an impersonation from acting for somebody', () => {
  const line = event('delegation.start', { impersonated: true });
  expect(told(line)).toBe('dana started to impersonate cus_8812 impersonated on case ZD-4711.');
  expect(told({ ...line, impersonated: false })).toBe('dana started to act for cus_8812 on case ZD-4711.');
});

it('tells that a customer was there themselves, and of a token that nobody can be named for', () => {
  const actor = { kind: 'client', id: 'gateway-api', name: 'gateway-api' } as const;
  const issuer = 'https://login.bank.example';
  const line = { ...event('token.exchange'), actor, issuer, resource: 'Ledger', action: 'ledger:read' };
  const named = 'a token for cus_8812, who is present, at Ledger, with ledger:read';
  expect(told(line)).toBe(`A machine, gateway-api, got ${named}.`);
  expect(told({ ...line, decision: 'refused', code: 'invalid_scope' })).toBe(
    `A machine, gateway-api, wanted to get ${named}. It was refused: invalid scope, and not done.`,
  );
  const unknown = {
    ...line,
    subject_name: undefined,
    resource: '',
    action: '',
    decision: 'refused',
    code: 'invalid_request',
  };
  expect(told(unknown as unknown as EventView)).toBe(
    'A machine, gateway-api, wanted to get a token. It was refused: invalid request, and not done.',
  );
});

it('tells what somebody tried who is not known, with what is another’s', () => {
  const line = of('session.refuse');
  expect(told({ ...line, action: 'access' })).toBe(
    'Somebody who came as tove tried to use their access token with another key, in vain.',
  );
  expect(told({ ...line, action: 'replay' })).toBe(
    'Somebody who came as tove tried to show a proof of their key again, in vain.',
  );
  const service = { kind: 'service', id: 'service', name: 'service' } as const;
  const found = event('token.exchange', { decision: 'refused', code: 'invalid_request', resource: '', action: '' });
  expect(told({ ...found, actor: service })).toBe(
    'Somebody unknown wanted to get a token for cus_8812. It was refused: invalid request, and not done.',
  );
  const ended = { ...line, kind: 'session.end', decision: 'ended' as const, code: 'refresh_reused', actor: service };
  expect(told(ended)).toBe('The service ended the sign-in of tove: refresh reused.');
});

it('tells what became of a proposal', () => {
  const line = (action: string) => ({ ...of('contract.review'), action });
  expect(told(line('refuse'))).toBe('imre refused the proposed contract of Accounts API.');
  expect(told(line('withdraw'))).toBe('imre took back the proposed contract of Accounts API.');
  expect([outcomeOf(line('sign')).word, outcomeOf(line('refuse')).word]).toEqual(['allowed', 'refused']);
  const no = { ...line('refuse'), decision: 'refused' as const };
  expect([told(no), outcomeOf(no).name]).toEqual(['imre refused the proposed contract of Accounts API.', 'declined']);
  const kept = { ...no, code: 'conflict' };
  expect([told(kept), outcomeOf(kept).name]).toEqual([
    'imre wanted to refuse the proposed contract of Accounts API. It was refused: conflict, and not done.',
    'refused',
  ]);
  expect(outcomeOf(of('alert.raise')).word).toBe('look at it');
});

it('tells of a new API by the key that was proposed for it', () => {
  expect(told({ ...of('contract.propose'), action: 'sim', resource: '' })).toBe('ruth proposed a contract of sim.');
});

it('tells what became different with a client', () => {
  const line = { ...of('client.change'), action: 'name jwks disable' };
  const changes = 'its name, its public keys, it may no longer come';
  expect(told(line)).toBe(`ruth changed client Billing gateway (billing-api): ${changes}.`);
  expect(whatOf(line)).toBe(`Billing gateway (billing-api), ${changes}`);
});

it('tells a rotation that takes its time from a key that signs', () => {
  expect(told({ ...of('key.activate'), decision: 'intended', actor: { kind: 'person', ...people.ruth } })).toBe(
    'ruth rotated: the next signing key (ES256 …7f2b91c0) signs as soon as every API has had time to fetch it.',
  );
});

it('tells how many refusals a line stands for, and only what they have in common', () => {
  const many = (n: number, line: EventView) => ({ ...line, figures: { refusals: n } });
  const refused = event('token.exchange', { decision: 'refused', code: 'invalid_scope', resource: 'Accounts API' });
  expect(told(many(12, refused))).toBe(
    'dana wanted to get a token for cus_8812 at Accounts API, with address:write, 12 times more in the same minute. Each time it was refused: invalid scope, and not done.',
  );
  expect(told(counted)).toBe(
    'tove wanted to get a token, 12 times more in the same minute. Each time it was refused: invalid scope, and not done.',
  );
  expect(told(many(1, of('session.refuse')))).toBe(
    'Somebody who came as tove tried to sign in, in vain, once more in the same minute.',
  );
  expect(told(many(1200, of('client.refuse')))).toContain('in vain, 1,200 times more in the same minute.');
  const { container } = render(<Outcome of={many(12, refused)} />);
  expect(container.textContent).toBe('12× refused invalid_scope');
  expect(container.firstElementChild?.getAttribute('title')).toBe(
    'refused: invalid scope, 12 times more in the same minute',
  );
  expect(render(<Outcome of={refused} />).container.textContent).toBe('refused invalid_scope');
});

it('tells what a mark that was lowered ended, as far as there was anything', () => {
  const line = (figures: Record<string, number>) => told({ ...of('clock.lower'), figures });
  expect(line({ from: 100, to: 40, tokens: 0, delegations: 0, sessions: 0 })).toBe(
    'ruth lowered the clock’s mark by 1 min, so that tokens are given out again; nothing had been begun while the clock was ahead.',
  );
  expect(line({ from: 100, to: 40, sessions: 1 })).toContain('; 1 sign-in from while the clock was ahead is over.');
});

it('tells a kind that it does not know by its name', () => {
  expect(told(event('some.thing', { actor: { kind: 'person', ...people.ruth } }))).toBe('ruth did some.thing.');
});
