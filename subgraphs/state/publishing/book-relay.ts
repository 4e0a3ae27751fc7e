import pMap from 'p-map';
import type { EventLog } from '../../../platform/event-log/log.ts';
import { toBookMessage } from '../../../platform/events/book-events.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { createSweeper, type Sweeper } from '../background/sweeper.ts';
import type { BookKey, BookOutbox, BookOutboxStore, PublishedBook } from '../store/books.ts';
import { SWEEP_BATCH, SWEEP_GRACE_MS } from './relay.ts';

export interface BookRelayDependencies {
  readonly store: BookOutboxStore;
  readonly eventLog: Pick<EventLog, 'publish'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const BATCH = 100;
const PUBLISHED_AT_ONCE = 8;

const toText = ({ userId, id }: BookKey): string => JSON.stringify([userId, id]);

function fromText(text: string): BookKey {
  const [userId, id] = JSON.parse(text) as [string, string];
  return { userId, id };
}

/** Publishes a book's events in order. @returns how far it came; null when not even the first was published */
async function publish(
  { eventLog, logger }: BookRelayDependencies,
  { events, ...book }: BookOutbox,
): Promise<PublishedBook | null> {
  let published: PublishedBook | null = null;
  try {
    for (const event of events) {
      await eventLog.publish(
        toBookMessage({ ...event, ...book, bookId: book.id, time: new Date(event.time) }),
      );
      published = { ...book, version: event.version };
    }
  } catch (error) {
    logger.warn({ err: error, bookId: book.id }, 'publishing failed; the sweep tries again');
  }
  return published;
}

async function relay(deps: BookRelayDependencies, keys: readonly BookKey[]): Promise<void> {
  const outboxes = await deps.store.bookOutboxes(keys);
  const published = await pMap(outboxes, (outbox) => publish(deps, outbox), {
    concurrency: PUBLISHED_AT_ONCE,
  });
  await deps.store.clearBookOutboxes(published.flatMap((book) => book ?? []));
}

/** Publishes the outboxes of books. */
export interface BookRelay extends Pick<Sweeper, 'start' | 'stop'> {
  nudge(book: BookKey): void;
}

/** Publishes outboxes of books: soon after a change, and by sweeping those that a crash left behind. */
export function createBookRelay(deps: BookRelayDependencies): BookRelay {
  const sweeper = createSweeper({
    what: 'publishing changes of books',
    async find() {
      const waitingSince = new Date(deps.clock.now().getTime() - SWEEP_GRACE_MS);
      return (await deps.store.pendingBookOutboxes(waitingSince, SWEEP_BATCH)).map(toText);
    },
    work: (texts) => relay(deps, texts.map(fromText)),
    concurrency: 1,
    batch: BATCH,
    logger: deps.logger,
  });
  return {
    nudge: (book) => sweeper.nudge(toText(book)),
    start: () => sweeper.start(),
    stop: () => sweeper.stop(),
  };
}
