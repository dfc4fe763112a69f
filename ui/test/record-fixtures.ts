// A trail with something of everything, and one delegation in it.
import type { DelegationView, EventView, RequestView, Story } from '~/api/types';
import { aCase, accounts, actions, at, delegation, event, hash, id, people, request, signedBy } from './fixtures';

const person = (name: keyof typeof people) => ({ kind: 'person' as const, ...people[name] });
const service = { kind: 'service' as const, id: 'service', name: 'service' };
const api = { kind: 'client' as const, id: 'accounts-api', name: 'accounts-api' };

export const DLG = id('dlg', '41b09a');
const REQ = id('req', '90ac17');
const TXN = id('txn', '0c77e5');
const SCOPES = 'address:write profile:read';

const about = (key: string) => {
  const c = aCase(key);
  return { subject: c.customer.id, subject_name: c.customer.subject, case: c.id, case_key: c.key };
};
const nobody = {
  subject: undefined,
  subject_name: undefined,
  case: undefined,
  case_key: undefined,
} as unknown as Partial<EventView>;

/** A line so many seconds (and milliseconds) from now. */
function line(place: number, seconds: number, kind: string, more: Partial<EventView>): EventView {
  const made = event(kind, { place, at: at(seconds).replace('Z', '204Z'), action: '', resource: '', ...more });
  return JSON.parse(JSON.stringify(made)) as EventView;
}

const mine = { ...about('ZD-4711'), request: REQ, actor: person('dana') };
const live = { ...mine, delegation: DLG, transaction: TXN };

const call = (place: number, seconds: number, method: string, path: string, code?: string) =>
  line(place, seconds, code ? 'call.report' : 'call.intend', {
    ...live,
    action: method,
    resource: path,
    decision: code ? 'reported' : 'intended',
    ...(code && { code }),
  });

const ADDRESS = '/customers/cus_8812/address';
const PROFILE = '/customers/cus_8812';

/** From the asking on, oldest first. */
export const storyLines: EventView[] = [
  line(48_117, -520.1, 'request.create', {
    ...mine,
    action: SCOPES,
    resource: accounts.name,
    rules: ['case-justifies', 'one-signature'],
    text: 'Moved on 14 November; contract PIN and invoice checked.',
  }),
  line(48_124, -448.6, 'proof.give', { ...mine, actor: person('imre'), action: 'request_review:sign', elevated: true }),
  line(48_125, -440.2, 'request.review', {
    ...mine,
    actor: person('imre'),
    action: 'sign',
    resource: accounts.name,
    elevated: true,
  }),
  line(48_131, -342, 'delegation.start', { ...live, action: SCOPES, resource: accounts.name }),
  line(48_132, -330.914, 'token.exchange', {
    ...live,
    action: SCOPES,
    resource: accounts.name,
    token: id('tok', '5510aa'),
    exchanged: true,
  }),
  call(48_133, -330.4, 'GET', PROFILE),
  call(48_134, -330.359, 'GET', PROFILE, '200'),
  call(48_139, -241, 'PUT', ADDRESS),
  call(48_140, -240.72, 'PUT', ADDRESS, '422'),
  call(48_144, -190.5, 'PUT', ADDRESS),
  call(48_145, -190.312, 'PUT', ADDRESS, '200'),
  line(48_160, -40.2, 'token.exchange', {
    ...live,
    action: SCOPES,
    resource: accounts.name,
    token: id('tok', '5510ab'),
    exchanged: true,
  }),
  call(48_161, -39.7, 'GET', PROFILE),
  call(48_162, -39.654, 'GET', PROFILE, '200'),
];

export const endLines: EventView[] = [
  line(48_170, -12.4, 'delegation.end', {
    ...live,
    actor: person('ruth'),
    action: SCOPES,
    resource: accounts.name,
    decision: 'ended',
    code: 'case_closed',
  }),
  line(48_172, -6.1, 'token.exchange', {
    ...live,
    action: SCOPES,
    resource: accounts.name,
    decision: 'refused',
    code: 'invalid_grant',
    rules: ['rail:delegation-ended'],
  }),
  line(48_173, -5.8, 'token.refuse', {
    ...live,
    actor: api,
    resource: accounts.name,
    decision: 'refused',
    code: 'delegation_ended',
  }),
  line(48_181, 54.2, 'token.refuse', {
    ...live,
    actor: api,
    resource: accounts.name,
    decision: 'refused',
    code: 'delegation_ended',
    figures: { refusals: 12 },
  }),
];

