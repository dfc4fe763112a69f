import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { EventView } from '~/api/types';
import { event, people } from '~test/fixtures';
import { trailLines } from '~test/record-fixtures';
import { Sentence } from './Sentence';
import { outcomeOf } from './words';

const told = (e: EventView) => render(<Sentence e={e} />).container.textContent;
const of = (kind: string) => trailLines.find((e) => e.kind === kind) as EventView;

it.each([
  ['contract.propose', 'ruth proposed a contract of Accounts API.'],
  ['contract.review', 'imre agreed to the proposed contract of Accounts API.'],
  ['client.register', 'ruth registered client billing-api.'],
  ['client.change', 'ruth changed client billing-api: secret make.'],
  [
    'client.refuse',
    'A machine, billing-api, wanted to be taken for who it says it is. It was refused: invalid client, and not done.',
  ],
  ['token.issue', 'A machine, billing-api, got a token for itself.'],
  ['token.revoke', 'A machine, accounts-api, gave a token back for cus_4470, and what came of it is over with it.'],
  ['alert.raise', 'Alert: somebody is impersonated, for cus_6093 impersonated, by tove.'],
  ['key.activate', 'The service let a signing key sign from now on (ES256).'],
  ['key.retire', 'The service retired a signing key (ES256); what it signed still counts until it runs out.'],
  ['key.withdraw', 'ruth withdrew a signing key (ES256); what it signed no longer counts.'],
  ['clock.lower', 'ruth lowered the mark below which no token is minted.'],
])('tells %s', (kind, text) => expect(told(of(kind))).toBe(text));

it('tells an impersonation from acting for somebody', () => {
  const line = event('delegation.start', { impersonated: true });
  expect(told(line)).toBe('dana started to impersonate cus_8812 impersonated on case ZD-4711.');
  expect(told({ ...line, impersonated: false })).toBe('dana started to act for cus_8812 on case ZD-4711.');
});

it('tells what became of a proposal', () => {
  const line = (action: string) => ({ ...of('contract.review'), action });
  expect(told(line('refuse'))).toBe('imre refused the proposed contract of Accounts API.');
  expect(told(line('withdraw'))).toBe('imre took back the proposed contract of Accounts API.');
  expect([outcomeOf(line('sign')).word, outcomeOf(line('refuse')).word]).toEqual(['allowed', 'refused']);
  expect(outcomeOf(of('alert.raise')).word).toBe('look at it');
});

it('tells a kind that it does not know by its name', () => {
  expect(told(event('some.thing', { actor: { kind: 'person', ...people.ruth } }))).toBe('ruth did some.thing.');
});
