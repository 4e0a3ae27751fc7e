import { createHash, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from './objects.ts';

export const TEXT = { contentType: 'text/plain; charset=utf-8' };
export const MIB = 1024 ** 2;

export const bytes = (text: string): Buffer => Buffer.from(text);

export async function read(store: ObjectStore, key: string, range?: { start: number; end?: number }) {
  const object = await store.get(key, range);
  return object && { ...object, body: (await buffer(object.body)).toString() };
}

/** All keys under a prefix, in pages of `limit`. */
export async function keysOf(store: ObjectStore, prefix: string, limit = 1_000): Promise<string[]> {
  const keys: string[] = [];
  for (;;) {
    const after = keys.at(-1);
    const page = await store.list(prefix, { limit, ...(after === undefined ? {} : { after }) });
    keys.push(...page.map(({ key }) => key));
    if (page.length < limit) return keys;
  }
}

/** Each in turn, `atOnce` of them at a time. */
export async function inTurn<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const waiting = [...items];
  const one = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** A body of so many mebibytes, made as it is asked for; `seen` is told of each piece. */
export async function* pieces(mebibytes: number, seen: (piece: Buffer) => void = () => undefined) {
  for (let index = 0; index < mebibytes * 16; index++) {
    const piece = Buffer.alloc(MIB / 16, createHash('sha256').update(`${index}`).digest());
    seen(piece);
    yield piece;
  }
}

export const refusal = (field: string) => ({ name: 'BlobgraphError', code: 'VALIDATION_FAILED', field });

/** A key that no other test has. */
export const fresh = (rest = 'object') => `${randomUUID()}/${rest}`;
