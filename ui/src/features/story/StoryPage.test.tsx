import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Answers } from '~test/fake-platform';
import { consoleState, event, hops, me, people, problem } from '~test/fixtures';
import { calledOn, DLG, endedStory, liveStory } from '~test/record-fixtures';
import { expectAccessible, renderApp } from '~test/render';

const open = (story: Answers['delegation_story'], as: keyof typeof people = 'ruth') =>
  renderApp(`/delegations/${DLG}`, consoleState({ me: me(as) }), { delegation_story: story });
const section = (name: string) => screen.getByRole('region', { name });
const lines = (name: string) =>
  within(section(name))
    .getAllByRole('listitem')
    .filter((li) => li.className === 'tl-g');

describe('the story of a delegation', () => {
  it('reads from the asking to the end', async () => {
    open(endedStory);
    expect(await screen.findByRole('heading', { level: 1, name: 'dana for cus_8812' })).toBeTruthy();
    expect(screen.getByText(/acted for customer/).textContent).toBe(
      'dana acted for customer cus_8812 of acme, on case ZD-4711, at Accounts API, for 5 min 30 s of the 30 min that were signed. It ended: case ZD-4711 was closed by ruth.',
    );
    const sections = ['Asked', 'Signed', 'Started', 'Used', 'Ended'].map((name) => lines(name).length);
    expect(sections).toEqual([1, 2, 1, 4, 4]);
    expect(lines('Asked')[0]?.textContent).toContain('48,117');
    expect(lines('Asked')[0]?.querySelector('time')?.textContent).toBe('14:23:27.900');
    expect(lines('Signed')[1]?.textContent).toContain('imre signs, of approvers with fresh proof');
    expect(lines('Started')[0]?.textContent).toContain('The clock runs: 30 min, until 14:56:26');
    expect(lines('Ended')[0]?.textContent).toContain('Everything stops: the case was closed by ruth');
    expect(lines('Ended')[1]?.textContent).toContain('It was refused');
    expect(lines('Ended')[3]?.textContent).toContain('12 times more in the same minute. Each time it was refused');
    await expectAccessible();
  });

  it('tells who called on, where to, and for whom', async () => {
    open(calledOn);
    await screen.findByRole('region', { name: 'Used' });
    expect(lines('Used').at(-1)?.textContent).toContain(
      'accounts-api calls Billing API for dana, with a token of its own',
    );
    const facts = screen.getByRole('complementary', { name: 'Facts' });
    expect(facts.textContent).toMatch(
      /accounts-apiservice, seen by Billing APIcalling on forDdanaagent, seen by Accounts API/,
    );
    await expectAccessible();
  });

  it('pairs each call with what came of it', async () => {
    open(endedStory);
    await screen.findByRole('region', { name: 'Used' });
    const calls = within(section('Used'))
      .getAllByRole('list', { name: 'Calls' })
      .flatMap((list) => within(list).getAllByRole('listitem'))
      .map((li) => [...li.children].map((c) => c.textContent?.trim()));
    expect(calls).toEqual([
      ['14:26:37.600', 'GET', '/customers/cus_8812', 'reported 200', '41 ms'],
      ['14:28:07.000', 'PUT', '/customers/cus_8812/address', 'reported 422', '280 ms'],
      ['14:28:57.500', 'PUT', '/customers/cus_8812/address', 'reported 200', '188 ms'],
      ['14:31:28.300', 'GET', '/customers/cus_8812', 'reported 200', '46 ms'],
    ]);
    expect(screen.getByText('3 calls').parentElement?.textContent).toContain('one without success');
  });

  it('has the instrument and the facts beside it', async () => {
    open(endedStory);
    const instrument = within(await screen.findByRole('article', { name: 'Request' }));
    expect(instrument.getByText(/fresh proof/)).toBeTruthy();
    const facts = within(screen.getByRole('complementary', { name: 'Facts' }));
    for (const text of [
      'Accounts API',
      'http://localhost:8480',
      '30 min',
      '5 min 30 s, 4 calls',
      'Change postal address',
      'Delegated',
      'Closed',
    ])
      expect(facts.getAllByText(text).length).toBeGreaterThan(0);
    expect(facts.getByTitle(liveStory.delegation.transaction)).toBeTruthy();
  });

  it('tells what it took at other APIs', async () => {
    const { delegation, request, ...rest } = endedStory;
    open({ ...rest, delegation: { ...delegation, hops }, request: { ...request, hops } });
    const facts = await screen.findByRole('complementary', { name: 'Facts' });
    expect(within(facts).getByRole('list', { name: 'At other APIs' }).textContent).toContain('Credit an invoice');
    expect(lines('Asked')[0]?.textContent).toContain(
      'Through it, Billing API: read invoices and payments and credit an invoice.',
    );
    await expectAccessible();
  });

  it('counts down while it lives, and takes in what happens', async () => {
    const { platform, clock } = open(liveStory);
    expect(await screen.findByText(/is acting/)).toBeTruthy();
    expect(screen.getAllByText('24:18').length).toBe(2);
    act(() => clock.pass(60_000));
    expect(screen.getAllByText('23:18').length).toBe(2);
    await expectAccessible();
    platform.answer({ delegation_story: endedStory });
    act(() => platform.say('trail', [event('delegation.end', { delegation: DLG, decision: 'ended' })]));
    expect(await screen.findByText(/acted for customer/)).toBeTruthy();
    expect(section('Ended')).toBeTruthy();
  });

  it('says that it is not there, or not yours', async () => {
    open(problem('not_found', { status: 404 }), 'tove');
    expect(await screen.findByRole('heading', { name: 'There is no such story here' })).toBeTruthy();
    expect(screen.getByRole('link', { name: 'To the trail' }).getAttribute('href')).toBe('/trail');
    await expectAccessible();
  });

  it('says that it is loading, why it can’t be shown, and tries again', async () => {
    const waiting = open(() => new Promise<never>(() => undefined));
    expect(await screen.findByRole('status', { name: 'Loading the story' })).toBeTruthy();
    waiting.unmount();
    const { platform, user } = open(problem('unavailable', { title: 'Not available now' }));
    expect(await screen.findByRole('heading', { name: 'Not available now' })).toBeTruthy();
    await expectAccessible();
    platform.answer({ delegation_story: endedStory });
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(section('Ended')).toBeTruthy());
  });
});
