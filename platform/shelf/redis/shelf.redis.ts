import type { Redis, RedisServer } from '../../redis/server.ts';
import type { Fields, Shelf, ShelfChange, Shelved, Shelving } from '../shelf.ts';
import { AFTER, type Keys, keysOf, shelfOf, userKey } from './keys.ts';
import { compactTags, isComplete, markComplete, relist } from './mending.ts';
import { ADD, CHANGE, ERASE, PRUNE, TAG } from './scripts.ts';

export interface RedisShelfOptions {
  readonly server: RedisServer;
  /** The processor's own place in it. */
  readonly name: string;
  /** How long a record is kept at most, in ms. */
  readonly ttlMs: number;
}

const SHELVINGS: Readonly<Record<number, Shelving>> = { 1: 'added', 0: 'there', [-1]: 'gone', 2: 'taken' };

/** Kind and two values of a change, as the script takes them. */
function changeArguments(change: ShelfChange): [string, string, string] {
  switch (change.kind) {
    case 'registered':
      return [change.kind, String(change.at.getTime()), change.contentHash ?? ''];
    case 'refused':
      return [change.kind, change.reason, ''];
    case 'postponed':
      return [change.kind, String(change.dueAt.getTime()), ''];
    case 'reopened':
      return [change.kind, '', ''];
    case 'stale':
      return [change.kind, userKey(change.userId), ''];
  }
}

class RedisShelf implements Shelf {
  readonly #server: RedisServer;
  readonly #keys: Keys;
  readonly #ttl: string;
  /** Users some of whose records are gone, whose tags may be left. */
  readonly #pruned = new Set<string>();

  constructor({ server, name, ttlMs }: RedisShelfOptions) {
    this.#server = server;
    this.#keys = keysOf(server.namespace, name);
    this.#ttl = String(ttlMs);
  }

