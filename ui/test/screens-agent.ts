import type { RequestView } from '~/api/types';
import {
  accounts,
  actions,
  aCase,
  at,
  callingPreview,
  cases,
  delegation,
  hops,
  id,
  people,
  preview,
  problem,
  refusedPreview,
  request,
  signedBy,
  signedIn,
} from './fixtures';
import { selfcare as legacy } from './control-fixtures';
import type { Answers } from './fake-platform';
import type { Screen } from './preview-screens';

const never = new Promise<never>(() => undefined);
const live = delegation('ZD-4711');
const waiting = request('ZD-4702', {
  id: id('req', 'c07d52'),
  actions: [actions.refund, actions.read],
  needed: 2,
  reviews: [signedBy(people.imre)],
  may_sign: [people.sana],
});
const signed = request('JSM-1182', {
  id: id('req', '81f6ae'),
  actions: [actions.refund],
  state: 'signed',
  reviews: [signedBy(people.imre)],
  lapses_at: at(2280),
});
const refused: RequestView = request('ZD-4655', {
  id: id('req', 'e6114b'),
  actions: [actions.refund],
  state: 'refused',
  reviews: [
    {
      by: people.sana,
      decision: 'refuse',
      at: at(-90),
      proved_at: at(-95),
      reason: 'Call the customer back first, on the contract number.',
    },
  ],
  changed_at: at(-90),
});
const lapsed = request('ZD-4641', {
  id: id('req', '5b70e3'),
  state: 'lapsed',
  changed_at: at(-4000),
  lapses_at: at(-4000),
});
const ended = delegation('JSM-1164', {
  id: id('dlg', '6ad1f3'),
  actions: [actions.address],
  live: false,
  ended: { at: at(-720), reason: 'case_closed', by: people.ruth },
});

const hidden = request('ZD-4702', {
  id: id('req', 'e6114b'),
  api: legacy.id,
  api_name: legacy.name,
  audience: legacy.audience,
  actions: legacy.actions.slice(0, 1),
  mode: 'impersonation',
  minutes: 15,
  needed: 2,
});
const masked = delegation('JSM-1164', {
  api: legacy.id,
  api_name: legacy.name,
  audience: legacy.audience,
  actions: legacy.actions.slice(0, 1),
  mode: 'impersonation',
  started_at: at(-200),
  ends_at: at(700),
  calls: 3,
});

const withAccess = cases.map((c) => {
  if (c.key === 'ZD-4711') return { ...c, access: { state: 'live' as const, delegation: live.id } };
  if (c.key === 'ZD-4702')
    return { ...c, access: { state: 'waiting' as const, request: waiting.id, given: 1, needed: 2 } };
  if (c.key === 'JSM-1182') return { ...c, access: { state: 'signed' as const, request: signed.id } };
  if (c.key === 'ZD-4641') return { ...c, state: 'closed' as const };
  return c;
});

const desk: Answers = {
  case_list: { items: withAccess },
  contract_list: { items: [accounts] },
  request_list: { items: [waiting, signed, refused, lapsed] },
  delegation_list: { items: [live, ended] },
  request_preview: preview,
};
const acting = signedIn('dana', { acting: live });
const dana = signedIn('dana');
const REASON = waiting.reason;
const asking = `/work/new?case=${aCase('ZD-4702').id}&from=${waiting.id}`;
const both = { ...accounts, modes: ['delegated' as const, 'impersonation' as const] };
const selfcare = {
  ...both,
  id: id('api', '00ac02'),
  key: 'selfcare',
  name: 'Self-care API',
  audience: 'http://localhost:8481',
};
const answered = {
  status: 200,
  headers: [
    ['content-type', 'application/json'],
    ['date', 'Fri, 20 Nov 2026 13:32:08 GMT'],
  ] as [string, string][],
  body: '{"customer":"cus_8812","postal_address":{"line1":"Harbour Row 18","postcode":"00-018","valid_from":"2026-11-21"},"changed_by":{"sub":"cus_8812","act":"usr_…0000a0"}}',
  cut: false,
  took_ms: 212,
  intent: id('evt', 'e10007'),
  outcome: id('evt', 'e10008'),
};
const refusal = {
  ...answered,
  status: 401,
  body: '{"error":"invalid_token","error_description":"the delegation has ended"}',
};
const over = { ...live, live: false, ended: { at: at(-3), reason: 'case_closed' as const, by: people.sana } };
const one = (r: RequestView): Answers => ({ ...desk, request_get: r });

