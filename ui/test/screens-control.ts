import type { Answers } from './fake-platform';
import {
  accountsCalling,
  apis,
  clients,
  decided,
  detailOf,
  newApi,
  rotatedAtOnce,
  rotatedSoon,
  secretive,
  signingKeys,
  waitingChange,
} from './control-fixtures';
import { id, problem, signedIn } from './fixtures';
import type { Screen } from './preview-screens';

const failing = problem('unavailable', {
  title: 'Not available now',
  detail: 'the service can’t do this now, and has done nothing; try again in a moment',
});
const ruth = signedIn('ruth');
const never = new Promise<never>(() => undefined);

/** As ruth sees it: what she proposed is not hers to agree to. */
const changes = [{ ...waitingChange, reviewable: false }, newApi, ...decided];
const desk: Answers = {
  contract_list: { items: apis },
  contract_get: ({ id: wanted }) => detailOf(apis.find((a) => a.id === wanted) ?? accountsCalling),
  contract_change_list: { items: changes },
  client_list: { items: clients },
  client_secret_make: {
    secret: { id: id('sec', '0005e4'), made_at: '2026-11-20T13:32:08Z' },
    path: '/home/ruth/.local/share/countersign/secrets/selfcare-web-0005e4.secret',
  },
  key_list: { items: signingKeys },
  key_rotate: ({ input }) => (input.emergency ? rotatedAtOnce : rotatedSoon),
  request_list: { items: [] },
};
const asImre: Answers = { ...desk, contract_change_list: { items: [waitingChange, { ...newApi, reviewable: false }] } };
const accounts = `/apis?id=${accountsCalling.id}`;
const propose = `/apis/propose?id=${accountsCalling.id}`;

export const controlScreens: Record<string, Screen> = {
  'j1-apis': { path: accounts, state: ruth, answers: desk },
  'j1-apis-impersonation': { path: `/apis?id=${apis[2]?.id ?? ''}`, state: ruth, answers: desk },
  'j1-apis-auditor': {
    path: accounts,
    state: signedIn('ines'),
    answers: { ...desk, contract_change_list: { items: changes.map((c) => ({ ...c, reviewable: false })) } },
  },
  'j1-apis-file': { path: `/apis?id=${apis[1]?.id ?? ''}`, state: ruth, answers: desk },
  'j2-change': { path: '/apis', state: signedIn('imre'), answers: asImre },
  'j2-change-agree': { path: '/apis', state: signedIn('imre'), answers: asImre, steps: ['Agree…'] },
  'j2-change-own': { path: `/apis?change=${waitingChange.id}`, state: ruth, answers: desk },
  'j2-change-own-back': {
    path: `/apis?change=${waitingChange.id}`,
    state: ruth,
    answers: desk,
    steps: ['Take back…'],
  },
  'j2-change-decided': { path: `/apis?change=${decided[1]?.id ?? ''}`, state: ruth, answers: desk },
  'j3-propose': { path: propose, state: ruth, answers: desk },
  'j3-propose-file': { path: `/apis/propose?id=${apis[1]?.id ?? ''}`, state: ruth, answers: desk },
  'j3-propose-new': { path: '/apis/propose', state: ruth, answers: desk },
  'j3-propose-different': {
    path: propose,
    state: ruth,
    answers: desk,
    steps: ['type Contract=' + JSON.stringify({ ...waitingChange.contract }, null, 2)],
  },
  'j3-propose-wrong': {
    path: propose,
    state: ruth,
    answers: desk,
    steps: ['type Contract={\n  "key": "accounts"\n  "name": "Accounts API"\n}'],
  },
  'j4-apis-empty': {
    path: '/apis',
    state: ruth,
    answers: { ...desk, contract_list: { items: [] }, contract_change_list: { items: [] } },
  },
  'j4-apis-loading': { path: '/apis', state: ruth, answers: { ...desk, contract_list: never } },
  'j4-apis-fail': { path: '/apis', state: ruth, answers: { ...desk, contract_list: failing } },
  'j5-clients': { path: '/clients', state: ruth, answers: desk },
  'j5-clients-secrets': { path: `/clients?id=${secretive.id}`, state: ruth, answers: desk },
  'j5-clients-no-secret': { path: '/clients?id=selfcare-web', state: ruth, answers: desk },
  'j5-clients-disabled': { path: '/clients?id=svc:export', state: ruth, answers: desk },
  'j5-clients-auditor': { path: `/clients?id=${secretive.id}`, state: signedIn('ines'), answers: desk },
  'j6-client-new': { path: '/clients', state: ruth, answers: desk, steps: ['Register a client…'] },
  'j6-client-new-wrong': {
    path: '/clients',
    state: ruth,
    answers: desk,
    steps: ['Register a client…', 'type Its public keys={"keys": [{"kty": "EC", "d": "x"}]}'],
  },
  'j6-client-change': { path: '/clients', state: ruth, answers: desk, steps: ['Change…'] },
  'j6-client-disable': { path: '/clients', state: ruth, answers: desk, steps: ['Disable…'] },
  'j6-secret-make': {
    path: '/clients?id=selfcare-web',
    state: ruth,
    answers: desk,
    steps: ['Make a secret…'],
  },
  'j6-secret-made': {
    path: '/clients?id=selfcare-web',
    state: ruth,
    answers: desk,
    steps: ['Make a secret…', 'Make the secret'],
  },
  'j6-secret-drop': { path: `/clients?id=${secretive.id}`, state: ruth, answers: desk, steps: ['Drop the older'] },
  'j7-clients-empty': { path: '/clients', state: ruth, answers: { ...desk, client_list: { items: [] } } },
  'j7-clients-fail': { path: '/clients', state: ruth, answers: { ...desk, client_list: failing } },
  'j8-keys': { path: '/keys', state: ruth, answers: desk },
  'j8-keys-auditor': { path: '/keys', state: signedIn('ines'), answers: desk },
  'j8-keys-rotate': { path: '/keys', state: ruth, answers: desk, steps: ['Rotate now…'] },
  'j8-keys-rotated': {
    path: '/keys',
    state: ruth,
    answers: desk,
    steps: ['Rotate now…', 'RS256', 'Rotate the RS256 key'],
  },
  'j8-keys-emergency': { path: '/keys', state: ruth, answers: desk, steps: ['Emergency'] },
  'j9-keys-empty': { path: '/keys', state: ruth, answers: { ...desk, key_list: { items: [] } } },
  'j9-keys-fail': { path: '/keys', state: ruth, answers: { ...desk, key_list: failing } },
};
