// What admins see: APIs with their contracts, proposals, clients, keys.
import type {
  ClientView,
  Contract,
  ContractChangeView,
  ContractDetail,
  ContractView,
  KeyRotated,
  KeyView,
} from '~/api/types';
import { differences } from '~/features/apis/diff';
import { accounts, actions, at, hash, id, people } from './fixtures';

const DAY = 86_400;

const refund = {
  ...actions.refund,
  calls: [
    { audience: 'http://localhost:8482', scope: 'invoice:read' },
    { audience: 'http://localhost:8482', scope: 'credit:write' },
  ],
};

/** It calls another API, and has a client of its own for that. */
export const accountsCalling: ContractView = {
  ...accounts,
  version: 3,
  bound: true,
  client: 'accounts-api',
  introspection_clients: ['audit-desk'],
  actions: [actions.read, actions.address, refund, actions.export],
};

export const billing: ContractView = {
  ...accounts,
  id: id('api', '00ac03'),
  key: 'billing',
  name: 'Billing API',
  audience: 'http://localhost:8482',
  base_url: 'http://localhost:8482',
  version: 5,
  max_minutes: 120,
  introspection_clients: ['billing-api'],
  by_file: true,
  actions: [
    {
      scope: 'invoice:read',
      name: 'Read invoices and payments',
      effect: 'Shows what was billed and paid.',
      risk: 'low',
    },
    { scope: 'credit:write', name: 'Credit an invoice', effect: 'The next bill is lower.', risk: 'high' },
  ],
  endpoints: [],
};

export const selfcare: ContractView = {
  ...accounts,
  id: id('api', '00ac02'),
  key: 'selfcare',
  name: 'Self-care (legacy)',
  audience: 'http://localhost:8481',
  base_url: 'http://localhost:8481',
  version: 2,
  modes: ['impersonation'],
  max_minutes: 15,
  format: 'opaque',
  subject: 'qualified',
  introspection_clients: ['selfcare-web'],
  actions: [
    {
      scope: 'session:view',
      name: 'See the pages as the customer sees them',
      effect: 'No form can be sent.',
      risk: 'high',
    },
    {
      scope: 'session:act',
      name: 'Send forms as the customer',
      effect: 'The API cannot tell the two of you apart.',
      risk: 'critical',
    },
  ],
  endpoints: [
    { method: 'GET', path: '/me', scope: 'session:view' },
    { method: 'GET', path: '/me/bills', scope: 'session:view' },
    { method: 'POST', path: '/me/orders', scope: 'session:act', example: '{"plan": "unlimited-m"}' },
  ],
};

export const apis: ContractView[] = [accountsCalling, billing, selfcare];

/** As it is written in a file. */
export function contractOf(view: ContractView): Contract {
  const contract: Partial<ContractView> = { ...view };
  delete contract.by_file;
  delete contract.id;
  delete contract.version;
  return contract as Contract;
}

export const detailOf = (view: ContractView): ContractDetail => ({
  contract: contractOf(view),
  view,
  versions: Array.from({ length: view.version }, (_, i) => ({
    version: view.version - i,
    at: at(-DAY * (18 + i * 20)),
  })),
});

export function change(
  before: ContractView | undefined,
  contract: Contract,
  more: Partial<ContractChangeView> = {},
): ContractChangeView {
  return {
    id: id('chg', '00c001'),
    base_version: before?.version ?? 0,
    contract,
    differences: differences(before && contractOf(before), contract),
    digest: hash(41),
    proposed_by: people.ruth,
    proposed_at: at(-2400),
    state: 'waiting',
    reviewable: true,
    ...more,
  };
}

export const wider: Contract = {
  ...contractOf(accountsCalling),
  max_minutes: 120,
  bound: false,
  actions: [
    actions.read,
    actions.address,
    { ...refund, risk: 'medium', effect: 'Up to €1,000, to the card that paid.' },
    { scope: 'notes:read', name: 'Read notes', effect: 'Shows what agents wrote.', risk: 'low' },
  ],
  endpoints: accounts.endpoints.filter((e) => e.scope !== 'account:export'),
};