const KID = 'A1vycx2UldwhpD02PB_5rp61gmc1uD6vlKe7f2b91c0';

const others: EventView[] = [
  line(48_096, -1200, 'session.begin', { ...nobody, actor: person('ruth') }),
  line(48_098, -1100.4, 'case.create', { ...about('ZD-4702'), actor: person('ruth') }),
  line(48_099, -1099.1, 'case.assign', {
    ...about('ZD-4702'),
    actor: person('ruth'),
    person: people.dana.id,
    person_name: 'dana',
  }),
  line(48_100, -1004.7, 'session.refuse', {
    ...nobody,
    actor: service,
    person: people.tove.id,
    person_name: 'tove',
    action: 'password',
    decision: 'refused',
    code: 'not_signed_in',
  }),
  line(48_101, -990, 'session.begin', { ...nobody, actor: person('tove') }),
  line(48_103, -900.31, 'request.create', {
    ...about('ZD-4698'),
    actor: person('tove'),
    action: 'refund:write',
    resource: accounts.name,
    request: id('req', 'aa0001'),
  }),
  line(48_105, -802.2, 'request.review', {
    ...about('ZD-4698'),
    actor: person('sana'),
    action: 'refuse',
    resource: accounts.name,
    request: id('req', 'aa0001'),
    text: 'Call the customer back first.',
  }),
  line(48_107, -760.02, 'access.refuse', {
    ...nobody,
    actor: person('ines'),
    action: 'case_create',
    decision: 'refused',
    code: 'forbidden',
  }),
  line(48_110, -700.9, 'person.invite', {
    ...nobody,
    actor: person('ruth'),
    action: 'agent',
    person: id('usr', '0000b1'),
    person_name: 'arun',
  }),
  line(48_112, -610, 'person.join', {
    ...nobody,
    actor: { kind: 'person', id: id('usr', '0000b1'), name: 'arun' },
    person: id('usr', '0000b1'),
    person_name: 'arun',
  }),
  line(48_128, -400.4, 'request.create', {
    ...about('JSM-1182'),
    actor: person('tove'),
    action: 'account:export',
    resource: accounts.name,
    request: id('req', 'aa0002'),
    decision: 'refused',
    code: 'refused',
    rules: ['rail:impersonation-unavailable'],
    impersonated: true,
  }),
  line(48_141, -236.2, 'request.lapse', {
    ...about('ZD-4690'),
    actor: service,
    request: id('req', 'aa0003'),
    decision: 'ended',
  }),
  line(48_150, -120.12, 'token.exchange', {
    ...about('INC0042817'),
    actor: person('tove'),
    action: 'profile:read',
    resource: accounts.name,
    decision: 'refused',
    code: 'case_not_yours',
    rules: ['rail:case-assigned'],
  }),
  line(48_152, -101.4, 'person.change', {
    ...nobody,
    actor: person('ruth'),
    action: 'agent approver',
    person: people.sana.id,
    person_name: 'sana',
  }),
  line(48_113, -580, 'contract.propose', {
    ...nobody,
    actor: person('ruth'),
    action: accounts.key,
    resource: accounts.name,
  }),
  line(48_114, -560, 'contract.review', { ...nobody, actor: person('imre'), resource: accounts.name, action: 'sign' }),
  line(48_115, -550, 'client.register', {
    ...nobody,
    actor: person('ruth'),
    action: 'client_secret_basic',
    resource: 'Billing gateway (billing-api)',
  }),
  line(48_116, -540, 'client.change', {
    ...nobody,
    actor: person('ruth'),
    resource: 'Billing gateway (billing-api)',
    action: 'secret_make',
  }),
  line(48_118, -516, 'client.refuse', {
    ...nobody,
    actor: service,
    action: 'billing-api',
    resource: 'Billing gateway (billing-api)',
    decision: 'refused',
    code: 'invalid_client',
  }),
  line(48_119, -515, 'token.issue', {
    ...nobody,
    actor: { kind: 'client', id: 'billing-api', name: 'billing-api' },
  }),
  line(48_120, -514, 'token.revoke', { ...about('ZD-4698'), actor: api, token: id('tok', '5510ac') }),
  line(48_121, -513, 'alert.raise', {
    ...about('JSM-1164'),
    actor: person('tove'),
    resource: 'Self-care (legacy)',
    impersonated: true,
  }),
  line(48_122, -512, 'key.activate', { ...nobody, actor: service, action: `ES256 ${KID}` }),
  line(48_123, -511, 'key.retire', { ...nobody, actor: service, action: `ES256 ${KID}` }),
  line(48_126, -430, 'key.withdraw', {
    ...nobody,
    actor: person('ruth'),
    action: `ES256 ${KID}`,
    text: 'it was in a backup',
  }),
  line(48_127, -420, 'clock.lower', {
    ...nobody,
    actor: person('ruth'),
    text: 'The host woke up a day ahead.',
    figures: { from: 1_795_354_308, to: 1_795_267_908, tokens: 3, delegations: 1, sessions: 2 },
  }),
];

