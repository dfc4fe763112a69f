import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { CaseView } from '~/api/types';
import type { Answers } from '~test/fake-platform';
import { aCase, cases, consoleState, me, people, personViews, problem } from '~test/fixtures';
import { storyLines } from '~test/record-fixtures';
import { expectAccessible, renderApp } from '~test/render';

const closed: CaseView = { ...aCase('ZD-4641'), state: 'closed' };
const some = cases.map((c) => (c.key === closed.key ? closed : c));
const made: CaseView = { ...aCase('ZD-4711'), key: 'ZD-5000', title: 'New one' };

function open(as: keyof typeof people = 'ruth', more: Answers = {}, extra: Partial<Parameters<typeof me>[1]> = {}) {
  return renderApp('/cases', consoleState({ me: me(as, extra) }), {
    case_list: { items: some },
    person_list: { items: personViews },
    event_list: { items: storyLines, place: 48_162, earlier: true },
    ...more,
  });
}

const table = () => screen.findByRole('grid', { name: 'Cases' });
const keysShown = () => [...document.querySelectorAll('tbody .main-l')].map((e) => e.textContent);
const dialog = (name: string) => screen.findByRole('dialog', { name });

describe('the cases', () => {
  it('lists the open ones, and the closed ones on asking', async () => {
    const { user } = open();
    await table();
    expect(keysShown()).toHaveLength(some.length - 1);
    const row = screen.getAllByRole('row')[1] as HTMLElement;
    for (const text of ['ZD-4711', 'Moved house', 'cus_8812', 'dana', 'Normal', 'Open', '5 min ago'])
      expect(row.textContent).toContain(text);
    await expectAccessible();
    await user.click(screen.getByRole('radio', { name: 'Closed 1' }));
    expect(keysShown()).toEqual(['ZD-4641']);
    expect(screen.getByRole('button', { name: 'Reopen… ZD-4641' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Close… ZD-4641' })).toBeNull();
  });

  it('filters, and says how many were searched', async () => {
    const { user } = open();
    await table();
    await user.keyboard('/high 3051');
    expect(keysShown()).toEqual(['ZD-4702']);
    expect(screen.getByText('1 of 8 cases')).toBeTruthy();
    await user.keyboard(' nothing');
    expect(screen.getByText('8 open cases were searched; they are all there are.')).toBeTruthy();
    await expectAccessible();
    await user.click(screen.getByRole('button', { name: /^Clear the filter/ }));
    expect(keysShown()).toHaveLength(8);
  });

  it('lets J and K walk through the rows', async () => {
    const { user } = open();
    await table();
    await user.keyboard('jj');
    expect(document.activeElement?.textContent).toContain('ZD-4702');
    await user.keyboard('k');
    expect(document.activeElement?.textContent).toContain('ZD-4711');
  });

  it('closes a case after saying what ends, for whom, at once, and that it stays so', async () => {
    const { user, platform } = open('ruth', { case_close: { ...aCase('ZD-4711'), state: 'closed' } });
    await table();
    await user.click(screen.getByRole('button', { name: 'Close… ZD-4711' }));
    const box = within(await dialog('Close ZD-4711?'));
    expect(document.activeElement).toBe(box.getByRole('button', { name: /^Keep it open/ }));
    expect(box.getByText(/ends at once/).textContent).toContain('This cannot be undone');
    const ends = await box.findByRole('list', { name: 'What ends' });
    expect(
      within(ends)
        .getAllByRole('listitem')
        .map((li) => li.textContent),
    ).toEqual([expect.stringMatching(/^live session of ddana for cus_8812 since 14:26:26$/)]);
    expect(box.getByText(/whatever older there is ends too/)).toBeTruthy();
    await expectAccessible();
    await user.click(box.getByRole('button', { name: 'Close ZD-4711' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(platform.of('case_close')).toEqual([{ id: aCase('ZD-4711').id }]);
    expect(await screen.findByText('Case ZD-4711 is closed')).toBeTruthy();
    expect(platform.of('case_list').length).toBeGreaterThan(1);
  });

  it('says why a case was not closed', async () => {
    const { user } = open('ruth', {
      case_close: problem('busy', { title: 'Busy', detail: 'nothing was done; try again' }),
    });
    await table();
    await user.click(screen.getByRole('button', { name: 'Close… ZD-4711' }));
    await user.click(await screen.findByRole('button', { name: 'Close ZD-4711' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Nothing was done');
  });

  it('lets nobody close a case of their own, and says why', async () => {
    const { user, platform } = open('imre', { case_list: { items: [{ ...aCase('ZD-4711'), assignee: people.imre }] } });
    await table();
    const close = screen.getByRole('button', { name: 'Close… ZD-4711' });
    expect(close.getAttribute('aria-disabled')).toBe('true');
    close.focus();
    expect((await screen.findByRole('tooltip')).textContent).toContain('you work on this case');
    await user.click(close);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(platform.of('case_close')).toEqual([]);
  });

  it('lets approvers close, and nothing else', async () => {
    open('imre');
    await table();
    expect(screen.getByRole('button', { name: 'Close… ZD-4711' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^(New case|Assign|Reopen)/ })).toBeNull();
    await expectAccessible();
  });

  it('does nothing without the service, and says why', async () => {
    const down = consoleState({ me: me('ruth'), stream: 'connecting' });
    const { clock } = renderApp('/cases', down, { case_list: { items: some } });
    await table();
    act(() => clock.pass(1500));
    await waitFor(() =>
      expect(screen.getByRole('button', { name: /New case/ }).getAttribute('aria-disabled')).toBe('true'),
    );
    expect(screen.getByRole('button', { name: 'Close… ZD-4711' }).getAttribute('aria-disabled')).toBe('true');
  });

  it('gives a case to another agent, after saying what the former one loses', async () => {
    const { user, platform } = open('ruth', { case_assign: { ...aCase('ZD-4711'), assignee: people.tove } });
    await table();
    await user.click(screen.getByRole('button', { name: 'Assign… ZD-4711' }));
    const box = within(await dialog('Give ZD-4711 to somebody'));
    const select = await box.findByRole('combobox', { name: 'Assignee' });
    await waitFor(() =>
      expect(
        within(select)
          .getAllByRole('option')
          .map((o) => o.textContent),
      ).toEqual(['nobody yet', 'dana', 'tove']),
    );
    expect(box.getByRole('button', { name: 'Give ZD-4711' }).getAttribute('aria-disabled')).toBe('true');
    await user.selectOptions(select, 'tove');
    expect(box.getByText(/^What dana has because of this case ends at once/)).toBeTruthy();
    expect(await box.findByText(/live session/)).toBeTruthy();
    await expectAccessible();
    await user.click(box.getByRole('button', { name: 'Give ZD-4711' }));
    await waitFor(() =>
      expect(platform.of('case_assign')).toEqual([{ id: aCase('ZD-4711').id, input: { assignee: people.tove.id } }]),
    );
    expect(await screen.findByText('ZD-4711 is with tove')).toBeTruthy();
  });

  it('takes a case away from everybody', async () => {
    const { user, platform } = open('ruth', { case_assign: aCase('ZD-4711') });
    await table();
    await user.click(screen.getByRole('button', { name: 'Assign… ZD-4711' }));
    await user.selectOptions(await screen.findByRole('combobox', { name: 'Assignee' }), '');
    await user.click(screen.getByRole('button', { name: 'Take ZD-4711 away' }));
    await waitFor(() => expect(platform.of('case_assign')).toEqual([{ id: aCase('ZD-4711').id, input: {} }]));
  });

  it('opens a closed case again, and says that nothing comes back', async () => {
    const { user, platform } = open('ruth', { case_reopen: aCase('ZD-4641') });
    await table();
    await user.click(screen.getByRole('radio', { name: 'Closed 1' }));
    await user.click(screen.getByRole('button', { name: 'Reopen… ZD-4641' }));
    const box = within(await dialog('Open ZD-4641 again?'));
    expect(box.getByText(/Nothing that ended with it comes back/)).toBeTruthy();
    await user.click(box.getByRole('button', { name: 'Open ZD-4641 again' }));
    await waitFor(() => expect(platform.of('case_reopen')).toEqual([{ id: closed.id }]));
  });

  it('opens a new case, once it is filled in as it must be', async () => {
    const { user, platform } = open('ruth', { case_create: made });
    await table();
    await user.click(screen.getByRole('button', { name: /New case/ }));
    const box = within(await dialog('New case'));
    expect(document.activeElement).toBe(box.getByRole('textbox', { name: 'Key' }));
    await user.keyboard('ZD 1{Control>}{Enter}{/Control}');
    expect(box.getByText(/2 to 40 letters, digits or hyphens/)).toBeTruthy();
    expect(box.getByText(/1 to 120 characters without spaces/)).toBeTruthy();
    expect(box.getByRole('textbox', { name: 'Key' }).getAttribute('aria-invalid')).toBe('true');
    await expectAccessible();
    expect(platform.of('case_create')).toEqual([]);
    await user.clear(box.getByRole('textbox', { name: 'Key' }));
    await user.type(box.getByRole('textbox', { name: 'Key' }), 'ZD-5000');
    await user.type(box.getByRole('textbox', { name: 'Customer' }), 'cus_9999');
    await user.type(box.getByRole('textbox', { name: /^Title/ }), ' New one ');
    await user.click(box.getByRole('radio', { name: 'High' }));
    await user.selectOptions(box.getByRole('combobox', { name: 'Assignee' }), 'tove');
    await user.click(box.getByRole('button', { name: /^Open the case/ }));
    await waitFor(() =>
      expect(platform.of('case_create')).toEqual([
        {
          input: { key: 'ZD-5000', title: 'New one', customer: 'cus_9999', priority: 'high', assignee: people.tove.id },
        },
      ]),
    );
    expect(await screen.findByText('Case ZD-5000 is open')).toBeTruthy();
  });

  it('keeps what was typed where the service says no', async () => {
    const taken = problem('conflict', {
      title: 'Something else happened meanwhile',
      detail: 'it is there already; look again',
    });
    const { user } = open('ruth', { case_create: taken });
    await table();
    await user.click(screen.getByRole('button', { name: /New case/ }));
    await user.type(screen.getByRole('textbox', { name: 'Key' }), 'ZD-4711');
    await user.type(screen.getByRole('textbox', { name: 'Customer' }), 'cus_1');
    await user.type(screen.getByRole('textbox', { name: /^Title/ }), 'x');
    await user.click(screen.getByRole('button', { name: /^Open the case/ }));
    expect((await screen.findByRole('alert')).textContent).toContain('It is there already');
    expect((screen.getByRole('textbox', { name: 'Key' }) as HTMLInputElement).value).toBe('ZD-4711');
  });

  it('says why there are none, that it is loading, and why it can’t be shown', async () => {
    const waiting = open('ruth', { case_list: () => new Promise<never>(() => undefined) });
    expect(await screen.findByRole('status', { name: 'Loading the cases' })).toBeTruthy();
    waiting.unmount();
    const first = open('ruth', { case_list: { items: [] } });
    expect(await screen.findByRole('heading', { name: 'There are no cases yet' })).toBeTruthy();
    await expectAccessible();
    first.unmount();
    const { platform, user } = open('ruth', { case_list: problem('unavailable', { title: 'Not available now' }) });
    expect(await screen.findByRole('heading', { name: 'Not available now' })).toBeTruthy();
    await expectAccessible();
    platform.answer({ case_list: { items: some } });
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await table();
  });

  it('keeps agents out', async () => {
    open('dana');
    expect(await screen.findByRole('heading', { name: 'This place is not yours' })).toBeTruthy();
  });
});
