import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Answers } from '~test/fake-platform';
import {
  accountsCalling,
  apis,
  billing,
  contractOf,
  decided,
  detailOf,
  newApi,
  selfcare,
  waitingChange,
} from '~test/control-fixtures';
import { event, people, problem, signedIn } from '~test/fixtures';
import { expectAccessible, renderApp } from '~test/render';
import { written } from './contract';

const desk: Answers = {
  contract_list: { items: apis },
  contract_get: ({ id }) => detailOf(apis.find((a) => a.id === id) ?? accountsCalling),
  contract_change_list: { items: [{ ...waitingChange, reviewable: false }, newApi, ...decided] },
};
const open = (path: string, as: Parameters<typeof signedIn>[0] = 'ruth', more: Answers = {}) =>
  renderApp(path, signedIn(as), { ...desk, ...more });
const pane = (name: string) => screen.findByRole('region', { name });
const accounts = `/apis?id=${accountsCalling.id}`;
const propose = `/apis/propose?id=${accountsCalling.id}`;
const contractText = () => screen.findByRole('textbox', { name: /^Contract/ }) as Promise<HTMLTextAreaElement>;

describe('APIs', () => {
  it('shows the contract, what its actions call elsewhere, and its versions', async () => {
    open(accounts);
    const it_ = await pane('Accounts API');
    await within(it_).findByText(/contract v3, in force since 2 Nov 2026/);
    expect(it_.textContent).toContain('TokenJWT (at+jwt, ES256), at most 5 min, bound to the caller’s key');
    expect(it_.textContent).toContain('Impersonationnever');
    expect(within(it_).getByRole('link', { name: 'accounts-api' })).toBeTruthy();
    const calls = within(it_).getByRole('list', { name: 'What refund:write calls at other APIs' });
    expect(calls.textContent).toContain('Credit an invoice at Billing API, credit:writeHigh risk');
    expect(within(it_).getByText('in force')).toBeTruthy();
    expect(it_.textContent).toContain('Refusedv3 of ruth');
    await expectAccessible();
  });

  it('says of an API what it can’t do, and what it needs', async () => {
    open(`/apis?id=${selfcare.id}`);
    const it_ = await pane('Self-care (legacy)');
    expect(it_.textContent).toContain('Delegatednot taken');
    expect(it_.textContent).toContain('taken: it cannot see who acts');
    expect(it_.textContent).toContain('opaque, at most 5 min, not bound to a key');
    expect(screen.getByRole('navigation', { name: 'APIs and proposals' }).textContent).toContain('needs impersonation');
  });

  it('says why no change is proposed where a file holds the contract', async () => {
    const first = open(`/apis?id=${billing.id}`);
    const it_ = await pane('Billing API');
    expect(within(it_).getByText(/stands in a file of whoever runs the service and is changed there/)).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'Propose a change…' })).toBeNull();
    await expectAccessible();
    first.unmount();
    const { user } = open(`/apis/propose?id=${billing.id}`);
    expect(await screen.findByRole('heading', { name: 'It is changed in its file' })).toBeTruthy();
    expect(screen.queryByRole('textbox')).toBeNull();
    await expectAccessible();
    await user.click(screen.getByRole('link', { name: 'Back to Billing API' }));
    expect(await pane('Billing API')).toBeTruthy();
  });

  it('moves with J and K, and opens with Enter', async () => {
    const { user } = open(accounts);
    await pane('Accounts API');
    await user.keyboard('jjjj{Enter}');
    expect(await pane('Billing API')).toBeTruthy();
  });

  it('lets an auditor read and not propose', async () => {
    open(accounts, 'ines');
    await pane('Accounts API');
    expect(screen.queryByRole('link', { name: /Propose a change/ })).toBeNull();
    expect(screen.queryByRole('link', { name: /Register an API/ })).toBeNull();
  });

  it('says that it is loading, that none is registered, and why it can’t be shown', async () => {
    const waiting = open('/apis', 'ruth', { contract_list: () => new Promise<never>(() => undefined) });
    expect(await screen.findByRole('status', { name: 'Loading the APIs' })).toBeTruthy();
    waiting.unmount();
    const none = open('/apis', 'ruth', { contract_list: { items: [] }, contract_change_list: { items: [] } });
    expect(await screen.findByRole('heading', { name: 'No API is registered' })).toBeTruthy();
    await expectAccessible();
    none.unmount();
    const { platform, user } = open('/apis', 'ruth', {
      contract_change_list: problem('unavailable', { title: 'Not available now' }),
    });
    expect(await screen.findByRole('heading', { name: 'Not available now' })).toBeTruthy();
    platform.answer({ contract_change_list: { items: [] } });
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await pane('Accounts API')).toBeTruthy();
  });

  it('is not for agents', async () => {
    const { platform } = open('/apis', 'dana');
    expect(await screen.findByRole('heading', { name: 'This place is not yours' })).toBeTruthy();
    expect(platform.of('contract_change_list')).toEqual([]);
  });
});

