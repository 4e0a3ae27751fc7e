import type { Redis, RedisServer } from '../../redis/server.ts';
import { withoutDeadline } from '../../time/deadline.ts';
import type { Keys } from './keys.ts';
import { RELIST } from './scripts.ts';

/** Stands in each list that must not be lost. No id is like it. */
const WHOLE = '!';
const AT_ONCE = 500;

/**
 * Whether the lists have all that they should. Redis may evict any key where its policy says `allkeys`: a list that was made
 * anew since does not have its first member.
 */
export async function isComplete(redis: Redis, { ids, places }: Keys): Promise<boolean> {
  const [one, other] = await Promise.all([redis.zScore(ids, WHOLE), redis.zScore(places, WHOLE)]);
  return one !== null && other !== null;
}

export async function markComplete(redis: Redis, { ids, places }: Keys): Promise<void> {
  const member = { score: 0, value: WHOLE };
  await redis.multi().zAdd(ids, member).zAdd(places, member).exec();
}

/** Makes the lists again from the records. Looks at every key of the server, some at a time; needed once in a server's life, and after a list was evicted. */
export async function relist(server: RedisServer, keys: Keys): Promise<void> {
  const { ids, places, due, refused, records } = keys;
  let cursor = '0';
  await withoutDeadline(async () => {
    do {
      const page = await server.run((redis) =>
        redis.scan(cursor, { MATCH: `${escaped(records)}*`, COUNT: AT_ONCE, TYPE: 'hash' }),
      );
      cursor = page.cursor;
      await server.run((redis) =>
        Promise.all(
          page.keys.map((key) =>
            redis.eval(RELIST, {
              keys: [key, ids, places, due, refused],
              arguments: [key.slice(records.length)],
            }),
          ),
        ),
      );
    } while (cursor !== '0');
  });
}

const escaped = (text: string): string => text.replaceAll(/[\\*?[\]^]/g, '\\$&');

/** Takes out of a user's tags those of records that are gone. */
export async function compactTags(server: RedisServer, keys: Keys, user: string): Promise<void> {
  const key = keys.tags(user);
  let cursor = '0';
  do {
    const page = await server.run((redis) => redis.zScan(key, cursor, { COUNT: AT_ONCE }));
    cursor = page.cursor;
    const members = page.members.map(({ value }) => value);
    const idOf = (member: string) => member.slice(member.indexOf('|') + 1);
    const there = await server.run((redis) =>
      Promise.all(members.map((member) => redis.exists(keys.record(idOf(member))))),
    );
    const gone = members.filter((_, index) => !there[index]);
    if (gone.length > 0) await server.run((redis) => redis.zRem(key, gone));
  } while (cursor !== '0');
}
