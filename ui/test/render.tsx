import { createMemoryHistory } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { expect } from 'vitest';
import { App } from '~/app/App';
import type { Clock } from '~/app/clock';
import { createQueries } from '~/app/queries';
import type { ConsoleState } from '~/api/types';
import { type Answers, FakePlatform } from './fake-platform';
import { clockRight } from './clock-fixtures';
import { accounts, cases, NOW } from './fixtures';

/** A clock that stands until it is moved. */
export class SetClock implements Clock {
  private at = NOW;
  private ticks = new Set<() => void>();
  private waiting = new Set<{ due: number; then: () => void }>();
  now = () => this.at;
  everySecond = (tick: () => void) => {
    this.ticks.add(tick);
    return () => void this.ticks.delete(tick);
  };
  later = (ms: number, then: () => void) => {
    const one = { due: this.at + ms, then };
    this.waiting.add(one);
    return () => void this.waiting.delete(one);
  };
  /** Moves on, ticks, and calls back whoever waited for that. */
  pass(ms: number): void {
    this.at += ms;
    this.ticks.forEach((tick) => tick());
    for (const one of [...this.waiting]) if (one.due <= this.at && this.waiting.delete(one)) one.then();
  }
}

const USUAL: Answers = {
  case_list: { items: cases },
  contract_list: { items: [accounts] },
  request_list: { items: [] },
  delegation_list: { items: [] },
  contract_change_list: { items: [] },
  clock_get: clockRight,
};

/** The whole UI at `path`, with a fake shell that is in `state` and answers `answers`. */
export function renderApp(path: string, state: ConsoleState, answers: Answers = {}) {
  const platform = new FakePlatform(state, { ...USUAL, ...answers });
  const clock = new SetClock();
  const history = createMemoryHistory({ initialEntries: [path] });
  const view = render(<App platform={platform} history={history} queries={createQueries()} clock={clock} />);
  return { platform, clock, history, user: userEvent.setup(), ...view };
}

/** Colours are measured by their own test; jsdom draws none. */
export async function expectAccessible(element: Element = document.body): Promise<void> {
  const result = await axe.run(element, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)).toEqual([]);
}
