import { describe, expect, it } from 'vitest';
import type { EventQuery } from '~/api/commands';
import type { EventPage } from '~/api/types';
import { event, problem } from '~test/fixtures';
import { Feed } from './feed';

const line = (place: number) => event('call.report', { place });
const page = (places: number[], more: Partial<EventPage> = {}): EventPage => ({
  items: places.map(line),
  place: places.at(-1) ?? 0,
  earlier: false,
  ...more,
});

/** A service that answers when it is told to. */
function service() {
  const asked: { query: EventQuery; answer: (page: EventPage) => void; fail: (error: unknown) => void }[] = [];
  const list = (query: EventQuery) =>
    new Promise<EventPage>((answer, fail) => {
      asked.push({ query, answer, fail });
    });
  const answer = async (given: EventPage) => {
    asked.shift()?.answer(given);
    await new Promise(process.nextTick);
  };
  const fail = async (error: unknown) => {
    asked.shift()?.fail(error);
    await new Promise(process.nextTick);
  };
  return { list, asked, answer, fail };
}

const shown = (feed: Feed) => feed.read().buffer?.shown.map((e) => e.place);

describe('the feed of the trail', () => {
  it('keeps the lines that come before the first page does', async () => {
    const { list, answer, asked } = service();
    const feed = new Feed(list, false);
    void feed.begin();
    feed.hear([line(8), line(9)]);
    expect(asked[0]?.query).toEqual({ limit: 100 });
    await answer(page([6, 7, 8], { earlier: true }));
    expect(shown(feed)).toEqual([6, 7, 8, 9]);
    expect(asked).toEqual([]);
  });

  it('asks for what a gap left out, and for nothing if there is none', async () => {
    const { list, answer, asked } = service();
    const feed = new Feed(list, false);
    void feed.begin();
    await answer(page([1]));
    feed.hear([line(2)]);
    expect(asked).toEqual([]);
    feed.hear([line(5)]);
    expect(asked[0]?.query).toEqual({ after: 2, limit: 500 });
    await answer(page([3, 4, 5]));
    expect(shown(feed)).toEqual([1, 2, 3, 4, 5]);
    expect(asked).toEqual([]);
  });

  it('takes no gap in the lines of somebody who sees only their own', async () => {
    const { list, answer, asked } = service();
    const feed = new Feed(list, true);
    void feed.begin();
    await answer(page([1]));
    feed.hear([line(12)]);
    expect(asked).toEqual([]);
    void feed.catchUp();
    expect(asked[0]?.query).toEqual({ after: 12, limit: 500 });
  });

  it('says that lines are missing as long as they are, and tries again with the next', async () => {
    const { list, answer, fail, asked } = service();
    const feed = new Feed(list, false);
    void feed.begin();
    await answer(page([1]));
    feed.hear([line(3)]);
    await fail(problem('unreachable'));
    expect(feed.read().gapError).toMatchObject({ code: 'unreachable' });
    feed.hear([line(4)]);
    expect(asked[0]?.query.after).toBe(1);
    await answer(page([2, 3, 4]));
    expect(feed.read().gapError).toBeUndefined();
    expect(shown(feed)).toEqual([1, 2, 3, 4]);
  });

  it('pages back, one page at a time, and says why it could not', async () => {
    const { list, answer, fail, asked } = service();
    const feed = new Feed(list, false);
    void feed.begin();
    await answer(page([8, 9], { earlier: true }));
    void feed.loadEarlier();
    void feed.loadEarlier();
    expect(asked.map((a) => a.query)).toEqual([{ before: 8, limit: 100 }]);
    await fail(problem('busy'));
    expect(feed.read()).toMatchObject({ fetchingEarlier: false, earlierError: { code: 'busy' } });
    void feed.loadEarlier(500);
    await answer(page([6, 7], { earlier: false }));
    expect(shown(feed)).toEqual([6, 7, 8, 9]);
    void feed.loadEarlier();
    expect(asked).toEqual([]);
  });

  it('tints what comes while somebody looks, and not what was there', async () => {
    const { list, answer } = service();
    const feed = new Feed(list, false);
    void feed.begin();
    await answer(page([1, 2]));
    feed.hear([line(3)]);
    expect([...feed.read().fresh]).toEqual([3]);
    feed.settle(new Set([3]));
    feed.pause();
    feed.hear([line(4)]);
    expect([...feed.read().fresh]).toEqual([]);
    feed.resume();
    expect([...feed.read().fresh]).toEqual([4]);
  });

  it('keeps an answer out that belongs to an earlier beginning', async () => {
    const { list, answer } = service();
    const feed = new Feed(list, false);
    void feed.begin();
    feed.stop();
    void feed.begin();
    await answer(page([1]));
    expect(shown(feed)).toBeUndefined();
    await answer(page([1, 2]));
    expect(shown(feed)).toEqual([1, 2]);
  });

  it('says why there is no page', async () => {
    const { list, fail, answer } = service();
    const feed = new Feed(list, false);
    void feed.begin();
    await fail(problem('unavailable'));
    expect(feed.read()).toMatchObject({ error: { code: 'unavailable' }, buffer: undefined });
    void feed.begin();
    await answer(page([]));
    expect(feed.read()).toMatchObject({ error: undefined, buffer: { shown: [], earlier: false } });
  });
});
