// Invented sample data: a telecom named Acme. No real person, company or customer.
import type {
  Action,
  CaseRef,
  CaseView,
  Code,
  ConsoleState,
  ContractView,
  DelegationView,
  EventView,
  HopView,
  Me,
  PersonRef,
  PersonView,
  Preview,
  Problem,
  RequestView,
  Role,
} from '~/api/types';

export const NOW = Date.parse('2026-11-20T13:32:08Z');
/** A moment so many seconds from now; before it where negative. */
export const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();
export const id = (prefix: string, tail: string) => `${prefix}_01a1f920-d180-7b31-9d04-5e77c0${tail}`;

export function hash(n: number): string {
  let x = (n * 2654435761) >>> 0;
  let out = '';
  while (out.length < 64) {
    x = (Math.imul(x ^ (x >>> 15), 2246822519) + 374761393) >>> 0;
    out += x.toString(16).padStart(8, '0');
  }
  return out.slice(0, 64);
}

export const people = Object.fromEntries(
  ['dana', 'tove', 'sana', 'imre', 'ruth', 'ines'].map((name, i) => [name, { id: id('usr', `0000a${i}`), name }]),
) as Record<'dana' | 'tove' | 'sana' | 'imre' | 'ruth' | 'ines', PersonRef>;

const ROLES: Record<keyof typeof people, [Role[], string[]]> = {
  dana: [['agent'], []],
  tove: [['agent'], []],
  sana: [['approver'], ['approvers']],
  imre: [['approver'], ['approvers']],
  ruth: [['admin'], []],
  ines: [['auditor'], []],
};

export const personViews: PersonView[] = Object.values(people).map((p) => {
  const [roles, groups] = ROLES[p.name as keyof typeof people];
  return { ...p, roles, groups, state: 'active', created_at: at(-86_400 * 20) };
});

export function me(name: keyof typeof people, more: Partial<Me> = {}): Me {
  const [roles, groups] = ROLES[name];
  return {
    ...people[name],
    roles,
    groups,
    tenant: id('ten', '000001'),
    tenant_name: 'acme',
    session: id('ses', name.padEnd(6, '0')),
    auth_time: at(-3600),
    embedded: true,
    sample: true,
    issuer: 'http://localhost:8470',
    version: '0.1.0',
    policy: 'default-1',
    ...more,
  };
}

export const consoleState = (more: Partial<ConsoleState> = {}): ConsoleState => ({
  service: { embedded: true, issuer: 'http://localhost:8470', sample: true },
  keychain: { state: 'kept' },
  stream: 'live',
  window: 'main',
  clock_skew_ms: 0,
  ...more,
});

/** Signed in as somebody. */
export const signedIn = (name: keyof typeof people, more: Partial<ConsoleState> = {}) =>
  consoleState({ me: me(name), ...more });

export const actions = {
  read: {
    scope: 'profile:read',
    name: 'Read profile and contact details',
    effect: 'Shows name, addresses, phone numbers.',
    risk: 'low',
  },
  address: {
    scope: 'address:write',
    name: 'Change postal address',
    effect: 'Bills and new cards go to the new address.',
    risk: 'medium',
  },
  refund: { scope: 'refund:write', name: 'Pay money back', effect: 'Up to €500, to the card that paid.', risk: 'high' },
  export: {
    scope: 'account:export',
    name: 'Export all account data',
    effect: 'All of it leaves in one file; this cannot be taken back.',
    risk: 'critical',
  },
} satisfies Record<string, Action>;

