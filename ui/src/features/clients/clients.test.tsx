import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Answers } from '~test/fake-platform';
import { apis, clients, fresh, keyed, secretive, shutOut } from '~test/control-fixtures';
import { at, id, problem, signedIn } from '~test/fixtures';
import { expectAccessible, renderApp } from '~test/render';
import { lostKeys } from './ChangeDialog';
import { comesInVain, idOk, jwksFault } from './methods';

const open = (of: string, more: Answers = {}, as: Parameters<typeof signedIn>[0] = 'ruth') =>
  renderApp(of ? `/clients?id=${of}` : '/clients', signedIn(as), {
    contract_list: { items: apis },
    client_list: { items: clients },
    ...more,
  });
const pane = (name: string) => screen.findByRole('region', { name });
const dialog = async (name: string) => within(await screen.findByRole('dialog', { name }));
const PUBLIC = '{"keys": [{"kty": "EC", "kid": "next", "x": "a", "y": "b"}]}';

describe('clients', () => {
  it('lists how each proves who it is, and what it is for', async () => {
    open('');
    const it_ = await pane('accounts-api');
    const list = screen.getByRole('navigation', { name: 'Clients' });
    expect(list.textContent).toContain('accounts-apiAccounts, its own servicewith a key of its ownclient of accounts');
    expect(list.textContent).toContain('it has no secret yet');
    expect(list.textContent).toContain('svc:exportDisabled');
    expect(it_.textContent).toContain('accounts-2026-11');
    expect(within(it_).getByRole('link', { name: 'Accounts API' })).toBeTruthy();
    await expectAccessible();
  });

  it('lets an auditor look and nothing else', async () => {
    open(secretive.id, {}, 'ines');
    const it_ = await pane(secretive.id);
    expect(screen.queryByRole('button', { name: 'Register a client…' })).toBeNull();
    expect(within(it_).queryByRole('button', { name: 'Disable…' })).toBeNull();
    expect(within(it_).getByRole('button', { name: 'Make a secret…' }).getAttribute('aria-disabled')).toBe('true');
  });

  it('says that it is loading, that there is none, why it can’t be shown, and what a name is that is not there', async () => {
    const loading = open('', { client_list: () => new Promise<never>(() => undefined) });
    expect(await screen.findByRole('status', { name: 'Loading the clients' })).toBeTruthy();
    loading.unmount();
    const none = open('', { client_list: { items: [] } });
    expect(await screen.findByRole('heading', { name: 'No machine is registered' })).toBeTruthy();
    await expectAccessible();
    none.unmount();
    const failing = open('', { client_list: problem('unavailable', { title: 'Not available now' }) });
    expect(await screen.findByRole('heading', { name: 'Not available now' })).toBeTruthy();
    failing.unmount();
    open('audit-desk');
    expect(await screen.findByRole('heading', { name: 'audit-desk is not registered here' })).toBeTruthy();
  });

  it('are not for approvers', async () => {
    const { platform } = open('', {}, 'imre');
    expect(await screen.findByRole('heading', { name: 'This place is not yours' })).toBeTruthy();
    expect(platform.of('client_list')).toEqual([]);
  });
});

