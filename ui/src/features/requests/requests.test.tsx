import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import {
  aCase,
  accounts,
  at,
  delegation,
  event,
  id,
  people,
  preview,
  problem,
  refusedPreview,
  request,
  signedBy,
  signedIn,
} from '~test/fixtures';
import type { RequestView } from '~/api/types';
import { expectAccessible, renderApp } from '~test/render';
import { minuteSteps, missing, startForm } from './form';

const dana = signedIn('dana');
const about = aCase('ZD-4702');
const asking = `/work/new?case=${about.id}`;
const WHY = 'Customer is locked out; identity checked by PIN.';
const verdict = () => screen.findByRole('region', { name: 'What policy says' });

describe('asking', () => {
  it('prints the case, asks policy as one chooses, shows the claims, and sends what was chosen', async () => {
    const made = request('ZD-4702', { id: id('req', 'c07d52') });
    const { user, platform } = renderApp(asking, dana, {
      request_preview: preview,
      request_create: made,
      request_get: made,
    });
    const fixed = await screen.findByRole('complementary', { name: 'Case, fixed' });
    expect(fixed.textContent).toContain('cus_3051');
    expect(within(fixed).queryByRole('textbox')).toBeNull();
    expect((await verdict()).textContent).toContain('Choose at least one action');
    await user.click(screen.getByRole('checkbox', { name: /Pay money back/ }));
    await user.click(screen.getByRole('radio', { name: '30' }));
    await user.type(screen.getByRole('textbox', { name: /Why/ }), WHY);
    await waitFor(async () => expect((await verdict()).textContent).toContain('Needs two signatures'));
    expect((await verdict()).getAttribute('aria-live')).toBe('polite');
    expect((await verdict()).textContent).toContain('Could sign it now: imre, sana.');
    const claims = screen.getByRole('region', { name: 'Token that this would make' });
    expect(claims.textContent).toContain('"sub": "cus_3051",from the case');
    await expectAccessible();
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() =>
      expect(platform.of('request_create')).toEqual([
        {
          input: {
            case: about.id,
            api: accounts.id,
            actions: ['refund:write'],
            minutes: 30,
            mode: 'delegated',
            reason: WHY,
          },
        },
      ]),
    );
    expect(await screen.findByRole('heading', { name: 'Request for delegated access' })).toBeTruthy();
  });

  it('says what is missing instead of sending', async () => {
    const { user, platform } = renderApp(asking, dana, { request_preview: preview });
    expect(await screen.findByText('Choose at least one action.')).toBeTruthy();
    await user.click(screen.getByRole('checkbox', { name: /Read profile/ }));
    expect(await screen.findByText(/Say why, in 20 letters or more/)).toBeTruthy();
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(platform.of('request_create')).toEqual([]);
  });

  it('shows each rule that refuses, the way out, and that nothing would be minted', async () => {
    const both = { ...accounts, modes: ['delegated' as const, 'impersonation' as const] };
    const { user, platform } = renderApp(asking, dana, {
      contract_list: { items: [both] },
      request_preview: refusedPreview,
    });
    await user.click(await screen.findByRole('radio', { name: 'Impersonation' }));
    await user.click(screen.getByRole('radio', { name: '60' }));
    await user.click(screen.getByRole('checkbox', { name: /Read profile/ }));
    await waitFor(async () => expect((await verdict()).textContent).toContain('This cannot be asked'));
    expect((await verdict()).textContent).toContain(
      'Impersonation is not available here; ask for delegated access.rail:impersonation_unavailable',
    );
    expect(screen.getByText('// refused: nothing would be minted')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Cannot be asked' }).getAttribute('aria-disabled')).toBe('true');
    await expectAccessible();
    await user.click(screen.getByRole('button', { name: 'Use 30 minutes' }));
    expect(screen.getByRole('radio', { name: '30' })).toHaveProperty('ariaChecked', 'true');
    await user.click(screen.getByRole('button', { name: 'Switch to delegated' }));
    await waitFor(() =>
      expect(platform.of('request_preview').at(-1)?.input).toMatchObject({ mode: 'delegated', minutes: 30 }),
    );
  });

  it('offers no mode where the API takes only one', async () => {
    renderApp(asking, dana);
    expect(await screen.findByText('Delegated')).toBeTruthy();
    expect(screen.queryByRole('radiogroup', { name: 'Mode' })).toBeNull();
  });

  it('says that it would wait in vain where too few could sign', async () => {
    const few = { ...preview, verdict: { ...preview.verdict, signers: [people.sana] } };
    const { user } = renderApp(asking, dana, { request_preview: few });
    await user.click(await screen.findByRole('checkbox', { name: /Read profile/ }));
    await waitFor(async () =>
      expect((await verdict()).textContent).toContain('It would wait in vain. Only sana could sign it'),
    );
  });

  it('keeps what was typed when sending fails', async () => {
    const { user } = renderApp(asking, dana, {
      request_preview: preview,
      request_create: problem('busy', { title: 'not asked', detail: 'the service is busy; nothing was recorded' }),
    });
    await user.click(await screen.findByRole('checkbox', { name: /Read profile/ }));
    await user.type(screen.getByRole('textbox', { name: /Why/ }), WHY);
    await user.click(await screen.findByRole('button', { name: /Ask for two signatures/ }));
    expect((await screen.findByRole('alert')).textContent).toContain(
      'Not asked. The service is busy; nothing was recorded.',
    );
    expect(screen.getByRole('textbox', { name: /Why/ })).toHaveProperty('value', WHY);
  });

  it('lets one choose the case first, and refuses one that is closed', async () => {
    const first = renderApp('/work/new', dana);
    expect(await screen.findByRole('heading', { name: 'For which case?' })).toBeTruthy();
    await first.user.keyboard('j{Enter}');
    expect(await screen.findByRole('complementary', { name: 'Case, fixed' })).toBeTruthy();
    first.unmount();
    renderApp(asking, dana, { case_list: { items: [{ ...about, state: 'closed' }] } });
    expect(await screen.findByText('That case is not open and yours')).toBeTruthy();
  });
});

