import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { at, delegation, event, hops, people, problem, request, signedIn } from '~test/fixtures';
import { expectAccessible, renderApp } from '~test/render';

const live = delegation('ZD-4711');
const acting = signedIn('dana', { acting: live });
const bar = () => screen.findByRole('region', { name: 'Acting for a customer' });

describe('navigation', () => {
  it('shows only the places of the person, and which one is open', async () => {
    const { user } = renderApp('/', signedIn('dana'));
    const nav = await screen.findByRole('navigation', { name: 'Main' });
    expect(
      within(nav)
        .getAllByRole('link')
        .map((a) => a.textContent),
    ).toEqual(['My work', 'API explorer', 'My trail']);
    expect(within(nav).getByRole('link', { name: 'My work' })).toHaveProperty('ariaCurrent', 'page');
    await user.keyboard('ge');
    expect(await screen.findByRole('heading', { name: 'API explorer', level: 1 })).toBeTruthy();
    await expectAccessible();
  });

  it('counts what waits for the approver, and not what they can’t sign', async () => {
    const own = [{ rule: 'rail:own_request', text: 'you asked for it' }];
    const items = [request('ZD-4702'), request('ZD-4711'), request('ZD-4698', { not_signable: own })];
    renderApp('/', signedIn('sana'), { request_list: ({ which }) => ({ items: which === 'to_sign' ? items : [] }) });
    const nav = await screen.findByRole('navigation', { name: 'Main' });
    expect(await within(nav).findByText('2')).toHaveProperty('ariaLabel', '2 wait for you');
  });

  it('says whose a place is to somebody who came there by hand', async () => {
    renderApp('/people', signedIn('dana'));
    expect(await screen.findByText(/It is for people who are admin; you are agent/)).toBeTruthy();
  });

  it('goes home when another person signs in', async () => {
    const { platform } = renderApp('/explorer', signedIn('dana'));
    await screen.findByRole('heading', { name: 'API explorer' });
    act(() => platform.say('console', signedIn('sana')));
    expect(await screen.findByRole('heading', { name: 'To sign' })).toBeTruthy();
  });
});

