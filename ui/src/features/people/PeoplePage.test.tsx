import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Invited, PersonView } from '~/api/types';
import type { Answers } from '~test/fake-platform';
import { at, consoleState, id, me, people, personViews, problem } from '~test/fixtures';
import { storyLines } from '~test/record-fixtures';
import { expectAccessible, renderApp } from '~test/render';

const arun: PersonView = {
  id: id('usr', '0000b1'),
  name: 'arun',
  roles: ['agent'],
  groups: [],
  state: 'invited',
  created_at: at(-700),
};
const LINK = 'http://localhost:8470/invite?token=Jd7fWn2p0cV5xqkE1rTz';
const invited: Invited = { person: arun, link: LINK, expires_at: at(259_200) };
const view = (name: string) => personViews.find((p) => p.name === name) as PersonView;

const open = (more: Answers = {}, as: keyof typeof people = 'ruth') =>
  renderApp('/people', consoleState({ me: me(as) }), {
    person_list: { items: [...personViews, arun] },
    event_list: { items: storyLines, place: 48_162, earlier: true },
    ...more,
  });

const table = () => screen.findByRole('grid', { name: 'People' });
const row = (name: string) =>
  screen.getAllByRole('row').find((r) => r.textContent?.slice(1).startsWith(name)) as HTMLElement;
const dialog = (name: string) => screen.findByRole('dialog', { name });
const button = (name: string | RegExp) => screen.getByRole('button', { name });

