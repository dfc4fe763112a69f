import { at, consoleState, me, problem } from './fixtures';
import type { Screen } from './preview-screens';

const wait = {
  match_code: 'KX41-9QTE',
  url: 'http://localhost:8470/authorize?client_id=console',
  until: at(252),
  opened: true,
};
const first = consoleState({ stream: 'off' });
delete first.service;

const LOCKED = 'this computer’s keychain (Secret Service) is locked';
const fault = (fault: 'locked' | 'no_service' | 'no_bus' | 'denied', text: string) =>
  consoleState({ me: me('dana'), stream: 'off', keychain: { state: 'fault', fault, text } });

const unreachable = problem('unreachable', { title: 'the service does not answer', detail: 'connection refused' });

export const doorScreens: Record<string, Screen> = {
  'a1-first-run': { path: '/', state: first, answers: {}, steps: ['My company'] },
  'a1-first-run-embedded': { path: '/', state: first, answers: {} },
  'a1-welcome': { path: '/', state: consoleState({ stream: 'off' }), answers: {} },
  'a1-first-admin': {
    path: '/',
    state: consoleState({
      stream: 'off',
      service: { embedded: true, issuer: 'http://localhost:8470', sample: false, setup: true },
    }),
    answers: {},
  },
  'a2-browser': { path: '/', state: consoleState({ stream: 'off', browser: wait }), answers: {} },
  'a2-browser-not-opened': {
    path: '/',
    state: consoleState({ stream: 'off', browser: { ...wait, opened: false } }),
    answers: {},
  },
  'a3-keychain-locked': { path: '/', state: fault('locked', LOCKED), answers: {} },
  'a3-keychain-no-bus': {
    path: '/',
    state: fault('no_bus', 'the console was started outside of a desktop session'),
    answers: {},
  },
  'a4-unreachable': {
    path: '/',
    state: first,
    answers: { service_choose: unreachable },
    steps: ['Sign in with'],
  },
};
