import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { EventView } from '~/api/types';
import { event, people } from '~test/fixtures';
import { trailLines } from '~test/record-fixtures';
import { Sentence } from './Sentence';
import { outcomeOf, whatOf } from './words';

const told = (e: EventView) => render(<Sentence e={e} />).container.textContent;
const of = (kind: string) => trailLines.find((e) => e.kind === kind) as EventView;

it.each([
  ['contract.propose', 'ruth proposed a contract of Accounts API.'],
  ['contract.review', 'imre agreed to the proposed contract of Accounts API.'],
  ['client.register', 'ruth registered client billing-api.'],
  ['client.change', 'ruth changed client billing-api: a secret was made.'],
  [
    'client.refuse',
    'A machine, billing-api, wanted to be taken for who it says it is. It was refused: invalid client, and not done.',
  ],
  ['token.issue', 'A machine, billing-api, got a token for itself.'],
  ['token.revoke', 'A machine, accounts-api, gave a token back for cus_4470, and what came of it is over with it.'],
  ['alert.raise', 'Alert: somebody is impersonated, for cus_6093 impersonated, by tove.'],
  ['key.activate', 'The service let a signing key sign from now on (ES256 …7f2b91c0).'],
  ['key.retire', 'The service retired a signing key (ES256 …7f2b91c0); what it signed still counts until it runs out.'],
  ['key.withdraw', 'ruth withdrew a signing key (ES256 …7f2b91c0); what it signed no longer counts.'],
  ['clock.lower', 'ruth lowered the mark below which no token is minted.'],
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
  expect(told(line)).toBe(`ruth changed client billing-api: ${changes}.`);
  expect(whatOf(line)).toBe(`billing-api, ${changes}`);
});

it('tells a rotation that takes its time from a key that signs', () => {
  expect(told({ ...of('key.activate'), decision: 'intended', actor: { kind: 'person', ...people.ruth } })).toBe(
    'ruth rotated: the next signing key (ES256 …7f2b91c0) signs as soon as every API has had time to fetch it.',
  );
});

it('tells a kind that it does not know by its name', () => {
  expect(told(event('some.thing', { actor: { kind: 'person', ...people.ruth } }))).toBe('ruth did some.thing.');
});