describe('people and roles', () => {
  it('lists everybody with roles, groups and state', async () => {
    open();
    await table();
    expect(row('imre').textContent).toContain('approverapproversJoined');
    expect(row('arun').textContent).toContain('Invited');
    expect(row('ruth').textContent).toContain('you');
    expect(screen.getByText('7 people: 3 agents, 2 who can sign')).toBeTruthy();
    await expectAccessible();
  });

  it('invites somebody and shows the link once', async () => {
    const { user, platform } = open({ person_invite: invited, person_list: { items: personViews } });
    await table();
    await user.click(button('Invite…'));
    const box = within(await dialog('Invite somebody'));
    await user.keyboard('Arun{Control>}{Enter}{/Control}');
    expect(box.getByText(/2 to 40 lower-case letters/)).toBeTruthy();
    expect(platform.of('person_invite')).toEqual([]);
    const name = box.getByRole('textbox', { name: /^Name/ });
    await user.clear(name);
    await user.type(name, 'dana');
    expect(box.getByText('There is somebody named dana already.')).toBeTruthy();
    await user.clear(name);
    await user.type(name, 'arun');
    await user.click(box.getByRole('checkbox', { name: 'Approver' }));
    expect(box.getByText(/Outside of the group approvers/)).toBeTruthy();
    await user.click(box.getByRole('checkbox', { name: 'Group approvers' }));
    await expectAccessible();
    await user.click(box.getByRole('button', { name: /^Invite arun/ }));
    const shown = within(await dialog('Link for arun'));
    expect(platform.of('person_invite')).toEqual([
      { input: { name: 'arun', roles: ['agent', 'approver'], groups: ['approvers'] } },
    ]);
    expect((shown.getByRole('textbox', { name: 'Link for arun' }) as HTMLInputElement).value).toBe(LINK);
    expect(shown.getByText(/Good once, until 23 Nov 2026, 14:32:08 \+01:00/)).toBeTruthy();
    expect(shown.getByText(/shown this once/)).toBeTruthy();
    await user.click(shown.getByRole('button', { name: /^Copy/ }));
    expect(await navigator.clipboard.readText()).toBe(LINK);
    await expectAccessible();
    await user.click(shown.getByRole('button', { name: 'Done' }));
    expect(document.body.textContent).not.toContain(LINK);
  });

  it('lets an auditor be nothing else', async () => {
    const { user, platform } = open({ person_invite: invited });
    await table();
    await user.click(button('Invite…'));
    await user.type(await screen.findByRole('textbox', { name: /^Name/ }), 'arun.2');
    await user.click(screen.getByRole('checkbox', { name: 'Auditor' }));
    expect(screen.getByText(/An auditor reads only/)).toBeTruthy();
    await user.click(button(/^Invite arun.2/));
    expect(platform.of('person_invite')).toEqual([]);
    await user.click(screen.getByRole('checkbox', { name: 'Agent' }));
    await user.click(button(/^Invite arun.2/));
    await waitFor(() =>
      expect(platform.of('person_invite')).toEqual([{ input: { name: 'arun.2', roles: ['auditor'], groups: [] } }]),
    );
  });

  it('changes roles, after saying what ends', async () => {
    const { user, platform } = open({ person_change: { ...view('dana'), roles: ['approver'] } });
    await table();
    await user.click(button('Change roles and groups of dana…'));
    const box = within(await dialog('Roles and groups of dana'));
    expect(box.getByRole('button', { name: /^Change roles of dana/ }).getAttribute('aria-disabled')).toBe('true');
    await user.click(box.getByRole('checkbox', { name: 'Approver' }));
    expect(box.queryByRole('alert')).toBeNull();
    await user.click(box.getByRole('checkbox', { name: 'Agent' }));
    expect(box.getByRole('alert').textContent).toContain('What dana acts in now ends at once.');
    expect(await box.findByText(/live session of/)).toBeTruthy();
    await expectAccessible();
    await user.click(box.getByRole('button', { name: /^Change roles of dana/ }));
    await waitFor(() =>
      expect(platform.of('person_change')).toEqual([
        { id: people.dana.id, input: { roles: ['approver'], groups: [] } },
      ]),
    );
    expect(await screen.findByText('Roles of dana are changed')).toBeTruthy();
  });

  it('says what of a signer no longer counts', async () => {
    const { user } = open();
    await table();
    await user.click(button('Change roles and groups of imre…'));
    const box = within(await dialog('Roles and groups of imre'));
    await user.click(box.getByRole('checkbox', { name: 'Group approvers' }));
    expect(box.getByRole('alert').textContent).toContain('Signatures of imre no longer count');
    await user.click(box.getByRole('checkbox', { name: 'Group approvers' }));
    expect(box.queryByRole('alert')).toBeNull();
  });

  it('lets nobody change themselves, and says why', async () => {
    const { user } = open();
    await table();
    const change = button('Change roles and groups of ruth…');
    const link = button('New link for ruth…');
    expect([change, link].map((b) => b.getAttribute('aria-disabled'))).toEqual(['true', 'true']);
    change.focus();
    expect((await screen.findByRole('tooltip')).textContent).toContain('nobody changes their own roles');
    await user.click(link);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('makes a new link, after saying what it ends', async () => {
    const { user, platform } = open({ person_reinvite: { ...invited, person: view('imre') } });
    await table();
    await user.click(button('New link for imre…'));
    const box = within(await dialog('New link for imre?'));
    expect(box.getByText('Older links for imre are over at once.')).toBeTruthy();
    expect(box.getByText(/each of imre’s sign-ins ends/)).toBeTruthy();
    await expectAccessible();
    await user.click(box.getByRole('button', { name: 'Make a link for imre' }));
    expect(await dialog('Link for imre')).toBeTruthy();
    expect(platform.of('person_reinvite')).toEqual([{ id: people.imre.id }]);
  });

  it('says why a link was not made', async () => {
    const { user } = open({
      person_reinvite: problem('busy', { title: 'Busy', detail: 'nothing was done; try again' }),
    });
    await table();
    await user.click(button('New link for arun…'));
    await user.click(await screen.findByRole('button', { name: 'Make a link for arun' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Nothing was done');
  });

  it('says that it is loading, that nobody is here, and why it can’t be shown', async () => {
    const waiting = open({ person_list: () => new Promise<never>(() => undefined) });
    expect(await screen.findByRole('status', { name: 'Loading the people' })).toBeTruthy();
    waiting.unmount();
    const first = open({ person_list: { items: [] } });
    expect(await screen.findByRole('heading', { name: 'Nobody is here' })).toBeTruthy();
    await expectAccessible();
    first.unmount();
    const { platform, user } = open({ person_list: problem('unavailable', { title: 'Not available now' }) });
    expect(await screen.findByRole('heading', { name: 'Not available now' })).toBeTruthy();
    await expectAccessible();
    platform.answer({ person_list: { items: personViews } });
    await user.click(button('Try again'));
    await table();
  });

  it('is for admins only', async () => {
    const { platform } = open({}, 'imre');
    expect(await screen.findByRole('heading', { name: 'This place is not yours' })).toBeTruthy();
    expect(platform.of('person_list')).toEqual([]);
  });
});