  #eval(script: string, keys: string[], args: readonly string[]): Promise<unknown> {
    return this.#server.run((redis) => redis.eval(script, { keys, arguments: [...args] }));
  }

  get #lists(): [string, string, string, string] {
    const { ids, places, due, refused } = this.#keys;
    return [ids, places, due, refused];
  }

  async prepare(): Promise<void> {
    if (await this.#server.run((redis) => isComplete(redis, this.#keys))) return;
    await relist(this.#server, this.#keys);
    await this.#server.run((redis) => markComplete(redis, this.#keys));
  }

  async ping(): Promise<void> {
    await this.#server.run((redis) => redis.ping());
  }

  async read(ids: readonly string[], names?: readonly string[]): Promise<(Fields | null)[]> {
    if (ids.length === 0) return [];
    // Commands of one turn are sent together.
    return this.#server.run((redis) =>
      Promise.all(ids.map((id) => readOne(redis, this.#keys.record(id), names))),
    );
  }

  add(record: Shelved): Promise<Shelving> {
    return this.#put(record, false);
  }

  complete(record: Shelved): Promise<Shelving> {
    return this.#put(record, true);
  }

  async #put({ id, userId, createdAt, ...rest }: Shelved, completes: boolean): Promise<Shelving> {
    const user = userKey(userId);
    const { given, tags, fields, registerAt } = rest;
    const answer = await this.#eval(
      ADD,
      [this.#keys.record(id), ...this.#lists, this.#keys.tags(user), this.#keys.numbers(user)],
      [
        ...[id, shelfOf(userId, createdAt), String(registerAt.getTime()), this.#ttl],
        ...[given?.of ?? '', String(given?.number ?? 0), completes ? '1' : '', String(tags.length)],
        ...tags,
        ...Object.entries(fields).flat(),
      ],
    );
    return SHELVINGS[Number(answer)] ?? 'there';
  }

  async change(ids: readonly string[], change: ShelfChange): Promise<void> {
    if (ids.length === 0) return;
    const { due, refused, record } = this.#keys;
    await this.#eval(CHANGE, [due, refused, ...ids.map(record)], [...changeArguments(change), ...ids]);
  }

  async erase(
    userId: string,
    records: readonly { readonly id: string; readonly tags: readonly string[] }[],
  ): Promise<void> {
    const user = userKey(userId);
    const ids = records.map(({ id }) => id);
    const listed = records.flatMap(({ id, tags }) => tags.map((tag) => `${tag}|${id}`));
    const keys = [...this.#lists, this.#keys.tags(user), ...ids.map(this.#keys.record)];
    await this.#eval(ERASE, keys, [user, ...ids, ...listed]);
  }

  async highest(userId: string, of: string): Promise<number> {
    return Number(
      (await this.#server.run((redis) => redis.hGet(this.#keys.numbers(userKey(userId)), of))) ?? 0,
    );
  }

  async forgetNumbers(userId: string): Promise<void> {
    await this.#server.run((redis) =>
      redis
        .multi()
        .del(this.#keys.numbers(userKey(userId)))
        .exec(),
    );
  }

  async list(userId: string, place: Parameters<Shelf['list']>[1], limit: number): Promise<string[]> {
    const user = userKey(userId);
    const since = place.since ? shelfOf(userId, place.since) : '';
    const after = place.after ? `${shelfOf(userId, place.after.createdAt)}|${place.after.id}` : '';
    const from = after > since ? `(${after}` : `[${since || `${user}|`}`;
    return this.#existing(this.#keys.places, from, `(${user}${AFTER}`, limit, (member) => {
      const [owner = '', time = '', ...id] = member.split('|');
      return { id: id.join('|'), shelf: `${owner}|${time}` };
    });
  }

  async ids(after: string | undefined, limit: number): Promise<string[]> {
    if (after === undefined) await this.prepare();
    const from = after === undefined ? '-' : `(${after}${AFTER}`;
    const found = await this.#existing(this.#keys.ids, from, '+', limit, (member) => {
      const parts = member.split('|');
      return { id: parts.slice(0, -2).join('|'), shelf: parts.slice(-2).join('|') };
    });
    if (found.length < limit) await this.#compact();
    return found;
  }

  /** Ids of a list that are there, and no others: those are taken out of it. */
  async #existing(
    key: string,
    from: string,
    to: string,
    limit: number,
    read: (member: string) => { readonly id: string; readonly shelf: string },
  ): Promise<string[]> {
    const found: string[] = [];
    for (let start = from; found.length < limit; ) {
      const count = limit - found.length;
      const members = await this.#server.run((redis) =>
        redis.zRangeByLex(key, start, to, { LIMIT: { offset: 0, count } }),
      );
      const places = members.map(read).filter(({ id }) => id !== '');
      const there = await this.#areThere(places.map(({ id }) => id));
      found.push(...places.flatMap(({ id }, index) => (there[index] ? [id] : [])));
      await this.#prune(places.filter((_, index) => !there[index]));
      const last = members.at(-1);
      if (members.length < count || last === undefined) break;
      start = `(${last}`;
    }
    return found;
  }

  #areThere(ids: readonly string[]): Promise<number[]> {
    return this.#server.run((redis) => Promise.all(ids.map((id) => redis.exists(this.#keys.record(id)))));
  }

  async #prune(gone: readonly { readonly id: string; readonly shelf: string }[]): Promise<void> {
    if (gone.length === 0) return;
    for (const { shelf } of gone) this.#pruned.add(shelf.split('|')[0] ?? '');
    const keys = [...this.#lists, ...gone.map(({ id }) => this.#keys.record(id))];
    await this.#eval(
      PRUNE,
      keys,
      gone.flatMap(({ id, shelf }) => [id, shelf]),
    );
  }

  /** Takes tags out of the lists whose records are gone. */
  async #compact(): Promise<void> {
    for (const user of this.#pruned) {
      await compactTags(this.#server, this.#keys, user);
      this.#pruned.delete(user);
    }
  }

  async due(now: Date, limit: number): Promise<string[]> {
    const { due } = this.#keys;
    for (;;) {
      const ids = await this.#server.run((redis) =>
        redis.zRange(due, '-inf', String(now.getTime()), { BY: 'SCORE', LIMIT: { offset: 0, count: limit } }),
      );
      const there = await this.#areThere(ids);
      const gone = ids.filter((_, index) => !there[index]);
      const keys = [...this.#lists, ...gone.map(this.#keys.record)];
      if (gone.length > 0)
        await this.#eval(
          PRUNE,
          keys,
          gone.flatMap((id) => [id, '']),
        );
      if (gone.length < ids.length || ids.length === 0) return ids.filter((_, index) => there[index]);
    }
  }

  async count(userId: string, before: Date) {
    const user = userKey(userId);
    const between = async (key: string, to: string) =>
      this.#server.run((redis) => redis.zLexCount(key, `[${user}|`, to));
    const [all, older, refused, olderRefused] = await Promise.all([
      between(this.#keys.places, `(${user}${AFTER}`),
      between(this.#keys.places, `(${shelfOf(userId, before)}`),
      between(this.#keys.refused, `(${user}${AFTER}`),
      between(this.#keys.refused, `(${shelfOf(userId, before)}`),
    ]);
    return { older: older - olderRefused, total: all - refused };
  }

  async tagged(userId: string, tags: readonly string[], limit: number): Promise<string[]> {
    const key = this.#keys.tags(userKey(userId));
    const LIMIT = { offset: 0, count: limit };
    const found = await this.#server.run((redis) =>
      Promise.all(tags.map((tag) => redis.zRangeByLex(key, `[${tag}|`, `(${tag}${AFTER}`, { LIMIT }))),
    );
    const ids = found.flatMap((members, index) =>
      members.map((each) => each.slice((tags[index]?.length ?? 0) + 1)),
    );
    return [...new Set(ids)];
  }

  async lacksTag(userId: string, id: string, tags: readonly string[]): Promise<boolean> {
    const key = this.#keys.tags(userKey(userId));
    const scores = await this.#server.run((redis) =>
      Promise.all(tags.map((tag) => redis.zScore(key, `${tag}|${id}`))),
    );
    return scores.includes(null);
  }

  async tag(userId: string, id: string, tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return;
    const keys = [this.#keys.record(id), this.#keys.tags(userKey(userId))];
    await this.#eval(TAG, keys, [this.#ttl, ...tags.map((tag) => `${tag}|${id}`)]);
  }

  // The connection is the process's.
  async close(): Promise<void> {}
}

async function readOne(redis: Redis, key: string, names?: readonly string[]): Promise<Fields | null> {
  if (!names) {
    const all = await redis.hGetAll(key);
    return Object.keys(all).length > 0 ? { ...all } : null;
  }
  const asked = ['shelf', ...names];
  const values = await redis.hmGet(key, asked);
  if (values[0] === null) return null;
  return Object.fromEntries(
    asked.flatMap((name, index) => {
      const value = values[index];
      return typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );
}

/** A processor's shelf in Redis (7 or later), alone or a cluster. */
export const createRedisShelf = (options: RedisShelfOptions): Shelf => new RedisShelf(options);
