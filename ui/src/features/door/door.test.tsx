import { act, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { KeychainFault } from '~/api/types';
import { at, consoleState, me, problem, signedIn } from '~test/fixtures';
import { expectAccessible, renderApp } from '~test/render';
import { addressFault } from './ChoosePage';

const first = consoleState({ stream: 'off' });
delete first.service;
const known = consoleState({ stream: 'off' });
const wait = { match_code: 'KX41-9QTE', url: 'http://localhost:8470/authorize', until: at(252), opened: true };

describe('first run', () => {
  it('starts the embedded service and goes on in the browser', async () => {
    const { user, platform } = renderApp('/', first, { service_choose: known, sign_in: signedIn('dana') });
    expect(await screen.findByRole('heading', { name: 'Where is your Countersign service?' })).toBeTruthy();
    await expectAccessible();
    await user.click(screen.getByRole('button', { name: 'Sign in with the browser' }));
    await waitFor(() => expect(platform.of('sign_in')).toHaveLength(1));
    expect(platform.of('service_choose')).toEqual([{ choice: { kind: 'embedded' } }]);
  });

  it('takes the company’s address, and says why not where it can’t be one', async () => {
    const { user, platform } = renderApp('/', first, { service_choose: known, sign_in: signedIn('dana') });
    await user.click(await screen.findByRole('radio', { name: /My company’s service/ }));
    const address = screen.getByRole('textbox', { name: /Address/ });
    await user.clear(address);
    await user.type(address, 'http://countersign.example{Enter}');
    expect(screen.getByRole('alert').textContent).toContain('Only https:// is taken');
    expect(platform.of('service_choose')).toEqual([]);
    await user.clear(address);
    await user.type(address, 'https://countersign.example{Enter}');
    await waitFor(() =>
      expect(platform.of('service_choose')).toEqual([
        { choice: { kind: 'shared', url: 'https://countersign.example' } },
      ]),
    );
  });

  it('takes plain HTTP on this computer alone', () => {
    expect(addressFault('http://localhost:8470')).toBeUndefined();
    expect(addressFault('http://127.0.0.1:8470')).toBeUndefined();
    expect(addressFault('http://localhost.evil.example')).toBeDefined();
    expect(addressFault('countersign')).toBeDefined();
    expect(addressFault('')).toBeDefined();
  });

  it('says that a silent service is not about the account, and tries again', async () => {
    const { user, platform } = renderApp('/', first, {
      service_choose: problem('unreachable', { detail: 'connection refused' }),
    });
    await user.click(await screen.findByRole('button', { name: 'Sign in with the browser' }));
    expect(await screen.findByRole('heading', { name: 'The service does not answer' })).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toContain('Nothing was sent.');
    await expectAccessible();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(platform.of('service_choose')).toHaveLength(2));
    await user.click(await screen.findByRole('button', { name: 'Change the address' }));
    expect(await screen.findByRole('heading', { name: 'Where is your Countersign service?' })).toBeTruthy();
  });

  it('makes the first admin of an empty service before anybody signs in', async () => {
    const empty = consoleState({
      stream: 'off',
      service: { embedded: true, issuer: 'http://localhost:8470', sample: false, setup: true },
    });
    const { user, platform } = renderApp('/', empty, { setup_open: null, sign_in: signedIn('ruth') });
    await user.click(await screen.findByRole('button', { name: 'Make the first admin in the browser' }));
    expect(platform.of('setup_open')).toHaveLength(1);
    await user.click(await screen.findByRole('button', { name: 'Sign in' }));
    expect(platform.of('sign_in')).toHaveLength(1);
    await expectAccessible();
  });
});

describe('in the browser', () => {
  it('shows the code to match, the end of waiting and every way on', async () => {
    const { user, platform, clock } = renderApp('/', consoleState({ stream: 'off', browser: wait }), {
      browser_open_again: null,
      browser_cancel: null,
    });
    expect((await screen.findByRole('status', { name: /KX41-9QTE/ })).textContent).toBe('KX41-9QTE');
    expect(screen.getByText('4 min 12 s')).toBeTruthy();
    act(() => clock.pass(2000));
    expect(screen.getByText('4 min 10 s')).toBeTruthy();
    await expectAccessible();
    await user.click(screen.getByRole('button', { name: 'Open again' }));
    expect(platform.of('browser_open_again')).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Copy address' }));
    expect(await navigator.clipboard.readText()).toBe(wait.url);
    await user.keyboard('{Escape}');
    expect(platform.of('browser_cancel')).toHaveLength(1);
  });

  it('says so when no browser could be opened', async () => {
    renderApp('/', consoleState({ stream: 'off', browser: { ...wait, opened: false } }));
    expect(await screen.findByText('The browser could not be opened.')).toBeTruthy();
  });

  it('comes in as soon as the shell says who is signed in', async () => {
    const { platform } = renderApp('/', consoleState({ stream: 'off', browser: wait }));
    await screen.findByText('KX41-9QTE');
    act(() => platform.say('console', signedIn('dana')));
    expect(await screen.findByRole('heading', { name: 'My work' })).toBeTruthy();
  });

  it('names the people of the sample, and leaves out their password', async () => {
    renderApp('/', known);
    expect((await screen.findByRole('note')).textContent).toContain('dana and tove ask, sana and imre sign');
    expect(document.body.textContent).not.toContain('sample-only');
  });
});

describe('the keychain', () => {
  const FAULTS: [KeychainFault, string, string][] = [
    ['locked', 'The keychain is locked', 'Unlock the keychain'],
    ['no_service', 'No keychain service is running', 'Try the keychain again'],
    ['no_bus', 'There is no session bus', 'Try the keychain again'],
    ['denied', 'The keychain said no', 'Try the keychain again'],
  ];
  it.each(FAULTS)('%s: says what happened and two ways on', async (fault, heading, retry) => {
    const state = consoleState({
      me: me('dana'),
      keychain: { state: 'fault', fault, text: 'the reason in a sentence' },
    });
    const { user, platform } = renderApp('/work', state, {
      keychain_retry: null,
      keychain_memory: null,
      sign_out: null,
    });
    expect(await screen.findByRole('heading', { name: heading })).toBeTruthy();
    expect(screen.getByText(/your session cannot be stored. The reason in a sentence./)).toBeTruthy();
    await expectAccessible();
    await user.click(screen.getByRole('button', { name: retry }));
    expect(platform.of('keychain_retry')).toHaveLength(1);
    await user.click(screen.getByRole('radio', { name: /Go on without it/ }));
    await user.click(screen.getByRole('button', { name: 'Go on without it' }));
    expect(platform.of('keychain_memory')).toHaveLength(1);
  });

  it('keeps saying in the status bar that the session is in memory', async () => {
    renderApp('/work', signedIn('dana', { keychain: { state: 'memory' } }));
    expect(await screen.findByText('session kept in memory')).toBeTruthy();
  });
});