describe('palette and keys', () => {
  it('opens with the keyboard, finds a case, and leads to a request for it', async () => {
    const { user } = renderApp('/work', signedIn('dana'));
    await screen.findByText('Cannot receive sign-in codes');
    await user.keyboard('{Control>}k{/Control}');
    const search = screen.getByRole('combobox', { name: 'Search' });
    expect(document.activeElement).toBe(search);
    await expectAccessible();
    await user.type(search, 'sign-in codes');
    expect(screen.getAllByRole('option')).toHaveLength(1);
    await user.keyboard('{Enter}');
    expect(await screen.findByRole('heading', { name: 'New request' })).toBeTruthy();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('says so when nothing is found', async () => {
    const { user } = renderApp('/work', signedIn('dana'));
    await user.click(await screen.findByRole('button', { name: /Search or go to/ }));
    await user.type(screen.getByRole('combobox'), 'lockout');
    expect(screen.getByText(/Nothing here is called “lockout”/)).toBeTruthy();
  });

  it('lists only keys that do something, and gives the focus back', async () => {
    const { user } = renderApp('/sign', signedIn('sana'));
    const opener = await screen.findByRole('button', { name: /^Keys/ });
    opener.focus();
    await user.keyboard('?');
    const dialog = screen.getByRole('dialog', { name: 'Keys' });
    expect(within(dialog).queryByText('End the session')).toBeNull();
    expect(within(dialog).getByText('Sign…')).toBeTruthy();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(document.activeElement).toBe(opener);
  });

  it('hears no single keys while somebody types', async () => {
    const { user } = renderApp('/explorer', acting, {});
    const path = await screen.findByRole('textbox', { name: 'Path' });
    await user.click(path);
    await user.keyboard('?gm');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByRole('heading', { name: 'API explorer' })).toBeTruthy();
  });
});

describe('the session bar', () => {
  it('says on every screen for whom, on which case and how long, and frames the window', async () => {
    const { clock, container } = renderApp('/work', acting);
    expect((await bar()).textContent).toContain('Actingdanaforcus_8812ZD-4711Accounts API, 2 actions7 calls24:18left');
    expect(container.querySelector('.win')?.getAttribute('data-acting')).toBe('delegated');
    act(() => clock.pass(1000));
    expect((await bar()).textContent).toContain('24:17');
    await expectAccessible();
  });

  it('unfolds what was signed for, at other APIs too, by risk', async () => {
    const { user } = renderApp('/work', signedIn('dana', { acting: { ...live, hops } }));
    await user.click(await screen.findByRole('button', { name: 'Accounts API, 2 actions, 2 more at Billing API' }));
    const details = await screen.findByRole('dialog', { name: 'What was signed for' });
    expect(details.textContent).toContain('Change postal address');
    expect(within(details).getByRole('list', { name: 'At other APIs' }).textContent).toMatch(
      /Credit an invoice.*High.*Read invoices and payments.*Low/,
    );
    await expectAccessible();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('says of an impersonation that it is one, and stays so to the end', async () => {
    const masked = { ...live, mode: 'impersonation' as const, ends_at: at(130) };
    const { clock, container } = renderApp('/work', signedIn('dana', { acting: masked }));
    const region = await bar();
    expect(region.textContent).toContain('Impersonatingcus_8812The API cannot tell you apart. The trail names you.');
    const frame = () => container.querySelector('.win')?.getAttribute('data-acting');
    expect([region.dataset.mode, frame()]).toEqual(['impersonation', 'impersonation']);
    act(() => clock.pass(20_000));
    expect([region.dataset.tone, frame()]).toEqual(['warn', 'impersonation']);
    expect(region.textContent).toContain('Ends in01:50');
    await expectAccessible();
  });

  it('reckons with the service’s clock, not this computer’s', async () => {
    renderApp('/work', { ...acting, clock_skew_ms: 60_000 });
    expect((await bar()).textContent).toContain('23:18');
  });

  it('warns in the last two minutes and says the time aloud only then', async () => {
    const { clock, container } = renderApp('/work', signedIn('dana', { acting: { ...live, ends_at: at(122) } }));
    const region = await bar();
    expect(within(region).getByRole('status').textContent).toBe('');
    act(() => clock.pass(3000));
    expect(within(region).getByRole('status').textContent).toBe('Two minutes left for cus_8812');
    expect(region.dataset.tone).toBe('warn');
    expect(container.querySelector('.win')?.getAttribute('data-acting')).toBe('warn');
    act(() => clock.pass(90_000));
    expect(within(region).getByRole('status').textContent).toBe('30 seconds left for cus_8812');
  });

  it('ends after asking once, starting on Keep it', async () => {
    const over = { ...live, live: false, ended: { at: at(0), reason: 'agent' as const } };
    const { user, platform } = renderApp('/work', acting, { delegation_end: over });
    await bar();
    await user.keyboard('{Control>}{Shift>}e{/Shift}{/Control}');
    const dialog = screen.getByRole('dialog', { name: 'End the session for cus_8812?' });
    expect(document.activeElement?.textContent).toContain('Keep it');
    expect(dialog.textContent).toContain('stops now, 24 min before its time');
    expect(platform.of('delegation_end')).toEqual([]);
    await expectAccessible();
    await user.click(within(dialog).getByRole('button', { name: 'End the session' }));
    await waitFor(() => expect(platform.of('delegation_end')).toEqual([{ id: live.id }]));
    expect(await screen.findByText('Your session for cus_8812 has ended')).toBeTruthy();
  });

  it('stays with the dialog when ending fails, and says what was not done', async () => {
    const { user } = renderApp('/work', acting, {
      delegation_end: problem('unreachable', {
        title: 'not ended',
        detail: 'the service did not answer; the session still lives',
      }),
    });
    await bar();
    await user.click(screen.getByRole('button', { name: /^End/ }));
    await user.click(screen.getByRole('button', { name: 'End the session' }));
    expect((await screen.findByRole('alert')).textContent).toContain(
      'Not ended. The service did not answer; the session still lives.',
    );
  });

  it('says why and by whom it was ended elsewhere, until it is dismissed', async () => {
    const { user, platform, container } = renderApp('/work', acting, { acting_dismiss: null });
    await bar();
    act(() =>
      platform.say(
        'console',
        signedIn('dana', {
          acting: { ...live, live: false, ended: { at: at(0), reason: 'case_closed', by: people.sana } },
        }),
      ),
    );
    const gone = await screen.findByRole('alert', { name: 'The session has ended' });
    expect(gone.textContent).toContain('14:32:08: case ZD-4711 was closed by sana. Nothing more can be done');
    expect(container.querySelector('.win')?.hasAttribute('data-acting')).toBe(false);
    expect(within(gone).getByRole('link', { name: 'See it as one story' })).toHaveProperty(
      'pathname',
      `/delegations/${live.id}`,
    );
    await user.click(within(gone).getByRole('button', { name: 'Dismiss' }));
    expect(platform.of('acting_dismiss')).toHaveLength(1);
  });
});

describe('the connection', () => {
  it('says that it is gone, and why nothing can be started', async () => {
    const { user, clock } = renderApp('/work', signedIn('dana', { stream: 'connecting' }));
    await screen.findByText('Cannot receive sign-in codes');
    act(() => clock.pass(1500));
    expect(await screen.findByText(/No connection to the service. Shown as of 14:32:08/)).toBeTruthy();
    const ask = screen.getByRole('button', { name: /New request/ });
    expect(ask.getAttribute('aria-disabled')).toBe('true');
    await user.tab();
    act(() => ask.focus());
    expect(await screen.findByRole('tooltip')).toHaveProperty('textContent', 'no connection to the service');
    await expectAccessible();
  });

  it('fetches again what a line of the trail has made stale', async () => {
    const { platform } = renderApp('/work', signedIn('dana'));
    await screen.findByText('Cannot receive sign-in codes');
    const before = platform.of('case_list').length;
    act(() => platform.say('trail', [event('case.close')]));
    await waitFor(() => expect(platform.of('case_list').length).toBeGreaterThan(before));
  });
});

describe('the person’s menu', () => {
  it('signs out, switches person, opens another window, changes the theme', async () => {
    const { user, platform } = renderApp('/work', acting, {
      sign_out: null,
      window_new: null,
      sign_in: signedIn('sana'),
    });
    const menu = await screen.findByRole('button', { name: /dana agent/ });
    await user.click(menu);
    await user.click(await screen.findByRole('menuitemradio', { name: 'Dark' }));
    expect(document.documentElement.dataset.theme).toBe('dark');
    expect(screen.getByRole('menuitem', { name: /Switch person/ }).textContent).toContain(
      'your session for cus_8812 ends',
    );
    await expectAccessible();
    await user.click(screen.getByRole('menuitem', { name: /New window as/ }));
    expect(platform.of('window_new')).toHaveLength(1);
    await user.click(menu);
    await user.click(await screen.findByRole('menuitem', { name: /Switch person/ }));
    await waitFor(() => expect(platform.of('sign_in')).toHaveLength(1));
    expect(platform.of('sign_out')).toHaveLength(1);
  });
});

it('says nothing of a stream that stands within a moment, such as after a sign-in', async () => {
  const { platform, clock } = renderApp('/work', signedIn('dana', { stream: 'connecting' }));
  await screen.findByText('Cannot receive sign-in codes');
  expect(screen.queryByText(/No connection/)).toBeNull();
  expect(screen.getByRole('button', { name: /New request/ }).getAttribute('aria-disabled')).toBeNull();
  act(() => clock.pass(1499));
  expect(screen.queryByText(/No connection/)).toBeNull();
  act(() => platform.say('console', signedIn('dana')));
  act(() => clock.pass(1));
  expect(screen.queryByText(/No connection/)).toBeNull();
});
