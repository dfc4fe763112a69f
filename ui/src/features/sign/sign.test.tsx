import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { RequestView } from '~/api/types';
import { actions, at, hops, id, NOW, people, problem, request, signedBy, signedIn } from '~test/fixtures';
import { expectAccessible, renderApp } from '~test/render';
import { byUrgency } from './queue';

const sana = signedIn('sana');
const OWN = [{ rule: 'rail:own_request', text: 'you asked for it; nobody signs for themselves' }];
const high = request('ZD-4702', {
  actions: [actions.refund],
  needed: 2,
  reviews: [signedBy(people.imre)],
  may_sign: [people.sana],
});
const low = request('ZD-4711', { actions: [actions.read] });
const own = request('ZD-4698', { asker: people.sana, not_signable: OWN });
const done = request('JSM-1182', {
  state: 'started',
  delegation: id('dlg', '41b09a'),
  reviews: [signedBy(people.sana)],
});
const lists = (waiting: RequestView[], reviewed: RequestView[] = []) => ({
  request_list: ({ which }: { which: string }) => ({ items: which === 'to_sign' ? waiting : reviewed }),
});
const wait = {
  step_up: high.id,
  match_code: 'M7QX-2RTA',
  url: 'http://localhost:8470/authorize',
  until: at(168),
  opened: true,
};
const review = () => screen.findByRole('region', { name: 'Review' });

describe('the queue', () => {
  it('puts what is riskiest first, and last what the reader can’t sign', () => {
    expect(byUrgency([own, low, high], NOW).map((r) => r.case.key)).toEqual(['ZD-4702', 'ZD-4711', 'ZD-4698']);
  });

  it('shows the first beside it, and moves with J and K', async () => {
    const { user } = renderApp('/sign', sana, lists([low, high, own]));
    expect((await review()).textContent).toContain('cus_3051');
    await expectAccessible();
    await user.keyboard('jj{Enter}');
    expect((await review()).textContent).toContain('cus_8812');
  });

  it('is empty with a reason, and fails with what to do', async () => {
    const empty = renderApp('/sign', sana, lists([]));
    expect(await screen.findByRole('heading', { name: 'Nothing waits for your signature' })).toBeTruthy();
    await expectAccessible();
    empty.unmount();
    renderApp('/sign', sana, { request_list: problem('unavailable') });
    expect(await screen.findByRole('button', { name: 'Try again' })).toBeTruthy();
  });
});

describe('what is signed', () => {
  it('is shown with all that it takes at other APIs, in the review and in the dialog', async () => {
    const { user } = renderApp('/sign', sana, lists([{ ...high, hops }]));
    const pane = await review();
    expect(within(pane).getByRole('list', { name: 'At other APIs' }).textContent).toContain('Credit an invoice');
    expect(within(pane).getByRole('article', { name: 'Request' }).textContent).toContain(
      'and through it at Billing API to read invoices and payments and credit an invoice',
    );
    await user.keyboard('s');
    expect(screen.getByRole('dialog').textContent).toContain(
      'Through it, Billing API: read invoices and payments and credit an invoice.',
    );
    await expectAccessible();
  });

  it('weighs what happens at other APIs too', () => {
    const through = { ...low, hops: [{ ...hops[0], risk: 'critical' as const }] } as RequestView;
    expect(byUrgency([high, through], NOW)[0]).toBe(through);
  });

  it('says unmistakably that it is an impersonation', async () => {
    const hidden = { ...high, mode: 'impersonation' as const, minutes: 15 };
    const { user } = renderApp('/sign', sana, lists([hidden]));
    const pane = await review();
    expect(pane.textContent).toContain('Impersonation. Accounts API will take what dana does for the customer');
    expect(within(pane).getByRole('note').textContent).toContain('Accounts API will not see that it is dana.');
    expect(screen.getAllByTitle('impersonated').length).toBeGreaterThan(1);
    await user.keyboard('s');
    expect(screen.getByRole('dialog').textContent).toContain('dana for cus_3051, 15 min Impersonation');
    await expectAccessible();
  });
});

