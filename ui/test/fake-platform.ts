// Stands for the desktop shell, in tests and on the preview page: answers commands, and says what it is told to say.
import type { Answer, Args, Command, Commands, ShellEvents } from '~/api/commands';
import type { ConsoleState, Problem } from '~/api/types';
import type { Platform } from '~/platform';
import { problem } from './fixtures';

export type Answers = {
  [C in Command]?: Answer<C> | Problem | Promise<Answer<C>> | ((args: Args<C>) => Answer<C> | Promise<Answer<C>>);
};

export interface Asked<C extends Command = Command> {
  command: C;
  args: Commands[C][0];
}

const isProblem = (x: unknown): x is Problem =>
  typeof x === 'object' && x !== null && 'correlation' in x && 'reasons' in x && 'status' in x;

export class FakePlatform implements Platform {
  readonly asked: Asked[] = [];
  private heard = new Map<string, Set<(payload: never) => void>>();

  constructor(
    private state: ConsoleState,
    private answers: Answers = {},
  ) {}

  async invoke<C extends Command>(command: C, args: Args<C>): Promise<Answer<C>> {
    this.asked.push({ command, args });
    if (command === 'console_state') return this.state as Answer<C>;
    const answer: unknown = this.answers[command];
    if (answer === undefined) throw problem('not_found', { detail: `the fake shell has no answer to ${command}` });
    const given: unknown = await (typeof answer === 'function' ? (answer as (a: Args<C>) => unknown)(args) : answer);
    if (isProblem(given)) throw given;
    return given as Answer<C>;
  }

  listen<E extends keyof ShellEvents>(event: E, hear: (payload: ShellEvents[E]) => void): Promise<() => void> {
    const all = this.heard.get(event) ?? new Set();
    this.heard.set(event, all.add(hear as (payload: never) => void));
    return Promise.resolve(() => void all.delete(hear as (payload: never) => void));
  }

  /** The shell says something by itself. */
  say<E extends keyof ShellEvents>(event: E, payload: ShellEvents[E]): void {
    if (event === 'console') this.state = payload as ConsoleState;
    this.heard.get(event)?.forEach((hear) => hear(payload as never));
  }

  /** From now on it answers this. */
  answer(more: Answers): void {
    Object.assign(this.answers, more);
  }

  /** What was asked by this command. */
  of<C extends Command>(command: C): Args<C>[] {
    return this.asked.filter((a) => a.command === command).map((a) => a.args as Args<C>);
  }
}
