import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Answers } from '~test/fake-platform';
import { rotatedAtOnce, rotatedSoon, signingKeys } from '~test/control-fixtures';
import { at, problem, signedIn } from '~test/fixtures';
import { expectAccessible, renderApp } from '~test/render';
import { exact } from '~/ui/time';
import { inOrder, rotatable, shortKid } from './words';

const open = (more: Answers = {}, as: Parameters<typeof signedIn>[0] = 'ruth') =>
  renderApp('/keys', signedIn(as), { key_list: { items: signingKeys }, ...more });
const table = () => screen.findByRole('grid', { name: 'Keys' });
const button = (name: string | RegExp) => screen.getByRole('button', { name });

describe('keys', () => {
  it('shows which signs, which comes next, which only checks, and until when', async () => {
    const { user } = open();
    const rows = within(await table()).getAllByRole('row');
    expect(rows.map((r) => r.textContent)).toEqual([
      'KeyAlgorithmStateUseNextMade',
      expect.stringMatching(/^…7f2b91c0Copy.*ES256Activesigns since 2 Nov 2026replaced 2 Dec 2026, 14:32/),
      expect.stringMatching(/^…c41e08bbCopy.*ES256Nextpublished, does not sign yetsigns from 2 Dec 2026, 14:32/),
      expect.stringMatching(/^…c41e08aaCopy.*ES256Retiredchecks only, since 20 Nov 2026goes 20 Nov 2026, 16:02/),
      expect.stringMatching(/^…5a0cd3e1Copy.*ES256Withdrawnnever believed again, nor what it signedkept for ever/),
      expect.stringMatching(/^…19d0be77Copy.*RS256Activesigns since 1 Nov 2026/),
    ]);
    await expectAccessible();
    const first = rows[1];
    if (!first) throw new Error('no key is shown');
    await user.click(within(first).getByRole('button', { name: /^Copy/ }));
    expect(await navigator.clipboard.readText()).toBe('A1vycx2UldwhpD02PB_5rp61gmc1uD6vlKe7f2b91c0');
  });

  it('rotates after saying that no valid token fails', async () => {
    const { user, platform } = open({ key_rotate: rotatedSoon });
    await table();
    await user.click(button('Rotate now…'));
    const box = within(screen.getByRole('dialog', { name: 'Rotate the ES256 key now?' }));
    expect(document.activeElement?.textContent).toContain('Cancel');
    expect(box.getByText('no valid token fails.')).toBeTruthy();
    expect(box.getByText(/signs as soon as every API has had time to fetch it: at once/).textContent).toContain(
      '…c41e08bb',
    );
    await expectAccessible();
    await user.click(box.getByRole('radio', { name: 'RS256' }));
    expect(box.getByText(/^Another key is made and published/)).toBeTruthy();
    await user.click(box.getByRole('button', { name: /^Rotate the RS256 key/ }));
    await waitFor(() =>
      expect(platform.of('key_rotate')).toEqual([{ input: { algorithm: 'RS256', emergency: false } }]),
    );
    expect(await screen.findByText('The next RS256 key is on its way')).toBeTruthy();
    expect(screen.getByText(`${rotatedSoon.effect} It signs from ${exact(at(3600))}.`)).toBeTruthy();
  });

  it('in an emergency wants a reason, after saying that every token stops', async () => {
    const { user, platform } = open({ key_rotate: rotatedAtOnce });
    await table();
    await user.click(button('Emergency rotation…'));
    const box = within(screen.getByRole('dialog', { name: 'Withdraw the ES256 keys at once?' }));
    expect(box.getByRole('alert').textContent).toContain(
      'Every token signed with …7f2b91c0, or with any ES256 key before it, stops at once,',
    );
    const why = box.getByRole('textbox', { name: /^Why/ });
    expect(document.activeElement).toBe(why);
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(platform.of('key_rotate')).toEqual([]);
    await expectAccessible();
    await user.type(why, 'It was in a backup that left the house.{Control>}{Enter}{/Control}');
    await waitFor(() =>
      expect(platform.of('key_rotate')).toEqual([
        { input: { algorithm: 'ES256', emergency: true, reason: 'It was in a backup that left the house.' } },
      ]),
    );
    expect(await screen.findByText('The ES256 keys are withdrawn')).toBeTruthy();
    expect(screen.getByText(rotatedAtOnce.effect)).toBeTruthy();
  });

  it('says why it was not rotated', async () => {
    const { user } = open({ key_rotate: problem('conflict', { title: 'not rotated', detail: 'nothing was changed' }) });
    await table();
    await user.click(button('Rotate now…'));
    await user.click(button(/^Rotate the ES256 key/));
    expect((await screen.findByRole('alert')).textContent).toContain('Nothing was changed.');
  });

  it('lets an auditor look only, and is for nobody else', async () => {
    const first = open({}, 'ines');
    await table();
    expect(screen.queryByRole('button', { name: 'Rotate now…' })).toBeNull();
    first.unmount();
    open({}, 'imre');
    expect(await screen.findByRole('heading', { name: 'This place is not yours' })).toBeTruthy();
  });

  it('says that it is loading, that there is none, and why they can’t be shown', async () => {
    const loading = open({ key_list: () => new Promise<never>(() => undefined) });
    expect(await screen.findByRole('status', { name: 'Loading the keys' })).toBeTruthy();
    loading.unmount();
    const none = open({ key_list: { items: [] } });
    expect(await screen.findByRole('heading', { name: 'There is no key yet' })).toBeTruthy();
    expect(button('Rotate now…').getAttribute('aria-disabled')).toBe('true');
    await expectAccessible();
    none.unmount();
    open({ key_list: problem('unavailable', { title: 'Not available now' }) });
    expect(await screen.findByRole('heading', { name: 'Not available now' })).toBeTruthy();
  });

  it('are put in order, and only what signs is rotated', () => {
    expect(inOrder(signingKeys).map((k) => [k.algorithm, k.state])).toEqual([
      ['ES256', 'active'],
      ['ES256', 'next'],
      ['ES256', 'retired'],
      ['ES256', 'withdrawn'],
      ['RS256', 'active'],
    ]);
    expect(rotatable(signingKeys)).toEqual(['ES256', 'RS256']);
    expect([shortKid('short'), shortKid('A1vycx2UldwhpD02PB_5rp61gmc1uD6vlKe7f2b91c0')]).toEqual([
      'short',
      '…7f2b91c0',
    ]);
  });
});
