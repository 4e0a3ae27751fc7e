import type { EventLog } from '../../event-log/log.ts';
import { encodeCursor } from '../../events/cursor.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { blobMessage } from '../../testing/events.ts';
import { type ChangeFeed, openChangeFeed } from '../feed.ts';

export interface Stress {
  /** Subscriptions in all, and at once. */
  readonly subscriptions: number;
  readonly atOnce: number;
  readonly users: number;
  /** Turns of the event loop at most between two messages; 0: several are published at once. */
  readonly pauses: number;
}

export interface Stressed {
  /** One line for each subscription that missed a change or had one twice. */
  readonly faults: readonly string[];
  /** Changes that were published, and given to subscribers. */
  readonly published: number;
  readonly given: number;
}

const SHORTEST = 1;
const LONGEST = 8;
/** Changes that each subscription waits for: of before, or that come meanwhile. */
export const WANTED = 3;
/** Messages that a subscription begins before the newest at most. */
const LOOKS_BACK = 24;
const BURST = 6;
/** Messages after which all else that waits has its turn. */
const BREATH = 60;

/** Publishes without a pause, for each user in turn, and knows what each has had at each of the newest cursors. */
function steadyPublisher(log: EventLog, { users, pauses }: Pick<Stress, 'users' | 'pauses'>) {
  const versions = new Map<number, number>();
  const places: { readonly cursor: string; readonly versions: ReadonlyMap<number, number> }[] = [];
  let stopped = false;
  let count = 0;
  async function publish(): Promise<void> {
    count += 1;
    const user = (count * 7 + Math.floor(count / users)) % users;
    const version = (versions.get(user) ?? 0) + 1;
    versions.set(user, version);
    const at = new Map(versions);
    const message = blobMessage(`blob-of-${user}`, version, { userId: `user-${user}` });
    places.push({ cursor: encodeCursor((await log.publish(message)).position), versions: at });
    if (places.length > LOOKS_BACK) places.shift();
  }
  async function some(): Promise<void> {
    if (pauses === 0) await Promise.all(Array.from({ length: BURST }, publish));
    else {
      await publish();
      for (let turn = (count * 5) % pauses; turn > 0; turn -= 1) await undefined;
    }
  }
  return {
    async until(enough: () => boolean) {
      while (!enough()) {
        await some();
        if (pauses === 0 || count % BREATH === 0) await new Promise(setImmediate);
      }
    },
    async run() {
      await this.until(() => stopped);
    },
    stop() {
      stopped = true;
    },
    get published() {
      return count;
    },
    /** A place in the log some messages ago. */
    back: (by: number) => places.at(-1 - (by % places.length)),
  };
}

const isCut = (error: unknown): boolean => (error as { code?: string }).code === 'SLOW_CONSUMER';

/** The next versions that a user is given after a cursor, also when it is cut off on the way and comes back. */
async function take(feed: ChangeFeed, userId: string, after: string): Promise<number[]> {
  const taken: number[] = [];
  let cursor = after;
  while (taken.length < WANTED) {
    try {
      const viewer = { userId, roles: [] };
      for await (const change of feed.subscribe({ viewer, after: cursor })) {
        taken.push(change.version);
        cursor = change.cursor;
        if (taken.length >= WANTED) break;
      }
    } catch (error) {
      if (!isCut(error)) throw error;
    }
  }
  return taken;
}

/** Subscriptions come and go on feeds with the shortest of histories, while changes are published without a pause. */
export async function stress(log: EventLog, options: Stress): Promise<Stressed> {
  const { subscriptions, atOnce, users } = options;
  const publisher = steadyPublisher(log, options);
  await publisher.until(() => publisher.published >= LOOKS_BACK * 2);
  const feeds = Array.from({ length: LONGEST - SHORTEST + 1 }, (_, n) =>
    openChangeFeed({ log, logger: createLogger('silent'), historySize: SHORTEST + n }),
  );
  const faults: string[] = [];
  let given = 0;
  let started = 0;
  async function subscribeInTurn(): Promise<void> {
    while (started < subscriptions) {
      started += 1;
      const number = started;
      const feed = feeds[number % feeds.length];
      const from = publisher.back(number % LOOKS_BACK);
      if (!feed || !from) throw new Error('Nothing was published');
      const user = Math.floor(number / feeds.length) % users;
      const had = from.versions.get(user) ?? 0;
      const taken = await take(feed, `user-${user}`, from.cursor);
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
  return { faults, published: publisher.published, given };
}
