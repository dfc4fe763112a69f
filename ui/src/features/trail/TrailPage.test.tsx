import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { EventQuery } from '~/api/commands';
import type { EventPage, EventView } from '~/api/types';
import { consoleState, event, id, me, people, problem } from '~test/fixtures';
import { canonicalOf, trailLines } from '~test/record-fixtures';
import { expectAccessible, renderApp } from '~test/render';

/** As many as matter: all of one delegation, and what others did meanwhile. */
const lines = trailLines.slice(-18);
const newest = lines.at(-1) as EventView;
const page = (items: EventView[], more: Partial<EventPage> = {}): EventPage => ({
  items,
  place: items.at(-1)?.place ?? 0,
  earlier: false,
  ...more,
});
const refused = trailLines.find((e) => e.kind === 'token.exchange' && e.decision === 'refused') as EventView;

type List = EventPage | ((asked: { query: EventQuery }) => EventPage | Promise<EventPage>);

function open(list: List = page(lines), as: keyof typeof people = 'ruth', path = '/trail') {
  return renderApp(path, consoleState({ me: me(as) }), {
    event_list: list,
    event_get: ({ id: wanted }) => {
      const found = trailLines.find((e) => e.id === wanted);
      if (!found)
        throw problem('not_found', { title: 'Not found', detail: 'there is no such line here, or you may not see it' });
      return { event: found, canonical: canonicalOf(found) };
    },
  });
}

const rows = () => [...document.querySelectorAll<HTMLElement>('tr[data-row]')];
const firstPlace = () => rows()[0]?.querySelector('td')?.textContent;
const grid = () => screen.findByRole('grid', { name: 'Lines of the trail' });
const drawer = (place: string) => screen.findByRole('complementary', { name: `Line ${place}` });
const next = (place: number, more: Partial<EventView> = {}) =>
  event('call.report', { place, decision: 'reported', code: '200', ...more });

