import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { aCase, at, cases, delegation, id, NOW, people, problem, request, signedBy, signedIn } from '~test/fixtures';
import { expectAccessible, renderApp } from '~test/render';
import { panes } from './panes';

const dana = signedIn('dana');
const live = delegation('ZD-4711');
const signed = request('JSM-1182', { state: 'signed', reviews: [signedBy(people.imre)], lapses_at: at(2280) });
const refused = request('ZD-4655', {
  state: 'refused',
  changed_at: at(-90),
  reviews: [
    { by: people.sana, decision: 'refuse', at: at(-90), proved_at: at(-95), reason: 'Call the customer back first.' },
  ],
});
const over = delegation('JSM-1164', {
  id: id('dlg', '6ad1f3'),
  live: false,
  ended: { at: at(-720), reason: 'case_closed', by: people.ruth },
});

describe('My work', () => {
  it('shows each case with its access, and leads where it goes on', async () => {
    const withAccess = cases.map((c) => {
      if (c.key === 'ZD-4711') return { ...c, access: { state: 'live' as const, delegation: live.id } };
      if (c.key === 'ZD-4702')
        return { ...c, access: { state: 'waiting' as const, request: id('req', 'c07d52'), given: 1, needed: 2 } };
      if (c.key === 'ZD-4641') return { ...c, state: 'closed' as const };
      return c;
    });
    const { user } = renderApp('/work', dana, { case_list: { items: withAccess } });
    const row = async (key: string) => (await screen.findByText(key)).closest('tr') as HTMLElement;
    expect(within(await row('ZD-4711')).getByRole('link')).toHaveProperty('pathname', '/explorer');
    expect((await row('ZD-4702')).textContent).toContain('1 of 2');
    expect(within(await row('ZD-4702')).getByRole('img', { name: '1 of 2 signatures' })).toBeTruthy();
    expect((await row('ZD-4641')).textContent).toContain('closed; nothing can be asked on it');
    expect(within(await row('ZD-4641')).queryByRole('link')).toBeNull();
    await expectAccessible();
    await user.keyboard('jj');
    expect(document.activeElement?.textContent).toBe('ZD-4702');
    await user.keyboard('k{Enter}');
    expect(await screen.findByRole('heading', { name: 'API explorer' })).toBeTruthy();
  });

  it('opens a case by a press anywhere on its row', async () => {
    const { user } = renderApp('/work', dana);
    await user.click(await screen.findByText('Charged twice for October'));
    const fixed = await screen.findByRole('complementary', { name: 'Case, fixed' });
    expect(fixed.textContent).toContain('ZD-4698');
  });

  it('shows what is live, signed, refused and ended, each with its reason', async () => {
    renderApp('/work', dana, { request_list: { items: [signed, refused] }, delegation_list: { items: [live, over] } });
    const pane = await screen.findByRole('region', { name: 'Access' });
    expect(await within(pane).findByText('24:18')).toBeTruthy();
    expect(await within(pane).findByText('signed by imre')).toBeTruthy();
    expect(within(pane).getByText('start by 15:10')).toBeTruthy();
    expect(within(pane).getByText('sana: “Call the customer back first.”')).toBeTruthy();
    expect(within(pane).getByText('case JSM-1164 was closed by ruth')).toBeTruthy();
    await expectAccessible();
  });

  it('starts what is signed, and then the clock runs', async () => {
    const { user, platform } = renderApp('/work', dana, {
      request_list: { items: [signed] },
      delegation_start: delegation('JSM-1182'),
    });
    await user.click(await screen.findByRole('button', { name: 'Start' }));
    await waitFor(() => expect(platform.of('delegation_start')).toEqual([{ id: signed.id }]));
    expect(await screen.findByRole('heading', { name: 'API explorer' })).toBeTruthy();
  });

  it('says why nothing can be started while this console acts', async () => {
    const { user, platform } = renderApp('/work', signedIn('dana', { acting: live }), {
      request_list: { items: [signed] },
    });
    const start = await screen.findByRole('button', { name: 'Start' });
    await user.click(start);
    expect(platform.of('delegation_start')).toEqual([]);
    expect((await screen.findByRole('tooltip')).textContent).toBe('this console acts for cus_8812; end that first');
  });

  it('says what refused the start, and that nothing was done', async () => {
    const { user } = renderApp('/work', dana, {
      request_list: { items: [signed] },
      delegation_start: problem('case_not_yours', {
        title: 'not started',
        detail: 'the case is not open; nothing was minted',
      }),
    });
    await user.click(await screen.findByRole('button', { name: 'Start' }));
    expect(await screen.findByText('Not started')).toBeTruthy();
    expect(screen.getByText('The case is not open; nothing was minted.')).toBeTruthy();
  });

  it('is empty with a reason, loads, and fails with what to do', async () => {
    const empty = renderApp('/work', dana, { case_list: { items: [] } });
    expect(await screen.findByText('No case is assigned to you')).toBeTruthy();
    expect(screen.getByRole('button', { name: /New request/ })).toHaveProperty('ariaDisabled', 'true');
    await expectAccessible();
    empty.unmount();
    const loading = renderApp('/work', dana, { case_list: new Promise<never>(() => undefined) });
    expect(await screen.findByRole('status', { name: 'Loading cases' })).toBeTruthy();
    loading.unmount();
    const { user, platform } = renderApp('/work', dana, { case_list: problem('unavailable') });
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('The service does not answer');
    expect(alert.textContent).toContain('unavailable');
    await expectAccessible();
    platform.answer({ case_list: { items: [aCase('ZD-4690')] } });
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Invoice PDF will not open')).toBeTruthy();
  });
});

describe('panes', () => {
  it('puts a delegation whose time is over with what ended, and forgets what is older than a week', () => {
    const late = delegation('ZD-4702', { id: 'dlg_late', ends_at: at(-1) });
    const old = request('ZD-4690', { state: 'lapsed', changed_at: at(-8 * 86_400) });
    const { live: alive, open, over: gone } = panes([signed, request('ZD-4711'), old], [live, late], NOW);
    expect(alive).toEqual([live]);
    expect(open.map((r) => r.state)).toEqual(['signed', 'waiting']);
    expect(gone.map((o) => o.of.id)).toEqual(['dlg_late']);
  });
});
