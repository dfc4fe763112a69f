import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Answers } from '~test/fake-platform';
import { clockLate, clockLeapt, clockRight } from '~test/clock-fixtures';
import { event, problem, request, signedIn } from '~test/fixtures';
import { expectAccessible, renderApp } from '~test/render';
import { waits } from '~test/screens-clock';
import { moment } from './words';

const open = (more: Answers = {}, as: Parameters<typeof signedIn>[0] = 'ruth') =>
  renderApp('/clock', signedIn(as), more);
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const place = () => within(screen.getByRole('navigation', { name: 'Main' })).getByRole('link', { name: /^Clock/ });

describe('the clock', () => {
  it('says that it holds nothing up, and leaves nothing to lower', async () => {
    open();
    expect(await screen.findByText('The clock holds nothing up.')).toBeTruthy();
    expect(screen.getByText('Behind by').nextSibling?.textContent).toBe('nothing up to 2 s is taken as normal');
    expect(button(/^Lower the mark…/).getAttribute('aria-disabled')).toBe('true');
    expect(place().textContent).toBe('Clock');
    await expectAccessible();
  });

  it('says that the service waits, until when, what that means, and what to do', async () => {
    open({ clock_get: clockLate });
    const said = await screen.findByRole('alert');
    expect(said.textContent).toContain('The service is waiting: its clock stands 1 min 35 s behind.');
    expect(said.textContent).toContain(`goes on when the clock shows ${moment(clockLate.mark, clockLate.shown)} again`);
    expect(said.textContent).not.toContain('too long');
    expect(said.textContent).toContain('only admins can sign in');
    expect(screen.getByText('No, the service’s clock is late')).toBeTruthy();
    expect(screen.getByText('Yes, the service’s clock is right now')).toBeTruthy();
    expect(place().textContent).toBe('Clock1');
    await expectAccessible();
  });

  it('lowers the mark after saying what ends, and only with a reason', async () => {
    const { user, platform } = open({ clock_get: clockLeapt, clock_lower: clockRight });
    expect((await screen.findByRole('alert')).textContent).toContain('too long to wait for');
    await user.click(button(/^Lower the mark…/));
    const box = within(screen.getByRole('dialog', { name: 'Lower the mark by 24 h?' }));
    expect(box.getByRole('alert').textContent).toContain('set the clock right instead');
    expect(box.getByText(/is over: sign-ins, requests, delegations and their tokens/)).toBeTruthy();
    const why = box.getByRole('textbox', { name: /^Why was the clock ahead/ });
    expect(document.activeElement).toBe(why);
    await user.type(why, 'too short{Control>}{Enter}{/Control}');
    expect(platform.of('clock_lower')).toEqual([]);
    await expectAccessible();
    await user.clear(why);
    await user.type(why, ' The host had leapt a day ahead. {Control>}{Enter}{/Control}');
    await waitFor(() =>
      expect(platform.of('clock_lower')).toEqual([{ input: { reason: 'The host had leapt a day ahead.' } }]),
    );
    expect(await screen.findByText('The mark is lowered')).toBeTruthy();
    expect(screen.getByText('The clock holds nothing up.')).toBeTruthy();
    expect(place().textContent).toBe('Clock');
  });

  it('says why it was not lowered, and keeps what was typed', async () => {
    const { user } = open({ clock_get: clockLeapt, clock_lower: problem('conflict', { detail: 'nothing to lower' }) });
    await screen.findByRole('alert');
    await user.click(button(/^Lower the mark…/));
    const box = within(screen.getByRole('dialog'));
    await user.type(box.getByRole('textbox'), 'The host had leapt a day ahead.{Control>}{Enter}{/Control}');
    expect(await box.findByText(/Nothing to lower\./)).toBeTruthy();
    expect(box.getByRole('textbox')).toHaveProperty('value', 'The host had leapt a day ahead.');
  });

  it('is looked at again when its mark was lowered elsewhere', async () => {
    const { platform } = open({ clock_get: clockLeapt });
    await screen.findByRole('alert');
    platform.answer({ clock_get: clockRight });
    platform.say('trail', [event('clock.lower')]);
    expect(await screen.findByText('The clock holds nothing up.')).toBeTruthy();
  });

  it('is for admins; whoever else is held up is told why in a sentence', async () => {
    const first = open({}, 'ines');
    expect(await screen.findByRole('heading', { name: 'This place is not yours' })).toBeTruthy();
    expect(first.platform.of('clock_get')).toEqual([]);
    first.unmount();
    const signed = request('ZD-4711', { state: 'signed' });
    const { user } = renderApp(`/requests/${signed.id}`, signedIn('dana'), {
      request_get: signed,
      delegation_start: waits,
    });
    await user.click(await screen.findByRole('button', { name: /^Start, 30 min/ }));
    expect((await screen.findByText(/^The service’s clock stands 95 s behind/)).textContent).toContain(
      'Nothing was done. Try again then, or tell an admin',
    );
  });

  it('says that it is loading, and why it can’t be shown', async () => {
    const loading = open({ clock_get: () => new Promise<never>(() => undefined) });
    expect(await screen.findByRole('status', { name: 'Loading the clock' })).toBeTruthy();
    loading.unmount();
    open({ clock_get: problem('unavailable', { title: 'Not available now' }) });
    expect(await screen.findByRole('heading', { name: 'Not available now' })).toBeTruthy();
    await expectAccessible();
  });
});