describe('signing', () => {
  it('asks for the browser’s proof of exactly this, shows the code, and signs over the digest that was looked at', async () => {
    let finish: (r: RequestView) => void = () => undefined;
    const { user, platform } = renderApp('/sign', sana, {
      ...lists([high]),
      request_review: () => new Promise<RequestView>((resolve) => (finish = resolve)),
    });
    await review();
    await user.keyboard('s');
    const dialog = screen.getByRole('dialog', { name: 'Prove that it is you' });
    expect(document.activeElement?.textContent).toContain('Cancel');
    expect(platform.of('request_review')).toEqual([]);
    await expectAccessible();
    await user.click(within(dialog).getByRole('button', { name: 'Continue in the browser' }));
    expect(platform.of('request_review')).toEqual([{ id: high.id, input: { decision: 'sign', digest: high.digest } }]);
    act(() => platform.say('console', { ...sana, browser: wait }));
    expect(await screen.findByRole('dialog', { name: 'Continue in your browser' })).toBeTruthy();
    expect(screen.getByText('M7QX-2RTA')).toBeTruthy();
    expect(screen.getByText('2 min 48 s')).toBeTruthy();
    await expectAccessible();
    await act(async () => finish({ ...high, state: 'signed' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(screen.getByText('dana may start: cus_3051, 30 min.')).toBeTruthy();
  });

  it('is cancelled in the browser too', async () => {
    const { user, platform } = renderApp('/sign', sana, {
      ...lists([high]),
      request_review: new Promise<never>(() => undefined),
      browser_cancel: null,
    });
    await review();
    await user.keyboard('s');
    await user.click(screen.getByRole('button', { name: 'Continue in the browser' }));
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(platform.of('browser_cancel')).toHaveLength(1);
  });

  it('says why it was not signed', async () => {
    const { user } = renderApp('/sign', sana, {
      ...lists([high]),
      request_review: problem('conflict', {
        title: 'not signed',
        detail: 'the request has changed since it was shown; look at it again',
      }),
    });
    await review();
    await user.keyboard('s');
    await user.click(screen.getByRole('button', { name: 'Continue in the browser' }));
    expect((await screen.findByRole('alert')).textContent).toContain(
      'Not signed. The request has changed since it was shown; look at it again.',
    );
  });

  it('cannot be done for oneself, and says so', async () => {
    const { user } = renderApp(`/sign?id=${own.id}`, sana, lists([high, own]));
    const pane = await review();
    expect(within(pane).getByRole('note').textContent).toContain(
      'This one is yours.You asked for it; nobody signs for themselves.',
    );
    const sign = within(pane).getByRole('button', { name: /Sign/ });
    expect(sign.getAttribute('aria-disabled')).toBe('true');
    await user.click(sign);
    await user.keyboard('s');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(within(pane).getByRole('button', { name: 'Withdraw…' })).toBeTruthy();
    await expectAccessible();
  });
});

describe('refusing', () => {
  it('wants a reason, and sends it with the keyboard', async () => {
    const { user, platform } = renderApp('/sign', sana, {
      ...lists([high]),
      request_review: { ...high, state: 'refused' },
    });
    await review();
    await user.keyboard('r');
    const dialog = screen.getByRole('dialog', { name: 'Refuse dana’s request' });
    const why = within(dialog).getByRole('textbox', { name: 'Why' });
    expect(document.activeElement).toBe(why);
    expect(dialog.textContent).toContain('What imre signed falls away with it.');
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(platform.of('request_review')).toEqual([]);
    await user.type(why, 'Call back first.');
    await expectAccessible();
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() =>
      expect(platform.of('request_review')).toEqual([
        { id: high.id, input: { decision: 'refuse', reason: 'Call back first.', digest: high.digest } },
      ]),
    );
    expect(await screen.findByText('dana sees your name and your words.')).toBeTruthy();
  });
});

describe('a signature', () => {
  it('is withdrawn after saying whose session ends', async () => {
    const { user, platform } = renderApp(`/sign?id=${done.id}`, sana, {
      ...lists([], [done]),
      request_unsign: { ...done, reviews: [] },
    });
    await user.click(await screen.findByRole('button', { name: 'Withdraw my signature…' }));
    expect(screen.getByRole('dialog').textContent).toContain('dana’s session for cus_1206 ends now,');
    expect(document.activeElement?.textContent).toContain('Keep it');
    await expectAccessible();
    await user.click(screen.getByRole('button', { name: 'Withdraw my signature' }));
    await waitFor(() => expect(platform.of('request_unsign')).toEqual([{ id: done.id }]));
  });
});