describe('a proposal', () => {
  it('of somebody else is counted, opened first, and agreed to over what was looked at', async () => {
    const { user, platform } = open('/apis', 'imre', {
      contract_change_list: { items: [{ ...newApi, reviewable: false }, waitingChange] },
      contract_review: { ...waitingChange, state: 'accepted', decided_by: people.imre },
    });
    const it_ = await pane('Proposal for Accounts API');
    const nav = screen.getByRole('navigation', { name: 'Main' });
    expect(within(nav).getByText('1')).toHaveProperty('ariaLabel', '1 wait for you');
    const list = within(it_).getByRole('list', { name: 'Differences' });
    expect(list.textContent).toContain('refund:write: riskactions.refund:write.risk');
    expect(list.textContent).toContain('Look closely: a stolen token could be used by whoever has it.');
    await expectAccessible();
    await user.click(within(it_).getByRole('button', { name: 'Agree…' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Agree to v4 of Accounts API?' }));
    expect(document.activeElement?.textContent).toContain('Cancel');
    expect(platform.of('contract_review')).toEqual([]);
    await expectAccessible();
    await user.click(dialog.getByRole('button', { name: 'Agree' }));
    await waitFor(() =>
      expect(platform.of('contract_review')).toEqual([
        { id: waitingChange.id, input: { decision: 'sign', digest: waitingChange.digest } },
      ]),
    );
    expect(await screen.findByText('Accounts API is at v4')).toBeTruthy();
  });

  it('is refused after saying what stays', async () => {
    const { user, platform } = open(`/apis?change=${newApi.id}`, 'ruth', {
      contract_review: { ...newApi, state: 'refused' },
    });
    await user.click(await screen.findByRole('button', { name: 'Refuse…' }));
    expect(screen.getByRole('dialog').textContent).toContain('SIM and numbers stays as it is.');
    await user.click(screen.getByRole('button', { name: 'Refuse the proposal' }));
    await waitFor(() =>
      expect(platform.of('contract_review')).toEqual([
        { id: newApi.id, input: { decision: 'refuse', digest: newApi.digest } },
      ]),
    );
  });

  it('of one’s own can’t be agreed to, and is taken back', async () => {
    const { user, platform } = open(`/apis?change=${waitingChange.id}`, 'ruth', {
      contract_withdraw: { ...waitingChange, state: 'withdrawn' },
    });
    const agree = await screen.findByRole('button', { name: 'Agree…' });
    expect(agree.getAttribute('aria-disabled')).toBe('true');
    expect(screen.getByText('This one is yours.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Refuse…' })).toBeNull();
    await user.click(agree);
    expect(screen.queryByRole('dialog')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Take back…' }));
    await user.click(screen.getByRole('button', { name: 'Take it back' }));
    await waitFor(() => expect(platform.of('contract_withdraw')).toEqual([{ id: waitingChange.id }]));
  });

  it('says why it was not agreed to, and what became of one that was decided meanwhile', async () => {
    const { user, platform } = open('/apis', 'imre', {
      contract_change_list: { items: [waitingChange] },
      contract_review: problem('conflict', { title: 'not agreed to', detail: 'the contract has changed since' }),
    });
    await user.click(await screen.findByRole('button', { name: 'Agree…' }));
    await user.click(screen.getByRole('button', { name: 'Agree' }));
    expect((await screen.findByRole('alert')).textContent).toContain('The contract has changed since.');
    await user.keyboard('{Escape}');
    const gone = { ...waitingChange, state: 'withdrawn' as const, reviewable: false, decided_by: people.ruth };
    platform.answer({ contract_change_list: { items: [gone] } });
    act(() => platform.say('trail', [event('contract.review')]));
    // It is no longer first; its own address still leads to it.
    expect(await pane('Accounts API')).toBeTruthy();
    await user.click(await screen.findByRole('link', { name: 'v4 of ruth' }));
    expect((await pane('Proposal for Accounts API')).textContent).toContain('Taken backby ruth');
    expect(screen.queryByRole('button', { name: 'Agree…' })).toBeNull();
  });
});

describe('proposing', () => {
  it('starts from the contract that stands, shows what is different, and sends the whole', async () => {
    const { user, platform } = open(propose, 'ruth', { contract_propose: waitingChange });
    const area = await contractText();
    expect(area.value).toBe(written(contractOf(accountsCalling)));
    const send = screen.getByRole('button', { name: /^Propose the change/ });
    expect(send.getAttribute('aria-disabled')).toBe('true');
    expect(screen.getByText('Nothing is different yet.')).toBeTruthy();
    await user.clear(area);
    await user.click(area);
    await user.paste(written(waitingChange.contract));
    expect(screen.getByRole('list', { name: 'Differences' }).textContent).toContain('Longest delegation, in minutes');
    await expectAccessible();
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() =>
      expect(platform.of('contract_propose')).toEqual([{ input: { contract: waitingChange.contract } }]),
    );
    expect(await pane('Proposal for Accounts API')).toBeTruthy();
  });

  it('says where the JSON is wrong, leads there, and sends nothing', async () => {
    const { user, platform } = open(propose);
    const area = await contractText();
    await user.clear(area);
    await user.click(area);
    await user.paste('{\n  "key": "accounts"\n  "name": "Accounts"\n}');
    expect(await screen.findByText(/Not JSON: line 3, column 3: a comma or } is missing\./)).toBeTruthy();
    expect(area.getAttribute('aria-invalid')).toBe('true');
    await expectAccessible();
    await user.click(screen.getByRole('button', { name: 'Go there' }));
    expect([document.activeElement, area.selectionStart]).toEqual([area, 24]);
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(platform.of('contract_propose')).toEqual([]);
  });

  it('keeps what was typed, through a failure and while one looks elsewhere', async () => {
    const { user } = open(propose, 'ruth', {
      contract_propose: problem('busy', { title: 'not proposed', detail: 'the service is busy; nothing was recorded' }),
    });
    const text = written(waitingChange.contract);
    const area = await contractText();
    await user.clear(area);
    await user.click(area);
    await user.paste(text);
    await user.click(screen.getByRole('button', { name: /^Propose the change/ }));
    expect((await screen.findByRole('alert')).textContent).toContain('nothing was recorded');
    expect((await contractText()).value).toBe(text);
    await user.click(screen.getByRole('link', { name: 'Back' }));
    await user.click(await screen.findByRole('link', { name: 'Propose a change…' }));
    expect((await contractText()).value).toBe(text);
    await user.click(screen.getByRole('button', { name: 'Start again from v3' }));
    expect((await contractText()).value).toBe(written(contractOf(accountsCalling)));
  });

  it('does not let a change be of another API, nor a new one take a name', async () => {
    const first = open(propose);
    const area = await contractText();
    await replace(first.user, area, written({ ...contractOf(accountsCalling), key: 'other' }));
    expect(await screen.findByText(/key must stay "accounts"/)).toBeTruthy();
    first.unmount();
    const { user } = open('/apis/propose');
    const fresh = await contractText();
    expect(fresh.value).toContain('"key": "my-api"');
    expect(screen.getByRole('list', { name: 'Differences' }).textContent).toContain('Short name');
    await replace(user, fresh, written(contractOf(accountsCalling)));
    expect(await screen.findByText(/key "accounts" is that of Accounts API: propose a change/)).toBeTruthy();
    await replace(user, fresh, written(contractOf(billing)));
    expect(await screen.findByText(/key "billing" is that of Billing API: it is changed in its file/)).toBeTruthy();
  });

  it('is for admins only', async () => {
    open(propose, 'imre');
    expect(await screen.findByRole('heading', { name: 'This place is not yours' })).toBeTruthy();
  });
});

async function replace(user: ReturnType<typeof open>['user'], area: HTMLElement, text: string): Promise<void> {
  await user.clear(area);
  await user.click(area);
  await user.paste(text);
}
