// Feeds the buffer: the newest page, earlier pages, lines as they arrive, and what a gap left out.
import type { EventQuery } from '~/api/commands';
import type { EventPage, EventView } from '~/api/types';
import { begun, type Buffer, extended, filled, gapped, heard, paused, resumed } from './buffer';

export const PAGE = 100;
/** As much as the service gives at once. */
export const LONG_PAGE = 500;

export interface FeedView {
  /** None until the newest page is there. */
  buffer: Buffer | undefined;
  /** Why there is none. */
  error: unknown;
  fetchingEarlier: boolean;
  earlierError: unknown;
  /** Why lines in between are missing still. */
  gapError: unknown;
  /** Places of lines that arrived while somebody looked, for their tint. */
  fresh: ReadonlySet<number>;
}

const NOTHING: FeedView = {
  buffer: undefined,
  error: undefined,
  fetchingEarlier: false,
  earlierError: undefined,
  gapError: undefined,
  fresh: new Set(),
};

type List = (query: EventQuery) => Promise<EventPage>;

export class Feed {
  private view = NOTHING;
  private heardBefore: EventView[] = [];
  private listeners = new Set<() => void>();
  private filling = false;
  /** Answers to what was asked before a new beginning are nobody's. */
  private run = 0;

  constructor(
    private readonly list: List,
    private readonly sparse: boolean,
  ) {}

  read = (): FeedView => this.view;

  subscribe = (changed: () => void): (() => void) => {
    this.listeners.add(changed);
    return () => void this.listeners.delete(changed);
  };

  /** Fetches the newest page. Lines are heard already, so that none falls in between. */
  begin = async (): Promise<void> => {
    const run = (this.run += 1);
    this.heardBefore = [];
    this.filling = false;
    this.set(NOTHING);
    try {
      const page = await this.list({ limit: PAGE });
      if (run !== this.run) return;
      const first = begun(page, this.sparse);
      this.set({ buffer: heard(first, this.heardBefore) });
      this.heardBefore = [];
      await this.fill(run);
    } catch (error) {
      if (run === this.run) this.set({ error });
    }
  };

  /** Whoever looked has gone. */
  stop = (): void => {
    this.run += 1;
  };

  hear = (events: readonly EventView[]): void => {
    const { buffer } = this.view;
    if (!buffer) {
      this.heardBefore.push(...events);
      return;
    }
    this.take(heard(buffer, events));
    void this.fill(this.run);
  };

  pause = (): void => this.change(paused);

  resume = (): void => {
    const { buffer } = this.view;
    if (buffer) this.take(resumed(buffer));
  };

  loadEarlier = async (limit = PAGE): Promise<void> => {
    const { buffer, fetchingEarlier } = this.view;
    if (!buffer?.earlier || fetchingEarlier) return;
    const { run } = this;
    this.set({ fetchingEarlier: true, earlierError: undefined });
    try {
      const page = await this.list({ before: buffer.low, limit });
      if (run !== this.run) return;
      this.change((b) => extended(b, page));
      this.set({ fetchingEarlier: false });
    } catch (earlierError) {
      if (run === this.run) this.set({ fetchingEarlier: false, earlierError });
    }
  };

  /** Fetches what came while nothing was heard, such as after the stream was down. */
  catchUp = (): Promise<void> => this.fill(this.run, true);

  /** The tint of these is over. */
  settle = (places: ReadonlySet<number>): void => {
    this.set({ fresh: new Set([...this.view.fresh].filter((p) => !places.has(p))) });
  };

  private async fill(run: number, anyway = false): Promise<void> {
    if (this.filling) return;
    this.filling = true;
    try {
      let more = anyway;
      while (this.view.buffer && (more || gapped(this.view.buffer))) {
        const page = await this.list({ after: this.view.buffer.known, limit: LONG_PAGE });
        if (run !== this.run) return;
        this.take(filled(this.view.buffer, page));
        this.set({ gapError: undefined });
        more = page.items.length === LONG_PAGE;
      }
    } catch (gapError) {
      if (run === this.run) this.set({ gapError });
    } finally {
      if (run === this.run) this.filling = false;
    }
  }

  /** As the buffer is now, with what has just come into sight as fresh. */
  private take(next: Buffer): void {
    const last = this.view.buffer?.shown.at(-1)?.place ?? 0;
    const come = next.shown.filter((e) => e.place > last).map((e) => e.place);
    const fresh = come.length > 0 ? new Set([...this.view.fresh, ...come]) : this.view.fresh;
    this.set({ buffer: next, fresh });
  }

  private change(how: (b: Buffer) => Buffer): void {
    const { buffer } = this.view;
    if (buffer) this.set({ buffer: how(buffer) });
  }

  private set(more: Partial<FeedView>): void {
    this.view = { ...this.view, ...more };
    this.listeners.forEach((changed) => changed());
  }
}