/** Of ruth, for somebody else to look at. */
export const waitingChange = change(accountsCalling, wider);
export const newApi = change(
  undefined,
  { ...contractOf(billing), key: 'sim', name: 'SIM and numbers', audience: 'http://localhost:8483' },
  { id: id('chg', '00c002'), proposed_by: people.imre, proposed_at: at(-600), digest: hash(42) },
);
export const decided: ContractChangeView[] = [
  change(accountsCalling, contractOf(accountsCalling), {
    id: id('chg', '00c003'),
    base_version: 2,
    state: 'accepted',
    decided_by: people.imre,
    decided_at: at(-DAY * 18),
    reviewable: false,
  }),
  change(accountsCalling, contractOf(accountsCalling), {
    id: id('chg', '00c004'),
    base_version: 2,
    state: 'refused',
    decided_by: people.sana,
    decided_at: at(-DAY * 30),
    reviewable: false,
  }),
];

const JWKS = JSON.stringify({
  keys: [
    {
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      kid: 'accounts-2026-11',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
  ],
});

const client = (name: string, more: Partial<ClientView>): ClientView => ({
  id: name,
  name: 'Accounts, its own service',
  auth: 'private_key_jwt',
  endpoint_audience: false,
  certificate_bound: false,
  secrets: [],
  apis: [],
  introspects: [],
  created_at: at(-DAY * 40),
  ...more,
});

export const keyed = client('accounts-api', { jwks: JWKS, apis: ['accounts'] });
export const secretive = client('billing-api', {
  name: 'Billing gateway',
  auth: 'client_secret_basic',
  introspects: ['billing'],
  secrets: [
    { id: id('sec', '0005e1'), made_at: at(-DAY * 40) },
    { id: id('sec', '0005e2'), made_at: at(-3600) },
  ],
});
export const fresh = client('selfcare-web', {
  name: 'Self-care, web front',
  auth: 'client_secret_post',
  introspects: ['selfcare'],
  created_at: at(-300),
});
export const shutOut = client('svc:export', {
  name: 'Nightly export',
  auth: 'client_secret_basic',
  secrets: [{ id: id('sec', '0005e3'), made_at: at(-DAY * 200) }],
  disabled_at: at(-DAY),
});
export const clients: ClientView[] = [keyed, secretive, fresh, shutOut];

export const signingKeys: KeyView[] = [
  {
    kid: 'yWOIQVRGP1hFUn3cMWyQcu1DULso9lmfXWpc41e08aa',
    algorithm: 'ES256',
    state: 'retired',
    made_at: at(-DAY * 60),
    active_at: at(-DAY * 48),
    retired_at: at(-1200),
    changes_at: at(5400),
  },
  {
    kid: 'A1vycx2UldwhpD02PB_5rp61gmc1uD6vlKe7f2b91c0',
    algorithm: 'ES256',
    state: 'active',
    made_at: at(-DAY * 30),
    active_at: at(-DAY * 18),
    changes_at: at(DAY * 12),
  },
  {
    kid: 'qVu60d4QykM6LCVlBYxZIG7QXHzLxH1OPGQc41e08bb',
    algorithm: 'ES256',
    state: 'next',
    made_at: at(-1200),
    changes_at: at(DAY * 12),
  },
  {
    kid: 'RTrUOtfTlQXYsS7BAuir6ptBD1aBI5T6UUc19d0be77',
    algorithm: 'RS256',
    state: 'active',
    made_at: at(-DAY * 20),
    active_at: at(-DAY * 19),
    changes_at: at(DAY * 11),
  },
  {
    kid: 'UOch5JwBPwDGLPWfIWNUKp2N8CRk7qthXTE5a0cd3e1',
    algorithm: 'ES256',
    state: 'withdrawn',
    made_at: at(-DAY * 120),
    active_at: at(-DAY * 110),
    retired_at: at(-DAY * 90),
  },
];

/** In the service's own words. */
export const rotatedSoon: KeyRotated = {
  due_at: at(3600),
  effect: 'The next RS256 key is published and begins to sign when every API has had time to read it. No token fails.',
  keys: signingKeys.filter((k) => k.algorithm === 'RS256'),
};
export const rotatedAtOnce: KeyRotated = {
  effect:
    'All ES256 keys of before are withdrawn, and a new one signs. Tokens that they signed stop counting: at introspection within seconds, at APIs that only check signatures once they read the keys anew, in five minutes at most. Until an API has read the new key it refuses new tokens too. Agents go on by exchanging their warrants again; nobody has to sign in or sign anew.',
  keys: signingKeys.filter((k) => k.algorithm === 'ES256'),
};