export const accounts: ContractView = {
  id: id('api', '00ac01'),
  key: 'accounts',
  name: 'Accounts API',
  audience: 'http://localhost:8480',
  base_url: 'http://localhost:8480',
  version: 1,
  actions: Object.values(actions),
  endpoints: [
    { method: 'GET', path: '/customers/{customer}', scope: 'profile:read' },
    {
      method: 'PUT',
      path: '/customers/{customer}/address',
      scope: 'address:write',
      example: '{\n  "line1": "Harbour Row 18",\n  "postcode": "00-018",\n  "valid_from": "2026-11-21"\n}',
    },
    {
      method: 'POST',
      path: '/customers/{customer}/refunds',
      scope: 'refund:write',
      example: '{ "amount_cents": 1500 }',
    },
    { method: 'POST', path: '/customers/{customer}/export', scope: 'account:export' },
  ],
  modes: ['delegated'],
  max_minutes: 60,
  token_ttl_s: 300,
  bound: false,
  format: 'jwt',
  alg: 'ES256',
  subject: 'unique',
  introspection_clients: ['accounts-api'],
  by_file: false,
};

/** What paying back takes at other APIs. */
export const hops: HopView[] = [
  {
    audience: 'http://localhost:8482',
    api_name: 'Billing API',
    scope: 'invoice:read',
    name: 'Read invoices and payments',
    risk: 'low',
  },
  {
    audience: 'http://localhost:8482',
    api_name: 'Billing API',
    scope: 'credit:write',
    name: 'Credit an invoice',
    risk: 'high',
  },
];

const CASES: [string, string, string, CaseView['priority'], number][] = [
  ['ZD-4711', 'Moved house, bills still go to the old address', 'cus_8812', 'normal', -360],
  ['ZD-4702', 'Cannot receive sign-in codes', 'cus_3051', 'high', -840],
  ['ZD-4698', 'Charged twice for October', 'cus_4470', 'normal', -1320],
  ['JSM-1182', 'Refund for a roaming pack that was cancelled', 'cus_1206', 'normal', -2460],
  ['ZD-4690', 'Invoice PDF will not open', 'cus_2218', 'low', -3700],
  ['INC0042817', 'Number not ported after seven days', 'cus_9127', 'high', -7300],
  ['ZD-4655', 'Close the account of a deceased holder', 'cus_7740', 'normal', -11_000],
  ['ZD-4641', 'Credit promised by phone never arrived', 'cus_5518', 'low', -86_400],
  ['JSM-1164', 'Wrong name on the contract', 'cus_6093', 'normal', -90_000],
];

export const cases: CaseView[] = CASES.map(([key, title, subject, priority, changed], i) => ({
  id: id('cas', `00c0${10 + i}`),
  key,
  title,
  state: 'open',
  priority,
  customer: { id: id('cst', `00d0${10 + i}`), subject },
  assignee: people.dana,
  opened_at: at(changed - 4000),
  changed_at: at(changed),
}));

export const aCase = (key: string): CaseView => {
  const found = cases.find((c) => c.key === key);
  if (!found) throw new Error(`no case ${key} among the fixtures`);
  return found;
};
const ref = ({ id, key, title, state }: CaseView): CaseRef => ({ id, key, title, state });

export const REASON =
  'Customer is locked out: sign-in codes go to a number they gave up. Identity checked with contract PIN and two invoices. Will replace the number ending 14 with the one ending 62 and send one test code.';

let made = 0;
export function request(key: string, more: Partial<RequestView> = {}): RequestView {
  const about = aCase(key);
  made += 1;
  return {
    id: id('req', `c07d${10 + (made % 90)}`),
    asker: people.dana,
    case: ref(about),
    customer: about.customer,
    api: accounts.id,
    api_name: accounts.name,
    audience: accounts.audience,
    contract_version: 1,
    actions: [actions.address, actions.read],
    hops: [],
    minutes: 30,
    mode: 'delegated',
    reason: REASON,
    digest: hash(made),
    state: 'waiting',
    needed: 1,
    group: 'approvers',
    proof_max_age_s: 300,
    reviews: [],
    may_sign: [people.imre, people.sana],
    asked_at: at(-520),
    lapses_at: at(3080),
    changed_at: at(-520),
    not_signable: [],
    ...more,
  };
}

export const signedBy = (who: PersonRef, seconds = -440): RequestView['reviews'][number] => ({
  by: who,
  decision: 'sign',
  at: at(seconds),
  proved_at: at(seconds - 8),
});

