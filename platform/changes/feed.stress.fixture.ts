import type { EventLog } from '../event-log/log.ts';
import { encodeCursor } from '../events/cursor.ts';
import { createLogger } from '../logger.ts';
import { blobMessage } from '../testing/events.ts';
import { type ChangeFeed, openChangeFeed } from './feed.ts';

export interface Stress {
  /** Subscriptions in all, and at once. */
  readonly subscriptions: number;
  readonly atOnce: number;
  readonly users: number;
}

export interface Stressed {
  /** One line for each subscription that missed a change or had one twice. */
  readonly faults: readonly string[];
  /** Changes that were published, and given to subscribers. */
  readonly published: number;
  readonly given: number;
  /** How often a subscriber was too slow for so short a history, and came back with its last cursor. */
  readonly cuts: number;
}

const SHORTEST = 1;
const LONGEST = 8;
/** Changes that each subscription waits for: some of before, some that come meanwhile. */
const WANTED = 4;
const LOOKS_BACK = 40;
const BURST = 6;

/** Publishes without a pause, round about: what each user has had at each cursor. */
function steadyPublisher(log: EventLog, users: number) {
  const versions = new Map<number, number>();
  const places: { readonly cursor: string; readonly versions: ReadonlyMap<number, number> }[] = [];
  let stopped = false;
  let count = 0;
  async function burst(): Promise<void> {
    const acks = Array.from({ length: BURST }, async () => {
      count += 1;
      const user = (count * 7 + Math.floor(count / users)) % users;
      const version = (versions.get(user) ?? 0) + 1;
      versions.set(user, version);
      const at = new Map(versions);
      const message = blobMessage(`blob-of-${user}`, version, { userId: `user-${user}` });
      return { cursor: encodeCursor((await log.publish(message)).position), versions: at };
    });
    places.push(...(await Promise.all(acks)));
    places.splice(0, places.length - LOOKS_BACK);
  }
  const run = async () => {
    while (!stopped) await burst();
  };
  return {
    burst,
    run,
    stop: () => {
      stopped = true;
    },
    get published() {
      return count;
    },
    /** A place in the log some changes ago. */
    back: (by: number) => places.at(-1 - (by % places.length)) ?? places[0],
  };
}

const isCut = (error: unknown): boolean => (error as { code?: string }).code === 'SLOW_CONSUMER';

/** The next versions that a user is given after a cursor, also when it is cut off on the way. */
async function take(feed: ChangeFeed, userId: string, after: string, cut: () => void): Promise<number[]> {
  const taken: number[] = [];
  let cursor = after;
  while (taken.length < WANTED) {
    try {
      const viewer = { userId, roles: [] };
      for await (const change of feed.subscribe({ viewer, filter: {}, after: cursor })) {
        taken.push(change.version);
        cursor = change.cursor;
        if (taken.length >= WANTED) break;
      }
    } catch (error) {
      if (!isCut(error)) throw error;
      cut();
    }
  }
  return taken;
}

/** Subscriptions come and go on feeds with the shortest of histories, while changes are published without a pause. */
export async function stress(log: EventLog, { subscriptions, atOnce, users }: Stress): Promise<Stressed> {
  const publisher = steadyPublisher(log, users);
  while (publisher.published < LOOKS_BACK * 2) await publisher.burst();
  const feeds = Array.from({ length: LONGEST - SHORTEST + 1 }, (_, n) =>
    openChangeFeed({ log, logger: createLogger('silent'), historySize: SHORTEST + n }),
  );
  const faults: string[] = [];
  let given = 0;
  let cuts = 0;
  let started = 0;
  async function subscribeInTurn(): Promise<void> {
    while (started < subscriptions) {
      started += 1;
      const number = started;
      const feed = feeds[number % feeds.length];
      const from = publisher.back(number % 13);
      if (!feed || !from) throw new Error('Nothing was published');
      const user = number % users;
      const had = from.versions.get(user) ?? 0;
      const taken = await take(feed, `user-${user}`, from.cursor, () => (cuts += 1));
      const wanted = Array.from({ length: WANTED }, (_, n) => had + 1 + n);
      given += taken.length;
      if (taken.join() !== wanted.join()) faults.push(`user ${user}: ${taken} in place of ${wanted}`);
    }
  }
  const publishing = publisher.run();
  try {
    await Promise.all(Array.from({ length: atOnce }, subscribeInTurn));
  } finally {
    publisher.stop();
    await publishing;
    await Promise.all(feeds.map((feed) => feed.close()));
  }
  return { faults, published: publisher.published, given, cuts };
}
