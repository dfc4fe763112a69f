import { selfcare } from './control-fixtures';
import { aCase, actions, at, hops, id, people, problem, request, signedBy, signedIn } from './fixtures';
import type { Screen } from './preview-screens';

const OWN = [{ rule: 'rail:own_request', text: 'you asked for it; nobody signs for themselves' }];
const first = request('ZD-4702', {
  id: id('req', 'c07d52'),
  actions: [actions.refund, actions.read],
  needed: 2,
  reviews: [signedBy(people.imre)],
  may_sign: [people.sana],
});
const queue = [
  first,
  request('ZD-4655', {
    id: id('req', '81f6ae'),
    asker: people.tove,
    actions: [actions.export],
    needed: 2,
    asked_at: at(-180),
    minutes: 15,
  }),
  request('ZD-4711', { id: id('req', '2d9c41'), asked_at: at(-360), actions: [actions.address] }),
  request('ZD-4698', {
    id: id('req', '90ac17'),
    asker: people.sana,
    actions: [actions.address],
    asked_at: at(-240),
    minutes: 15,
    not_signable: OWN,
    reason: 'Customer moved; confirmed by letter and by a call to the contract number.',
    may_sign: [people.imre],
  }),
];
const reviewed = [
  request('JSM-1182', {
    id: id('req', '5b70e3'),
    actions: [actions.refund],
    state: 'started',
    delegation: id('dlg', '41b09a'),
    reviews: [signedBy(people.sana, -1800)],
    changed_at: at(-1790),
  }),
  request('ZD-4690', {
    id: id('req', 'e6114b'),
    actions: [actions.address],
    state: 'refused',
    changed_at: at(-2040),
    reviews: [
      { by: people.sana, decision: 'refuse', at: at(-2040), proved_at: at(-2045), reason: 'Not needed for this case.' },
    ],
  }),
];
const hidden = request('JSM-1164', {
  id: id('req', 'e6114c'),
  asker: people.tove,
  api: selfcare.id,
  api_name: selfcare.name,
  audience: selfcare.audience,
  actions: selfcare.actions.slice(0, 1),
  mode: 'impersonation',
  minutes: 15,
  needed: 2,
  asked_at: at(-60),
});
const sana = signedIn('sana');
const lists = {
  request_list: ({ which }: { which: string }) => ({ items: which === 'to_sign' ? queue : reviewed }),
  request_get: first,
};
const wait = {
  step_up: first.id,
  match_code: 'M7QX-2RTA',
  url: 'http://localhost:8470/authorize?prompt=login',
  until: at(168),
  opened: true,
};
const on = (which: string) => `/sign?id=${id('req', which)}`;

export const signScreens: Record<string, Screen> = {
  'e1-review': { path: on('c07d52'), state: sana, answers: lists },
  'e1-review-hops': {
    path: on('c07d52'),
    state: sana,
    answers: { ...lists, request_list: ({ which }) => ({ items: which === 'to_sign' ? [{ ...first, hops }] : [] }) },
  },
  'e2-review-impersonation': {
    path: on('e6114c'),
    state: sana,
    answers: { ...lists, request_list: ({ which }) => ({ items: which === 'to_sign' ? [hidden, ...queue] : [] }) },
  },
  'e2-sign-impersonation': {
    path: on('e6114c'),
    state: sana,
    answers: { ...lists, request_list: ({ which }) => ({ items: which === 'to_sign' ? [hidden, ...queue] : [] }) },
    steps: ['Sign…'],
  },
  'e3-step-up': { path: on('c07d52'), state: sana, answers: lists, steps: ['Sign…'] },
  'e3-step-up-waiting': {
    path: on('c07d52'),
    state: sana,
    answers: { ...lists, request_review: new Promise<never>(() => undefined) },
    steps: ['Sign…', 'Continue'],
    then: (platform) => platform.say('console', { ...sana, browser: wait }),
  },
  'e3-step-up-refused': {
    path: on('c07d52'),
    state: sana,
    answers: {
      ...lists,
      request_review: problem('refused', {
        title: 'not signed',
        detail: 'you have signed this already; one person counts once',
        reasons: [{ rule: 'rail:signed_already', text: 'you have signed this already; one person counts once' }],
      }),
    },
    steps: ['Sign…', 'Continue'],
  },
  'e4-refuse': { path: on('c07d52'), state: sana, answers: lists, steps: ['Refuse…'] },
  'e5-own': { path: on('90ac17'), state: sana, answers: lists },
  'e6-reviewed': { path: on('5b70e3'), state: sana, answers: lists },
  'e7-unsign': { path: on('5b70e3'), state: sana, answers: lists, steps: ['Withdraw my'] },
  'e8-empty': { path: '/sign', state: sana, answers: { request_list: { items: [] } } },
  'e9-error': {
    path: '/sign',
    state: sana,
    answers: {
      request_list: problem('unreachable', {
        detail: `connection refused; nothing was changed for ${aCase('ZD-4711').key}`,
      }),
    },
  },
};