describe('registering', () => {
  it('explains each method, minds a private key at once, and sends the public ones', async () => {
    const made = { ...keyed, id: 'svc:new' };
    const { user, platform } = open('', { client_create: made });
    await user.click(await screen.findByRole('button', { name: 'Register a client…' }));
    const box = await dialog('Register a client');
    const first = box.getByRole('radio', { name: 'With a key of its own' });
    expect(first).toHaveAccessibleDescription(/there is nothing here to steal/);
    expect(box.getByRole('radio', { name: 'With a secret in the body' })).toHaveAccessibleDescription(/logs/);
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(box.getByText(/Give 3 to 64 lower-case letters/)).toBeTruthy();
    expect(box.getByText('Paste its public keys as a JWK set.')).toBeTruthy();
    await user.type(box.getByRole('textbox', { name: /^Id/ }), 'svc:new');
    await user.type(box.getByRole('textbox', { name: /^Name/ }), 'New one');
    const keys = box.getByRole('textbox', { name: /^Its public keys/ });
    await user.click(keys);
    await user.paste('{"keys": [{"kty": "EC", "d": "x"}]}');
    expect(box.getByText(/This holds a private key \(member "d"\)/)).toBeTruthy();
    await expectAccessible();
    await user.click(box.getByRole('button', { name: /^Register svc:new/ }));
    expect(platform.of('client_create')).toEqual([]);
    await user.clear(keys);
    await user.click(keys);
    await user.paste(PUBLIC);
    platform.answer({ client_list: { items: [...clients, made] } });
    await user.click(box.getByRole('button', { name: /^Register svc:new/ }));
    await waitFor(() =>
      expect(platform.of('client_create')).toEqual([
        {
          input: {
            id: 'svc:new',
            name: 'New one',
            auth: 'private_key_jwt',
            jwks: PUBLIC,
            certificate_bound: false,
            endpoint_audience: false,
          },
        },
      ]),
    );
    expect(await pane('svc:new')).toBeTruthy();
  });

  it('asks for no keys where a secret comes later, and for no name that is taken', async () => {
    const { user, platform } = open('', { client_create: fresh });
    await user.click(await screen.findByRole('button', { name: 'Register a client…' }));
    const box = await dialog('Register a client');
    await user.click(box.getByRole('radio', { name: 'With a secret in a header' }));
    expect(box.queryByRole('textbox', { name: /^Its public keys/ })).toBeNull();
    await user.type(box.getByRole('textbox', { name: /^Id/ }), secretive.id);
    expect(box.getByText('There is a client named billing-api already.')).toBeTruthy();
    await user.type(box.getByRole('textbox', { name: /^Id/ }), '-2');
    await user.type(box.getByRole('textbox', { name: /^Name/ }), 'Second{Control>}{Enter}{/Control}');
    await waitFor(() =>
      expect(platform.of('client_create')).toEqual([
        {
          input: {
            id: 'billing-api-2',
            name: 'Second',
            auth: 'client_secret_basic',
            certificate_bound: false,
            endpoint_audience: false,
          },
        },
      ]),
    );
  });
});