export function delegation(key: string, more: Partial<DelegationView> = {}): DelegationView {
  const about = aCase(key);
  return {
    id: id('dlg', '41b09a'),
    request: id('req', '90ac17'),
    agent: people.dana,
    customer: about.customer,
    case: ref(about),
    api: accounts.id,
    api_name: accounts.name,
    audience: accounts.audience,
    actions: [actions.address, actions.read],
    hops: [],
    mode: 'delegated',
    transaction: id('txn', '0c77e5'),
    started_at: at(-342),
    ends_at: at(1458),
    live: true,
    calls: 7,
    ...more,
  };
}

export const preview: Preview = {
  verdict: {
    outcome: 'signs',
    reasons: [
      { rule: 'case-binds', text: 'ZD-4702 is open, yours, and belongs to cus_3051' },
      { rule: 'risky-two-signatures', text: 'two signatures of different people, because money leaves' },
    ],
    policy: 'default-1',
    signatures: 2,
    group: 'approvers',
    proof_max_age_s: 300,
    max_minutes: 60,
    signers: [people.imre, people.sana],
  },
  hops: [],
  claims: [
    { name: 'iss', value: '"http://localhost:8470"', origin: 'this service' },
    { name: 'sub', value: '"cus_3051"', origin: 'from the case' },
    { name: 'act', value: '{"sub":"usr_…0000a0"}', origin: 'you' },
    { name: 'aud', value: '"http://localhost:8480"', origin: 'the API' },
    { name: 'scope', value: '"profile:read refund:write"', origin: 'what you chose' },
    { name: 'exp', value: '…', origin: '5 min, renewed up to 30' },
    { name: 'tenant', value: '"acme"', origin: 'from the case' },
    { name: 'case', value: '"ZD-4702"', origin: 'dies when it closes' },
    { name: 'dlg', value: '…', origin: 'once signed' },
  ],
};

/** What it takes elsewhere, and who may call it there. */
export const callingPreview: Preview = {
  ...preview,
  hops,
  claims: [
    ...preview.claims,
    { name: 'txn', value: '"txn_…"', origin: 'once started' },
    { name: 'client_id', value: '"countersign-console"', origin: 'this console' },
    { name: 'may_act', value: '{"sub":"accounts-api"}', origin: 'may call on for you' },
    {
      name: 'cnf',
      value: '{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}',
      origin: "bound to this console's key",
    },
    { name: 'iat, nbf, jti', value: '…', origin: 'when minted' },
  ],
};

export const refusedPreview: Preview = {
  verdict: {
    ...preview.verdict,
    outcome: 'refused',
    signatures: 0,
    reasons: [
      {
        rule: 'impersonation-where-needed',
        text: 'the Accounts API understands delegated tokens; ask for delegated access',
      },
      { rule: 'time-at-most', text: '60 minutes is longer than the 30 that this may last; ask for 30 at most.' },
    ],
    max_minutes: 30,
  },
  hops: [],
  claims: [],
};

export const problem = (code: Code, more: Partial<Problem> = {}): Problem => ({
  type: 'about:blank',
  title: 'the service does not answer',
  status: 503,
  detail: 'nothing was changed; try again in a moment',
  code,
  reasons: [],
  correlation: id('cor', '77b0e2'),
  ...more,
});

let places = 0;
export function event(kind: string, more: Partial<EventView> = {}): EventView {
  places += 1;
  return {
    place: places,
    id: id('evt', `e${10_000 + places}`),
    kind,
    at: at(-600 + places),
    actor: { kind: 'person', ...people.dana },
    subject: aCase('ZD-4711').customer.id,
    subject_name: 'cus_8812',
    tenant: 'acme',
    case: aCase('ZD-4711').id,
    case_key: 'ZD-4711',
    action: 'address:write',
    resource: '/customers/cus_8812/address',
    decision: 'allowed',
    rules: [],
    correlation: id('cor', `a4f1${10 + (places % 90)}`),
    exchanged: false,
    impersonated: false,
    elevated: false,
    figures: {},
    ...more,
  };
}