export const agentScreens: Record<string, Screen> = {
  'b1-work': { path: '/work', state: acting, answers: desk },
  'b2-work-empty': {
    path: '/work',
    state: dana,
    answers: { ...desk, case_list: { items: [] }, request_list: { items: [] }, delegation_list: { items: [] } },
  },
  'b3-work-loading': { path: '/work', state: dana, answers: { ...desk, case_list: never } },
  'b4-work-error': { path: '/work', state: dana, answers: { ...desk, case_list: problem('unavailable') } },
  'c0-request-choose': { path: '/work/new', state: dana, answers: desk },
  'c1-request': { path: asking, state: dana, answers: one({ ...waiting, reason: REASON }) },
  'c1-request-idle': { path: `/work/new?case=${aCase('ZD-4702').id}`, state: dana, answers: desk },
  'c1-request-vain': {
    path: asking,
    state: dana,
    answers: {
      ...one(waiting),
      request_preview: { ...preview, verdict: { ...preview.verdict, signers: [people.sana] } },
    },
  },
  'c2-request-refused': {
    path: asking,
    state: dana,
    answers: {
      ...one({ ...waiting, mode: 'impersonation', minutes: 60 }),
      contract_list: { items: [both, selfcare] },
      request_preview: refusedPreview,
    },
  },
  'c3-request-impersonation': {
    path: asking,
    state: dana,
    answers: {
      ...one({ ...hidden, minutes: 15 }),
      contract_list: { items: [accounts, { ...legacy, modes: ['delegated', 'impersonation'] }] },
      request_preview: {
        ...preview,
        verdict: {
          ...preview.verdict,
          max_minutes: 15,
          reasons: [
            { rule: 'case-binds', text: 'ZD-4702 is open, yours, and belongs to cus_3051' },
            {
              rule: 'rail:impersonation',
              text: 'two signatures of different people, because it hides you from the API',
            },
          ],
        },
        claims: preview.claims.filter((c) => c.name !== 'act'),
      },
    },
  },
  'c4-request-hops': { path: asking, state: dana, answers: { ...one(waiting), request_preview: callingPreview } },
  'd1-waiting-hops': { path: `/requests/${waiting.id}`, state: dana, answers: one({ ...waiting, hops }) },
  'd2-signed-impersonation': {
    path: `/requests/${hidden.id}`,
    state: dana,
    answers: one({ ...hidden, state: 'signed', reviews: [signedBy(people.imre), signedBy(people.sana, -4)] }),
  },
  'd1-waiting': { path: `/requests/${waiting.id}`, state: dana, answers: one(waiting) },
  'd2-signed': {
    path: `/requests/${waiting.id}`,
    state: dana,
    answers: one({ ...waiting, state: 'signed', reviews: [signedBy(people.imre), signedBy(people.sana, -4)] }),
  },
  'd3-refused': { path: `/requests/${refused.id}`, state: dana, answers: one(refused) },
  'd4-lapsed': { path: `/requests/${lapsed.id}`, state: dana, answers: one(lapsed) },
  'd5-withdraw': { path: `/requests/${waiting.id}`, state: dana, answers: one(waiting), steps: ['Withdraw'] },
  'd6-not-found': {
    path: `/requests/${waiting.id}`,
    state: dana,
    answers: {
      request_get: problem('not_found', {
        title: 'there is no such request',
        detail: 'it may be another tenant’s; nothing was done',
        status: 404,
      }),
    },
  },
  'f1-acting': {
    path: '/explorer',
    state: acting,
    answers: { ...desk, api_call: answered },
    steps: ['PUT', 'Send'],
  },
  'f2-acting-warn': {
    path: '/explorer',
    state: signedIn('dana', { acting: { ...live, ends_at: at(112) } }),
    answers: { ...desk, api_call: answered },
    steps: ['PUT', 'Send'],
  },
  'f3-explorer-nobody': { path: '/explorer', state: dana, answers: desk },
  'f3-acting-impersonation': {
    path: '/explorer',
    state: signedIn('dana', { acting: masked }),
    answers: {
      ...desk,
      contract_list: { items: [accounts, legacy] },
      api_call: { ...answered, body: '{"name_shown":"••••••","plan":"Unlimited M","open_orders":1,"banner":null}' },
    },
    steps: ['GET', 'Send'],
  },
  'f3-acting-impersonation-warn': {
    path: '/explorer',
    state: signedIn('dana', { acting: { ...masked, ends_at: at(100) } }),
    answers: { ...desk, contract_list: { items: [accounts, legacy] } },
  },
  'f6-acting-details': {
    path: '/explorer',
    state: signedIn('dana', { acting: { ...live, hops } }),
    answers: desk,
    steps: ['Accounts API,'],
  },
  'f4-ended': {
    path: '/explorer',
    state: signedIn('dana', { acting: over }),
    answers: { ...desk, api_call: refusal },
    steps: ['PUT', 'Send'],
  },
  'f5-no-answer': {
    path: '/explorer',
    state: acting,
    answers: {
      ...desk,
      api_call: {
        headers: [],
        body: '',
        cut: false,
        took_ms: 10_000,
        failed: 'connection refused',
        intent: id('evt', 'e10007'),
      },
    },
    steps: ['PUT', 'Send'],
  },
  'l1-palette': { path: '/work', state: acting, answers: desk, steps: ['Search or go to'] },
  'l2-keys': { path: '/work', state: acting, answers: desk, steps: ['Keys'] },
  'l3-menu': { path: '/work', state: acting, answers: desk, steps: ['d'] },
  'l4-end': { path: '/work', state: acting, answers: desk, steps: ['End'] },
  'l5-offline': { path: '/work', state: { ...acting, stream: 'connecting' }, answers: desk },
  'l6-not-yours': { path: '/cases', state: dana, answers: desk },
};
