import { afterAll, expect, test } from 'vitest';
import { EventLogUnavailable } from '../../../platform/event-log/errors.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import { type BookEvent, fromBookMessage } from '../../../platform/events/book-events.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { memoryLog } from '../../../platform/testing/memory-log.ts';
import { systemClock } from '../../../platform/time/clock.ts';
import type { BookKey, BookOutbox, BookOutboxEvent, BookOutboxStore } from '../store/books.ts';
import { createBookRelay } from './book-relay.ts';

const logger = createLogger('silent');
const LONG_AGO = '2026-01-31T12:00:00.000Z';
const event = (version: number, kind: BookOutboxEvent['kind'] = 'updated') => ({
  kind,
  version,
  time: LONG_AGO,
});

const made = (userId: string, id: string, second = 0) => ({
  userId,
  id,
  createdAt: new Date(second * 1_000),
});

/** Outboxes of books in memory. */
function outboxesOf(...books: readonly BookOutbox[]) {
  const waiting = new Map(books.map((book) => [JSON.stringify([book.userId, book.id]), book]));
  const keyOf = ({ userId, id }: BookKey) => JSON.stringify([userId, id]);
  const store: BookOutboxStore = {
    bookOutboxes: async (keys) => keys.flatMap((key) => waiting.get(keyOf(key)) ?? []),
    async clearBookOutboxes(published) {
      for (const book of published) {
        const was = waiting.get(keyOf(book));
        if (was?.createdAt.getTime() !== book.createdAt.getTime()) continue;
        const events = was.events.filter(({ version }) => version > book.version);
        if (events.length > 0) waiting.set(keyOf(book), { ...was, events });
        else waiting.delete(keyOf(book));
      }
    },
    pendingBookOutboxes: async () => [...waiting.values()],
  };
  return { store, waiting };
}

const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
});

function relayOf(store: BookOutboxStore, eventLog: Pick<EventLog, 'publish'>) {
  const relay = createBookRelay({ store, eventLog, clock: systemClock, logger });
  stops.push(() => relay.stop());
  return relay;
}

/** A log that fails some publishes, and what was published. */
function recorded(fails: (message: { readonly id: string }) => boolean = () => false) {
  const log = memoryLog();
  const published: BookEvent[] = [];
  const publish: EventLog['publish'] = async (message) => {
    if (fails(message)) throw new EventLogUnavailable('It is away');
    published.push(fromBookMessage(message));
    return log.publish(message);
  };
  return { published, publish };
}

test('a nudge publishes a book’s events in order, and takes them out', async () => {
  const { store, waiting } = outboxesOf(
    { ...made('alice', 'my-novel'), events: [event(1), event(2, 'deleted')] },
    { ...made('bob', 'my-novel'), events: [event(1)] },
  );
  const { published, publish } = recorded();
  relayOf(store, { publish }).nudge({ userId: 'alice', id: 'my-novel' });
  await expect.poll(() => waiting.size).toBe(1);
  const book = { userId: 'alice', bookId: 'my-novel', createdAt: new Date(0), time: new Date(LONG_AGO) };
  expect(published).toEqual([
    { ...book, kind: 'updated', version: 1 },
    { ...book, kind: 'deleted', version: 2 },
  ]);
});

test('a book that is erased and made anew while its event is on its way is told of again', async () => {
  const { store, waiting } = outboxesOf({ ...made('alice', 'my-novel'), events: [event(1)] });
  const { published, publish } = recorded();
  const slowly: EventLog['publish'] = async (message) => {
    const [key] = waiting.keys();
    if (key && published.length === 0)
      waiting.set(key, { ...made('alice', 'my-novel', 1), events: [event(1)] });
    return publish(message);
  };
  relayOf(store, { publish: slowly }).start();
  await expect.poll(() => waiting.size, { timeout: 20_000 }).toBe(0);
  expect(published.map(({ createdAt }) => createdAt.getTime())).toEqual([0, 1_000]);
});

test('what a crash left behind is swept, and what fails holds up no other book and keeps its order', async () => {
  let failures = 3;
  const { store, waiting } = outboxesOf(
    { ...made('alice', 'one'), events: [event(3), event(4)] },
    { ...made('alice', 'two'), events: [event(1)] },
  );
  let seen = 0;
  const { published, publish } = recorded(() => {
    seen += 1;
    return seen > 1 && failures-- > 0;
  });
  relayOf(store, { publish }).start();
  await expect.poll(() => waiting.size, { timeout: 20_000 }).toBe(0);
  const told = (id: string) => published.filter(({ bookId }) => bookId === id).map(({ version }) => version);
  expect(told('two')).toEqual([1]);
  expect(told('one')).toEqual([3, 4]);
});