describe('the live trail', () => {
  it('shows the newest lines first, each with all that it says', async () => {
    open();
    await grid();
    expect(firstPlace()).toBe('48,162');
    const line = rows().find((r) => r.dataset.row === refused.id);
    expect(within(line as HTMLElement).getByText('tove')).toBeTruthy();
    for (const text of ['48,150', 'token.exchange', 'cus_9127', 'INC0042817', 'profile:read, Accounts API', 'refused'])
      expect(line?.textContent).toContain(text);
    expect(line?.textContent).toContain('case_not_yours');
    expect(line?.querySelector('time')?.textContent).toContain('14:30:07.880');
    expect(line?.querySelector('time')?.getAttribute('title')).toBe('20 Nov 2026, 14:30:07 +01:00');
    expect(screen.getAllByTitle(/^exchanged: /)[0]?.textContent).toContain('exchanged');
    expect(screen.getAllByTitle(/^elevated: /)[0]?.textContent).toContain('elevated');
    expect(screen.getAllByTitle(/^impersonated: /)[0]?.textContent).toContain('impersonated');
  });

  it('can be read by everybody', async () => {
    open(page(lines.slice(-12)));
    await grid();
    await expectAccessible();
  });

  it('draws only what is in sight, and says how many there are', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => next(i + 1));
    open(page(many));
    expect((await grid()).getAttribute('aria-rowcount')).toBe('3001');
    expect(rows().length).toBeLessThan(80);
  });

  it('is called My trail where it holds one’s own lines only', async () => {
    open(page(lines.filter((e) => e.actor.name === 'dana')), 'dana');
    expect(await screen.findByRole('heading', { level: 1, name: 'My trail' })).toBeTruthy();
    await grid();
    await expectAccessible();
  });

  it('puts a line on top as it arrives, tinted', async () => {
    const { platform } = open();
    await grid();
    act(() => platform.say('trail', [next(48_163)]));
    expect(firstPlace()).toBe('48,163');
    expect(rows()[0]?.className).toBe('fresh');
    expect(rows()[1]?.className).toBe('');
  });

  it('holds lines while paused, counts them, and shows all of them on resuming', async () => {
    const { platform, user, clock } = open();
    await grid();
    await user.keyboard(' ');
    expect(screen.getByText('Nothing is held back yet')).toBeTruthy();
    act(() => platform.say('trail', [next(48_163), next(48_164, { decision: 'refused', code: 'refused' })]));
    act(() => platform.say('trail', [next(48_164), next(48_165)]));
    act(() => clock.pass(65_000));
    expect(screen.getByText('3 lines held back')).toBeTruthy();
    expect(screen.getByText(/1 of them refused or failed/)).toBeTruthy();
    expect(screen.getByText('paused 1 min 5 s')).toBeTruthy();
    expect(firstPlace()).toBe('48,162');
    await expectAccessible();
    await user.click(screen.getByRole('button', { name: /^Resume, show 3/ }));
    expect(
      rows()
        .slice(0, 4)
        .map((r) => r.querySelector('td')?.textContent),
    ).toEqual(['48,165', '48,164', '48,163', '48,162']);
    expect(screen.queryByText(/held back/)).toBeNull();
  });

  it('fetches what a gap left out', async () => {
    const missing = [next(48_163), next(48_164), next(48_165)];
    const { platform } = open(({ query }) => (query.after === undefined ? page(lines) : page(missing)));
    await grid();
    act(() => platform.say('trail', [missing[2] as EventView]));
    await waitFor(() => expect(rows()[1]?.querySelector('td')?.textContent).toContain('48,164'));
    expect(platform.of('event_list').at(-1)).toEqual({ query: { after: 48_162, limit: 500 } });
  });

  it('says that lines are missing if they can’t be fetched, and asks again', async () => {
    let down = true;
    const { platform, user } = open(({ query }) => {
      if (query.after === undefined) return page(lines);
      if (down) throw problem('unavailable');
      return page([next(48_163), next(48_164)]);
    });
    await grid();
    act(() => platform.say('trail', [next(48_164)]));
    expect(await screen.findByText('Some lines are not here yet.')).toBeTruthy();
    down = false;
    await user.click(screen.getByRole('button', { name: 'Ask again' }));
    await waitFor(() => expect(screen.queryByText('Some lines are not here yet.')).toBeNull());
    expect(rows()[1]?.querySelector('td')?.textContent).toContain('48,163');
  });

  it('fetches what came while the stream was down', async () => {
    const { platform, clock } = open(({ query }) => (query.after === undefined ? page(lines) : page([next(48_170)])));
    await grid();
    act(() => platform.say('console', consoleState({ me: me('ruth'), stream: 'connecting' })));
    act(() => clock.pass(1500));
    expect(await screen.findByText('not live')).toBeTruthy();
    expect(screen.getByText(/Shown as of 14:32:08/)).toBeTruthy();
    await expectAccessible();
    act(() => platform.say('console', consoleState({ me: me('ruth') })));
    await waitFor(() => expect(firstPlace()).toBe('48,170'));
  });

  it('goes back in the trail, as far as it goes', async () => {
    const early = [next(48_001), next(48_002)];
    const first = lines.slice(-15);
    const { platform } = open(({ query }) =>
      query.before === undefined ? page(first, { earlier: true }) : page(early),
    );
    expect(await screen.findByText('Before this there is nothing.')).toBeTruthy();
    expect(platform.of('event_list').at(-1)).toEqual({ query: { before: first[0]?.place, limit: 100 } });
    expect(rows().at(-1)?.querySelector('td')?.textContent).toContain('48,001');
  });

  it('says why earlier lines did not come, and tries again', async () => {
    let down = true;
    const { user } = open(({ query }) => {
      if (query.before === undefined) return page(lines.slice(-15), { earlier: true });
      if (down) throw problem('busy', { title: 'Busy', detail: 'nothing was done; try again' });
      return page([next(48_001)]);
    });
    expect((await screen.findByRole('alert')).textContent).toContain('busy');
    down = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Before this there is nothing.')).toBeTruthy();
  });

  it('filters by words, and says how many lines were searched', async () => {
    const { user } = open();
    await grid();
    await user.keyboard('/');
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Filter the trail' }));
    await user.keyboard('case_not_yours');
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(screen.getByText(`1 of ${lines.length} lines searched`)).toBeTruthy();
    expect(screen.getByText(`All ${lines.length} lines were searched.`)).toBeTruthy();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(rows().length).toBeGreaterThan(1));
  });

  it('filters by a chip, and takes it away', async () => {
    const { user } = open();
    await grid();
    screen.getByRole('button', { name: 'Filter by…' }).focus();
    await user.keyboard('{Enter}');
    await screen.findByRole('menuitem', { name: /^Event/ });
    await user.keyboard('{ArrowDown}{ArrowRight}');
    await user.click(await screen.findByRole('menuitem', { name: /^refused/ }));
    const chip = await screen.findByRole('button', { name: 'Remove filter: outcome refused' });
    await waitFor(() => expect(rows().every((r) => r.textContent?.includes('refused'))).toBe(true));
    await expectAccessible();
    await user.click(chip);
    await waitFor(() => expect(firstPlace()).toBe('48,162'));
  });

  it('says what was searched where nothing matches, searches on, and clears', async () => {
    const { user, platform } = open(({ query }) =>
      query.before === undefined ? page(trailLines, { earlier: true }) : page([next(47_000, { case_key: 'OLD-1' })]),
    );
    await grid();
    await user.type(screen.getByRole('textbox', { name: 'Filter the trail' }), 'OLD-1');
    expect(
      await screen.findByText(new RegExp(`${trailLines.length} lines were searched, places 48,040 to 48,162`)),
    ).toBeTruthy();
    await expectAccessible();
    await user.click(screen.getByRole('button', { name: 'Search 500 earlier lines' }));
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(platform.of('event_list').at(-1)).toEqual({ query: { before: 48_040, limit: 500 } });
    await user.clear(screen.getByRole('textbox', { name: 'Filter the trail' }));
    await user.type(screen.getByRole('textbox', { name: 'Filter the trail' }), 'nowhere');
    await user.click(await screen.findByRole('button', { name: /^Clear the filter/ }));
    expect(firstPlace()).toBe('48,162');
  });

  it('opens a line with the keyboard, goes on with J and K, and closes', async () => {
    const { user, history } = open();
    await grid();
    await user.keyboard('jj{Enter}');
    expect(await drawer('48,161')).toBeTruthy();
    expect(history.location.search).toContain('evt_');
    expect(rows()[1]?.getAttribute('aria-selected')).toBe('true');
    await user.keyboard('j');
    expect(await drawer('48,160')).toBeTruthy();
    await user.keyboard('kk');
    expect(await drawer('48,162')).toBeTruthy();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('complementary')).toBeNull();
    expect(document.activeElement).toBe(rows()[0]);
  });

  it('shows one line in full, and the way to its story', async () => {
    const { user } = open();
    await grid();
    await user.click(rows()[2] as HTMLElement);
    const pane = within(await drawer('48,160'));
    const exchange = trailLines.find((e) => e.place === 48_160) as EventView;
    for (const name of [
      'Actor',
      'Customer',
      'Tenant',
      'Case',
      'Action',
      'Resource',
      'Decision',
      'Flags',
      'Request',
      'Delegation',
      'Token',
      'Transaction',
      'Correlation',
    ])
      expect(pane.getByText(name)).toBeTruthy();
    expect(pane.getByText(/14:31:27\.800204 \+01:00/)).toBeTruthy();
    expect(pane.getByTitle(exchange.correlation)).toBeTruthy();
    expect(pane.getByText('a token was exchanged')).toBeTruthy();
    const story = pane.getByRole('link', { name: 'Read it as one story' });
    expect(story.getAttribute('href')).toBe(`/delegations/${exchange.delegation}`);
    await expectAccessible();
    await user.click(pane.getByRole('button', { name: 'Only ZD-4711' }));
    expect(await screen.findByRole('button', { name: 'Remove filter: case ZD-4711' })).toBeTruthy();
  });

  it('shows and copies the line as it is kept', async () => {
    const { user } = open(page(lines), 'ruth', `/trail?event=${refused.id}`);
    await drawer('48,150');
    await user.keyboard('y');
    expect((await screen.findByRole('tab', { name: /Canonical JSON/ })).getAttribute('aria-selected')).toBe('true');
    expect((await screen.findByLabelText('The line as it is kept')).textContent).toContain('"decision": "refused"');
    const pane = within(await drawer('48,150'));
    await user.click(pane.getByRole('button', { name: /^Copy/ }));
    expect(await navigator.clipboard.readText()).toBe(canonicalOf(refused));
    await expectAccessible();
    await user.keyboard('y');
    expect((await screen.findByRole('tab', { name: 'Event' })).getAttribute('aria-selected')).toBe('true');
  });

  it('says so where a line is not there to be seen', async () => {
    open(page(lines), 'ruth', `/trail?event=${id('evt', 'ffffff')}`);
    expect(await screen.findByRole('heading', { name: 'Not found' })).toBeTruthy();
    await expectAccessible();
  });

  it('says that nothing has happened yet, and what will be here', async () => {
    open(page([]), 'ines');
    expect(await screen.findByRole('heading', { name: 'Nothing has happened yet' })).toBeTruthy();
    await expectAccessible();
  });

  it('says that it is loading', async () => {
    open(() => new Promise<never>(() => undefined));
    expect(await screen.findByRole('status', { name: 'Loading the trail' })).toBeTruthy();
    await expectAccessible();
  });

  it('says why it can’t be shown, what to quote, and tries again', async () => {
    const { user, platform } = open(() => {
      throw problem('unavailable', { title: 'Not available now', detail: 'nothing was done; try again in a moment' });
    });
    expect(await screen.findByRole('heading', { name: 'Not available now' })).toBeTruthy();
    expect(screen.getByText('unavailable')).toBeTruthy();
    expect(screen.getByTitle(id('cor', '77b0e2'))).toBeTruthy();
    await expectAccessible();
    platform.answer({ event_list: page(lines) });
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await grid();
    expect(firstPlace()).toBe(newest.place.toLocaleString('en'));
  });
});