describe('the form', () => {
  it('offers only minutes that API and policy allow', () => {
    expect(minuteSteps(accounts)).toEqual([5, 15, 30, 60]);
    expect(minuteSteps({ ...accounts, max_minutes: 45 })).toEqual([5, 15, 30, 45]);
    expect(minuteSteps(accounts, { ...preview.verdict, max_minutes: 15 })).toEqual([5, 15]);
  });

  it('starts from an earlier request, without actions that are gone', () => {
    const from = request('ZD-4702', { minutes: 30 });
    expect(startForm([accounts], from)).toMatchObject({
      minutes: 30,
      reason: from.reason,
      actions: ['address:write', 'profile:read'],
    });
    const less = { ...accounts, actions: accounts.actions.slice(0, 1) };
    expect(startForm([less], from).actions).toEqual(['profile:read']);
    expect(startForm([{ ...accounts, id: 'api_other' }], from).actions).toEqual([]);
  });

  it('says what is missing', () => {
    const form = startForm([accounts]);
    expect(missing(form)).toBe('choose at least one action');
    expect(missing({ ...form, actions: ['profile:read'], reason: 'too short' })).toContain('say why');
    expect(missing({ ...form, actions: ['profile:read'], reason: WHY })).toBeUndefined();
  });
});

describe('a request', () => {
  const waiting = request('ZD-4702', { needed: 2, reviews: [signedBy(people.imre)], may_sign: [people.sana] });
  const at_ = `/requests/${waiting.id}`;

  it('says what is still needed, who may fill it, and until when', async () => {
    renderApp(at_, dana, { request_get: waiting });
    const side = await screen.findByRole('complementary', { name: 'Where it stands' });
    expect(side.textContent).toContain('One signature of approvers');
    expect(side.textContent).toContain('The request lapses at 15:23:28, in 51 min, if nobody signs.');
    expect(side.textContent).toContain('imre has signed and counts once. You cannot sign for yourself.');
    expect(screen.queryByRole('link', { name: 'Review it' })).toBeNull();
    const instrument = screen.getByRole('article', { name: 'Request' });
    expect(instrument.textContent).toContain(
      'dana asks to act for customer cus_3051 of acme, on case ZD-4702, at Accounts API, to change postal address and read profile and contact details, for 30 minutes from the start.',
    );
    expect(instrument.textContent).toContain('waiting for approvers');
    await expectAccessible();
  });

  it('becomes ready when the last signature comes, and starts with the keyboard', async () => {
    const signed = { ...waiting, state: 'signed' as const, reviews: [...waiting.reviews, signedBy(people.sana, -2)] };
    const { platform, user } = renderApp(at_, dana, { request_get: waiting, delegation_start: delegation('ZD-4702') });
    await screen.findByText('One signature of approvers');
    platform.answer({ request_get: signed });
    act(() => platform.say('trail', [event('request.review')]));
    expect(await screen.findByText(/Everybody has signed. Start within/)).toBeTruthy();
    await expectAccessible();
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => expect(platform.of('delegation_start')).toEqual([{ id: waiting.id }]));
  });

  it('is withdrawn after asking once', async () => {
    let now: RequestView = waiting;
    const { user, platform } = renderApp(at_, dana, {
      request_get: () => now,
      request_withdraw: () => (now = { ...waiting, state: 'withdrawn', changed_at: at(0) }),
    });
    await user.click(await screen.findByRole('button', { name: 'Withdraw…' }));
    expect(document.activeElement?.textContent).toContain('Keep it');
    expect(screen.getByRole('dialog').textContent).toContain('What imre signed falls away.');
    await user.click(screen.getByRole('button', { name: 'Withdraw the request' }));
    await waitFor(() => expect(platform.of('request_withdraw')).toEqual([{ id: waiting.id }]));
    expect(await screen.findByRole('heading', { name: 'Withdrawn' })).toBeTruthy();
  });

  it('gives the words of a refusal, and asks again from it', async () => {
    const refused = {
      ...waiting,
      state: 'refused' as const,
      reviews: [{ ...signedBy(people.sana), decision: 'refuse' as const, reason: 'Call back first.' }],
    };
    const { user } = renderApp(at_, dana, { request_get: refused, request_preview: preview });
    expect(await screen.findByText('“Call back first.”')).toBeTruthy();
    await user.click(screen.getByRole('link', { name: 'Ask again from this' }));
    expect(await screen.findByRole('textbox', { name: /Why/ })).toHaveProperty('value', waiting.reason);
  });

  it.each([
    ['lapsed', 'Nobody signed in time.'],
    ['withdrawn', 'You took it back. Nothing was minted.'],
    ['started', 'You started it.'],
  ] as const)('that is %s says so', async (state, text) => {
    renderApp(at_, dana, { request_get: { ...waiting, state, delegation: id('dlg', '41b09a') } });
    expect(await screen.findByText(new RegExp(text.replace(/\./g, '\\.')))).toBeTruthy();
  });

  it('that is not there says so, with what to quote', async () => {
    renderApp(at_, dana, {
      request_get: problem('not_found', { title: 'there is no such request', detail: 'nothing was done' }),
    });
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('There is no such request');
    expect(alert.textContent).toContain('cor_…77b0e2');
    await expectAccessible();
  });
});