/** Old and plain ones, so that there is something to scroll. */
const old = Array.from({ length: 40 }, (_, i) =>
  line(48_040 + i, -4000 + i * 61.37, i % 2 === 0 ? 'call.intend' : 'call.report', {
    ...about('ZD-4655'),
    actor: person('tove'),
    action: 'GET',
    resource: '/customers/cus_7740',
    delegation: id('dlg', '77c0de'),
    transaction: id('txn', '77c0de'),
    decision: i % 2 === 0 ? 'intended' : 'reported',
    ...(i % 2 === 1 && { code: '200' }),
  }),
);

export const trailLines = [...old, ...others, ...storyLines].sort((a, b) => a.place - b.place);
/** It stands for twelve that have nothing more in common. */
export const counted = line(48_174, 60, 'token.exchange', {
  ...nobody,
  actor: person('tove'),
  decision: 'refused',
  code: 'invalid_scope',
  figures: { refusals: 12 },
});
export const moreLines = [
  line(48_163, -3.2, 'request.create', {
    ...about('ZD-4702'),
    actor: person('tove'),
    action: 'profile:read',
    resource: accounts.name,
    request: id('req', 'aa0004'),
  }),
  line(48_164, -1.914, 'session.refuse', {
    ...nobody,
    actor: service,
    person: people.sana.id,
    person_name: 'sana',
    action: 'password',
    decision: 'refused',
    code: 'not_signed_in',
    figures: { refusals: 31 },
  }),
  line(48_165, -0.4, 'case.close', { ...about('ZD-4655'), actor: person('ruth') }),
];

export const storyRequest: RequestView = request('ZD-4711', {
  id: REQ,
  state: 'started',
  delegation: DLG,
  reviews: [signedBy(people.imre)],
  digest: hash(7),
  may_sign: [],
  reason:
    'Customer moved on 14 November; bills still go to the old address. Identity checked with contract PIN and the last invoice.',
});

const liveDelegation: DelegationView = delegation('ZD-4711', { calls: 4 });

export const liveStory: Story = { delegation: liveDelegation, request: storyRequest, events: storyLines };

/** The API that was called called another. */
export const calledOn: Story = {
  ...liveStory,
  events: [
    ...storyLines,
    line(48_163, -39.6, 'token.exchange', {
      ...live,
      actor: api,
      action: 'invoice:read',
      resource: 'Billing API',
      token: id('tok', '5510ad'),
      exchanged: true,
    }),
  ],
};

export const endedStory: Story = {
  delegation: {
    ...liveDelegation,
    live: false,
    case: { ...liveDelegation.case, state: 'closed' },
    actions: [actions.address, actions.read],
    ended: { at: at(-12.4), reason: 'case_closed', by: people.ruth },
  },
  request: storyRequest,
  events: [...storyLines, ...endLines],
};

export const canonicalOf = (e: EventView) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries({
        action: e.action || undefined,
        actor: { person: e.actor.id },
        at: e.at,
        case: e.case,
        commitments: e.kind.startsWith('call.') ? { path: hash(e.place) } : undefined,
        correlation: e.correlation,
        decision: e.decision,
        delegation: e.delegation,
        figures: e.kind === 'call.report' ? { took_ms: 41 } : undefined,
        id: e.id,
        kind: e.kind,
        request: e.request,
        subject: e.subject,
        tenant: id('ten', '000001'),
        transaction: e.transaction,
        v: 1,
      }).filter(([, v]) => v !== undefined),
    ),
  );
