// What the UI wants of the shell. Everything else in the UI is written against this; tests put a fake in its place.
import type { Answer, Args, Command, ShellEvents } from '~/api/commands';

export interface Platform {
  /** Rejects with an `api::Problem`. */
  invoke<C extends Command>(command: C, args: Args<C>): Promise<Answer<C>>;
  /** Answers how to stop listening. */
  listen<E extends keyof ShellEvents>(event: E, hear: (payload: ShellEvents[E]) => void): Promise<() => void>;
}
