import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import {
  aCase,
  accounts,
  at,
  delegation,
  event,
  hops,
  id,
  people,
  callingPreview,
  preview,
  problem,
  refusedPreview,
  request,
  signedBy,
  signedIn,
} from '~test/fixtures';
import type { RequestView } from '~/api/types';
import { selfcare } from '~test/control-fixtures';
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
    await user.click(await screen.findByRole('radio', { name: '60' }));
    await user.click(screen.getByRole('checkbox', { name: /Read profile/ }));
    await waitFor(async () => expect((await verdict()).textContent).toContain('This cannot be asked'));
    expect(screen.getByText('// refused: nothing would be minted')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Cannot be asked' }).getAttribute('aria-disabled')).toBe('true');
    await user.click(screen.getByRole('button', { name: 'Use 30 minutes' }));
    expect(screen.getByRole('radio', { name: '30' })).toHaveProperty('ariaChecked', 'true');
    await user.click(screen.getByRole('radio', { name: 'Impersonation' }));
    expect((await verdict()).textContent).toContain(
      'The Accounts API understands delegated tokens; ask for delegated access.default-1, impersonation-where-needed',
    );
    await expectAccessible();
    await user.click(await screen.findByRole('button', { name: 'Switch to delegated' }));
    await waitFor(() =>
      expect(platform.of('request_preview').at(-1)?.input).toMatchObject({ mode: 'delegated', minutes: 15 }),
    );
  });

  it('says plainly what an impersonation is, and offers no more than 15 minutes for it', async () => {
    const { user, platform } = renderApp(asking, dana, {
      contract_list: { items: [accounts, { ...selfcare, modes: ['delegated', 'impersonation'], max_minutes: 60 }] },
      request_preview: {
        ...preview,
        verdict: { ...preview.verdict, reasons: [{ rule: 'impersonation-two', text: 'two' }] },
      },
    });
    expect(await screen.findByRole('radiogroup', { name: 'API' })).toBeTruthy();
    expect(screen.queryByRole('radiogroup', { name: 'Mode' })).toBeNull();
    await user.click(screen.getByRole('radio', { name: selfcare.name }));
    await user.click(screen.getByRole('radio', { name: '60' }));
    await user.click(screen.getByRole('radio', { name: 'Impersonation' }));
    expect(
      within(screen.getByRole('radiogroup', { name: 'How long' }))
        .getAllByRole('radio')
        .map((r) => r.textContent),
    ).toEqual(['5', '15']);
    expect(screen.getByText(/Two people sign, it lasts 15 min at most, and an alert is raised/)).toBeTruthy();
    await user.click(screen.getByRole('checkbox', { name: /See the pages/ }));
    await waitFor(async () => expect((await verdict()).textContent).toContain('The API will not see you'));
    expect(screen.getByText('opaque; introspects to')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Switch to delegated' })).toBeNull();
    expect(platform.of('request_preview').at(-1)?.input).toMatchObject({ mode: 'impersonation', minutes: 15 });
    await expectAccessible();
  });

  it('prints the mode where the API takes impersonation only', async () => {
    renderApp(asking, dana, { contract_list: { items: [selfcare] } });
    expect(await screen.findByText('Impersonation')).toBeTruthy();
    expect(screen.queryByRole('radiogroup', { name: 'Mode' })).toBeNull();
    expect(screen.getByText(/The API sees the customer only/)).toBeTruthy();
  });

  it('shows what the actions take at other APIs, by risk', async () => {
    const { user } = renderApp(asking, dana, { request_preview: callingPreview });
    await user.click(await screen.findByRole('checkbox', { name: /Pay money back/ }));
    const list = await screen.findByRole('list', { name: 'At other APIs' });
    expect(
      within(list)
        .getAllByRole('listitem')
        .map((li) => li.textContent),
    ).toEqual([
      ' Credit an invoiceat Billing API, credit:writeHigh risk',
      ' Read invoices and paymentsat Billing API, invoice:readLow risk',
    ]);
    const token = screen.getByRole('region', { name: 'Token that this would make' });
    expect(within(token).getByText('"may_act"').closest('li')?.textContent).toBe(
      '  "may_act": {"sub":"accounts-api"},may call on for you',
    );
    await expectAccessible();
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
    expect(minuteSteps(accounts, 'delegated')).toEqual([5, 15, 30, 60]);
    expect(minuteSteps({ ...accounts, max_minutes: 45 }, 'delegated')).toEqual([5, 15, 30, 45]);
    expect(minuteSteps(accounts, 'impersonation')).toEqual([5, 15]);
    expect(minuteSteps({ ...accounts, max_minutes: 10 }, 'impersonation')).toEqual([5, 10]);
    expect(minuteSteps(accounts, 'delegated', { ...preview.verdict, max_minutes: 15 })).toEqual([5, 15]);
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

  it('does not start in a mode that the API no longer takes, nor for longer than the mode lasts', () => {
    const from = request('ZD-4702', { minutes: 30, mode: 'impersonation' });
    expect(startForm([accounts], from)).toMatchObject({ mode: 'delegated', minutes: 30 });
    const hides = { ...accounts, modes: ['impersonation' as const] };
    expect(startForm([hides], from)).toMatchObject({ mode: 'impersonation', minutes: 15 });
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

  it('says what it takes at other APIs, in the sentence that is signed and beside it', async () => {
    renderApp(at_, dana, { request_get: { ...waiting, hops } });
    const instrument = await screen.findByRole('article', { name: 'Request' });
    expect(instrument.textContent).toContain(
      'and through it at Billing API to read invoices and payments and credit an invoice, for 30 minutes',
    );
    expect(screen.getByRole('list', { name: 'At other APIs' }).textContent).toContain('Credit an invoice');
    await expectAccessible();
  });

  it('that hides who acts says so first, and its start too', async () => {
    const hidden = { ...waiting, mode: 'impersonation' as const, state: 'signed' as const, minutes: 15 };
    renderApp(at_, dana, { request_get: hidden });
    const instrument = await screen.findByRole('article', { name: 'Request' });
    expect(instrument.textContent).toContain('Impersonation. Accounts API will take what dana does for the customer');
    expect(instrument.textContent).toContain('dana asks to impersonate customer cus_3051');
    expect(screen.getByRole('button', { name: /^Start to impersonate, 15 min/ })).toBeTruthy();
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