describe('a certificate', () => {
  const named = {
    ...fresh,
    auth: 'tls_client_auth' as const,
    certificate: { tls_client_auth_san_dns: 'a.acme.example' },
  };

  it('of an authority is registered by the one thing that it says', async () => {
    const { user, platform } = open('', { client_create: { ...named, id: 'svc:new' } });
    await user.click(await screen.findByRole('button', { name: 'Register a client…' }));
    const box = await dialog('Register a client');
    await user.click(box.getByRole('radio', { name: 'With a certificate of an authority' }));
    await user.type(box.getByRole('textbox', { name: /^Id/ }), 'svc:new');
    await user.type(box.getByRole('textbox', { name: /^Name/ }), 'New one{Control>}{Enter}{/Control}');
    expect(box.getByText('Say what its certificate says, to the letter.')).toBeTruthy();
    expect(platform.of('client_create')).toEqual([]);
    await user.selectOptions(box.getByRole('combobox', { name: /^What its certificate says/ }), 'A URI');
    await user.type(box.getByRole('textbox', { name: /^It says/ }), ' spiffe://acme.example/new ');
    await user.click(box.getByRole('checkbox', { name: 'Its tokens are bound to its certificate' }));
    await expectAccessible();
    await user.click(box.getByRole('button', { name: /^Register svc:new/ }));
    await waitFor(() =>
      expect(platform.of('client_create')).toEqual([
        {
          input: {
            id: 'svc:new',
            name: 'New one',
            auth: 'tls_client_auth',
            certificate: { tls_client_auth_san_uri: 'spiffe://acme.example/new' },
            certificate_bound: true,
            endpoint_audience: false,
          },
        },
      ]),
    );
  });

  it('of its own is pasted as x5c of a key', async () => {
    const { user } = open('');
    await user.click(await screen.findByRole('button', { name: 'Register a client…' }));
    const box = await dialog('Register a client');
    await user.click(box.getByRole('radio', { name: 'With a certificate of its own' }));
    expect(box.queryByRole('checkbox', { name: /assertions/ })).toBeNull();
    const keys = box.getByRole('textbox', { name: /^Its certificates/ });
    await user.click(keys);
    await user.paste(PUBLIC);
    expect(box.getByText(/has no certificate: give it as "x5c"/)).toBeTruthy();
    expect(jwksFault('{"keys": [{"kty": "EC", "x5c": ["MIIB"]}]}', true)).toBeUndefined();
  });

  it('is shown by what it says, and changed to another thing', async () => {
    const { user, platform } = open(named.id, { client_list: { items: [named] }, client_change: named });
    const it_ = await pane(named.id);
    expect(it_.textContent).toContain('a.acme.exampleA DNS name, to the letter');
    expect(within(it_).queryByRole('button', { name: 'Make a secret…' })).toBeNull();
    await user.click(within(it_).getByRole('button', { name: 'Change…' }));
    const box = await dialog(`Change ${named.id}`);
    const value = box.getByRole('textbox', { name: /^It says/ });
    await user.clear(value);
    await user.type(value, 'b.acme.example');
    await user.click(box.getByRole('button', { name: new RegExp(`^Change ${named.id}`) }));
    await waitFor(() =>
      expect(platform.of('client_change')).toEqual([
        { id: named.id, input: { certificate: { tls_client_auth_san_dns: 'b.acme.example' } } },
      ]),
    );
  });
});

