import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ApiAnswer } from '~/api/types';
import { at, delegation, id, people, problem, signedIn } from '~test/fixtures';
import { expectAccessible, renderApp } from '~test/render';
import { bodyFault, callFault } from './draft';

const live = delegation('ZD-4711');
const acting = signedIn('dana', { acting: live });
const answer: ApiAnswer = {
  status: 200,
  headers: [['content-type', 'application/json']],
  body: '{"customer":"cus_8812"}',
  cut: false,
  took_ms: 212,
  intent: id('evt', 'e10007'),
  outcome: id('evt', 'e10008'),
};

describe('the explorer', () => {
  it('sends a signed operation, shows the answer, and where the trail has it', async () => {
    const { user, platform } = renderApp('/explorer', acting, { api_call: answer });
    await user.click(await screen.findByRole('button', { name: /PUT/ }));
    expect(screen.getByRole('textbox', { name: 'Path' })).toHaveProperty('value', '/customers/cus_8812/address');
    await user.click(screen.getByRole('textbox', { name: 'Body' }));
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => expect(platform.of('api_call')).toHaveLength(1));
    expect(platform.of('api_call')[0]?.call).toMatchObject({ method: 'PUT', path: '/customers/cus_8812/address' });
    expect(JSON.parse(platform.of('api_call')[0]?.call.body ?? '')).toMatchObject({ postcode: '00-018' });
    const shown = await screen.findByRole('region', { name: 'Answer' });
    expect(shown.textContent).toContain('200 OK212 ms, 23 bytes');
    expect(within(shown).getByLabelText('Body').textContent).toBe('{\n  "customer": "cus_8812"\n}');
    const line = screen.getByRole('link', { name: 'Its line in the trail' });
    expect(line.getAttribute('href')).toContain(answer.outcome);
    await expectAccessible();
    await user.click(within(shown).getByRole('radio', { name: 'Headers' }));
    expect(within(shown).getByLabelText('Headers').textContent).toBe('content-type: application/json');
  });

  it('locks what was not signed for, and says the way to it', async () => {
    const { user, platform } = renderApp('/explorer', acting);
    const locked = await screen.findByRole('button', { name: /refunds/ });
    expect(locked.getAttribute('aria-disabled')).toBe('true');
    await user.click(locked);
    expect(screen.getByRole('textbox', { name: 'Path' })).toHaveProperty('value', '/customers/cus_8812');
    expect(platform.of('api_call')).toEqual([]);
    expect(screen.getByRole('link', { name: 'Ask for more' }).getAttribute('href')).toContain(live.case.id);
  });

  it('sends no body that is not JSON, and says where it is wrong', async () => {
    const { user, platform } = renderApp('/explorer', acting, { api_call: answer });
    await user.click(await screen.findByRole('button', { name: /PUT/ }));
    await user.clear(screen.getByRole('textbox', { name: 'Body' }));
    await user.type(screen.getByRole('textbox', { name: 'Body' }), '{{"a": ');
    expect(screen.getByText(/^Not JSON:/)).toBeTruthy();
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(platform.of('api_call')).toEqual([]);
  });

  it('says what is not known when no answer came', async () => {
    const { user } = renderApp('/explorer', acting, {
      api_call: {
        headers: [],
        body: '',
        cut: false,
        took_ms: 10_000,
        failed: 'connection refused',
        intent: answer.intent,
      },
    });
    await user.click(await screen.findByRole('button', { name: /Send/ }));
    expect((await screen.findByRole('region', { name: 'Answer' })).textContent).toContain(
      'No answer came. Connection refused. Whether the API did anything is not known',
    );
    expect(screen.getByText(/what came of it could not be/)).toBeTruthy();
  });

  it('shows what the console refused before anything was sent', async () => {
    const { user } = renderApp('/explorer', acting, {
      api_call: problem('refused', { title: 'not sent', detail: 'the service gave no token; the API was not called' }),
    });
    await user.click(await screen.findByRole('button', { name: /Send/ }));
    expect((await screen.findByRole('alert')).textContent).toContain(
      'Not sent. The service gave no token; the API was not called.',
    );
  });

  it('lets one see the refusal after the session was ended elsewhere', async () => {
    const over = {
      ...live,
      live: false,
      ended: { at: at(0), reason: 'signature_withdrawn' as const, by: people.sana },
    };
    const { user, platform } = renderApp('/explorer', signedIn('dana', { acting: over }), {
      api_call: { ...answer, status: 401, body: '{"error":"invalid_token"}' },
    });
    expect((await screen.findByRole('note')).textContent).toContain(
      'The session has ended: sana took their signature back.',
    );
    await user.click(screen.getByRole('button', { name: /Send/ }));
    await waitFor(() => expect(platform.of('api_call')).toHaveLength(1));
    expect((await screen.findByRole('region', { name: 'Answer' })).textContent).toContain('401 Unauthorized');
    await expectAccessible();
  });

  it('says why it is empty while nobody is acted for', async () => {
    renderApp('/explorer', signedIn('dana'));
    expect(await screen.findByRole('heading', { name: 'You act for nobody' })).toBeTruthy();
    await expectAccessible();
  });
});

it('knows what can’t be sent', () => {
  expect(bodyFault('')).toBeUndefined();
  expect(bodyFault('{"a":1}')).toBeUndefined();
  expect(bodyFault('{a:1}')).toBeDefined();
  expect(callFault({ method: 'GET', template: '', path: 'https://evil.example', body: '' })).toBe(
    'the path starts with a slash',
  );
  expect(callFault({ method: 'GET', template: '', path: '/x', body: 'not json' })).toBeUndefined();
});