describe('a secret', () => {
  it('is made into a file: its path is shown, and the secret is nowhere', async () => {
    const path = '/home/ruth/.local/share/countersign/selfcare-web.secret';
    const { user, platform } = open(fresh.id, {
      client_secret_make: { secret: { id: id('sec', '0005e9'), made_at: at(0) }, path },
    });
    await user.click(await screen.findByRole('button', { name: 'Make a secret…' }));
    expect(platform.of('client_secret_make')).toEqual([]);
    await user.click(
      (await dialog('Make a secret for selfcare-web?')).getByRole('button', { name: 'Make the secret' }),
    );
    const box = await dialog('A secret for selfcare-web is in a file');
    expect(platform.of('client_secret_make')).toEqual([{ id: 'selfcare-web' }]);
    expect((box.getByRole('textbox', { name: 'The file' }) as HTMLInputElement).value).toBe(path);
    expect(box.getByText(/It never came into this window/)).toBeTruthy();
    await expectAccessible();
    await user.click(box.getByRole('button', { name: /^Copy the path/ }));
    expect(await navigator.clipboard.readText()).toBe(path);
    await user.click(box.getByRole('button', { name: 'Done' }));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('is not made where there are two, and says why', async () => {
    const { user } = open(secretive.id);
    const make = await screen.findByRole('button', { name: 'Make a secret…' });
    expect(make.getAttribute('aria-disabled')).toBe('true');
    make.focus();
    expect((await screen.findByRole('tooltip')).textContent).toContain('it has two; drop the old one first');
    await user.click(make);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('is dropped after saying what is refused then, and more so if it is the only one', async () => {
    const first = open(secretive.id, { client_secret_drop: { ...secretive, secrets: secretive.secrets.slice(1) } });
    await first.user.click(await screen.findByRole('button', { name: 'Drop the older secret…' }));
    const box = await dialog('Drop a secret of billing-api?');
    expect(box.getByText(/Its other secret goes on/)).toBeTruthy();
    expect(document.activeElement?.textContent).toContain('Keep it');
    await expectAccessible();
    await first.user.click(box.getByRole('button', { name: 'Drop the secret' }));
    await waitFor(() =>
      expect(first.platform.of('client_secret_drop')).toEqual([
        { id: 'billing-api', input: { secret: secretive.secrets[0]?.id } },
      ]),
    );
    first.unmount();
    const { user } = open(shutOut.id);
    await user.click(await screen.findByRole('button', { name: 'Drop the secret…' }));
    expect((await dialog('Drop a secret of svc:export?')).getByText('It is the only one.')).toBeTruthy();
  });
});

describe('changing', () => {
  it('sends only what is different, and says which key is refused then', async () => {
    const { user, platform } = open(keyed.id, { client_change: keyed });
    await user.click(await screen.findByRole('button', { name: 'Change…' }));
    const box = await dialog('Change accounts-api');
    const change = box.getByRole('button', { name: /^Change accounts-api/ });
    expect(change.getAttribute('aria-disabled')).toBe('true');
    const keys = box.getByRole('textbox', { name: /^Its public keys/ });
    await user.clear(keys);
    await user.click(keys);
    await user.paste(PUBLIC);
    expect(box.getByRole('alert').textContent).toContain('What it signs with accounts-2026-11 is refused at once.');
    await expectAccessible();
    await user.click(box.getByRole('button', { name: /^Change accounts-api/ }));
    await waitFor(() => expect(platform.of('client_change')).toEqual([{ id: keyed.id, input: { jwks: PUBLIC } }]));
  });

  it('disables after saying what follows, and enables again', async () => {
    const first = open(keyed.id, { client_change: { ...keyed, disabled_at: at(0) } });
    await first.user.click(await screen.findByRole('button', { name: 'Disable…' }));
    const box = await dialog('Disable accounts-api?');
    expect(box.getByText('What it holds for itself is over at once.')).toBeTruthy();
    expect(box.getByText(/Tokens that it exchanged for others, and what came of them, no longer count/)).toBeTruthy();
    expect(document.activeElement?.textContent).toContain('Leave it enabled');
    await expectAccessible();
    await first.user.click(box.getByRole('button', { name: 'Disable accounts-api' }));
    await waitFor(() =>
      expect(first.platform.of('client_change')).toEqual([{ id: keyed.id, input: { disabled: true } }]),
    );
    first.unmount();
    const { user, platform } = open(shutOut.id, { client_change: shutOut });
    await user.click(await screen.findByRole('button', { name: 'Enable…' }));
    await user.click((await dialog('Enable svc:export again?')).getByRole('button', { name: 'Enable svc:export' }));
    await waitFor(() => expect(platform.of('client_change')).toEqual([{ id: shutOut.id, input: { disabled: false } }]));
  });
});

describe('what may be', () => {
  it('a client’s id', () => {
    expect(['svc:export', 'a.b-c', 'abc'].map(idOk)).toEqual([true, true, true]);
    expect(['ab', 'console', '1abc', 'usr_x', 'Abc', 'a'.repeat(65)].map(idOk)).toEqual(Array(6).fill(false));
  });

  it('a set of public keys', () => {
    expect(jwksFault(PUBLIC)).toBeUndefined();
    expect(jwksFault('{"kty": "EC"}')).toContain('Not a JWK set');
    expect(jwksFault('{"keys": []}')).toContain('Not a JWK set');
    expect(jwksFault('{"keys": [{"kid": "a"}]}')).toContain('no "kty"');
    expect(jwksFault('{"keys": [{"kty": "oct", "k": "secret"}]}')).toContain('member "k"');
    expect(jwksFault('{"keys": [')).toContain('Not JSON: line 1');
  });

  it('keys that are lost, and a client that can’t come', () => {
    expect(lostKeys(keyed.jwks, PUBLIC)).toEqual(['accounts-2026-11']);
    expect(lostKeys(keyed.jwks, keyed.jwks ?? '')).toEqual([]);
    expect([keyed, secretive, fresh, shutOut].map(comesInVain)).toEqual([
      undefined,
      undefined,
      'it has no secret yet',
      undefined,
    ]);
  });
});
