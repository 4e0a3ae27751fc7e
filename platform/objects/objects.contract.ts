import { createHash, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bytes,
  fresh,
  inTurn,
  keysOf,
  MIB,
  pieces,
  read,
  refusal,
  TEXT,
} from './objects.contract.fixture.ts';
import { keysContract } from './objects.contract.keys.ts';
import type { ObjectStore } from './objects.ts';
import { scopedObjects } from './scoped.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Every {@link ObjectStore} adapter's contract. `open` gives one that is empty. */
export function objectsContract(name: string, open: () => Promise<ObjectStore>): void {
  describe(`${name} as an object store`, () => {
    let store: ObjectStore;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('gives back what was put: body, content type and metadata', async () => {
      const key = fresh();
      const metadata = { 'renderer-version': '1.2', title: 'Die Fähre „Nordlicht“ 🦉\n100 % +' };
      const before = Date.now();
      expect(await store.put(key, bytes('grüße'), { ...TEXT, metadata })).toEqual({ sizeBytes: 7 });
      const head = { sizeBytes: 7, ...TEXT, metadata, etag: expect.stringMatching(/^".+"$/) };
      const found = await store.head(key);
      expect(found).toMatchObject(head);
      // S3 tells whole seconds.
      expect(found?.modifiedAt.getTime()).toBeGreaterThan(before - 5_000);
      expect(await read(store, key)).toEqual({ ...found, body: 'grüße' });
    });

    it('has no metadata where none was given, and keeps an empty object', async () => {
      const key = fresh();
      await store.put(key, new Uint8Array(), TEXT);
      expect(await read(store, key)).toMatchObject({ sizeBytes: 0, metadata: {}, body: '' });
      async function* nothing(): AsyncGenerator<Uint8Array> {}
      expect(await store.put(key, nothing(), TEXT)).toEqual({ sizeBytes: 0 });
    });

    it('has nothing of a key that is not there', async () => {
      const key = fresh();
      expect(await store.get(key)).toBeNull();
      expect(await store.head(key)).toBeNull();
      await store.delete([key, fresh()]);
      await store.delete([]);
      await store.deletePrefix(key);
      expect(await store.list(key, { limit: 10 })).toEqual([]);
    });

    it('replaces an object as a whole, with another etag', async () => {
      const key = fresh();
      await store.put(key, bytes('a long first version'), { ...TEXT, metadata: { one: '1' } });
      const first = await store.head(key);
      await store.put(key, bytes('second'), { contentType: 'application/json', metadata: { two: '2' } });
      const second = await read(store, key);
      expect(second).toMatchObject({
        body: 'second',
        sizeBytes: 6,
        contentType: 'application/json',
        metadata: { two: '2' },
      });
      expect(second?.etag).not.toBe(first?.etag);
    });

    it('goes on reading the object that it began with, when another takes its place', async () => {
      const key = fresh();
      await store.put(key, bytes('first'), TEXT);
      const begun = await store.get(key);
      await store.put(key, bytes('other'), TEXT);
      expect(begun && (await buffer(begun.body)).toString()).toBe('first');
    });

    it('reads ranges, and tells the size of the whole', async () => {
      const key = fresh();
      await store.put(key, bytes('0123456789'), TEXT);
      const body = async (start: number, end?: number) => {
        const part = await read(store, key, end === undefined ? { start } : { start, end });
        expect(part?.sizeBytes).toBe(10);
        return part?.body;
      };
      expect(await body(0, 0)).toBe('0');
      expect(await body(3, 5)).toBe('345');
      expect(await body(8)).toBe('89');
      expect(await body(8, 1_000)).toBe('89');
      await expect(store.get(key, { start: 10 })).rejects.toMatchObject(refusal('range'));
      for (const range of [{ start: -1 }, { start: 2, end: 1 }, { start: 0.5 }, { start: Number.NaN }])
        await expect(store.get(key, range)).rejects.toMatchObject(refusal('range'));
      expect(await store.get(fresh(), { start: 10 })).toBeNull();
    });

    it('takes and gives 20 MiB piece by piece', async () => {
      const key = fresh();
      const [written, given] = [createHash('sha256'), createHash('sha256')];
      const body = pieces(20, (piece) => written.update(piece));
      expect(await store.put(key, body, TEXT)).toEqual({ sizeBytes: 20 * MIB });
      const object = await store.get(key);
      expect(object?.sizeBytes).toBe(20 * MIB);
      let largest = 0;
      for await (const piece of object?.body ?? []) {
        given.update(piece);
        largest = Math.max(largest, piece.length);
      }
      expect(given.digest('hex')).toBe(written.digest('hex'));
      expect(largest).toBeLessThan(2 * MIB);
      const tail = await read(store, key, { start: 20 * MIB - 3 });
      expect(tail).toMatchObject({ sizeBytes: 20 * MIB, body: expect.stringMatching(/^.{1,3}$/su) });
    });

    it('holds a fraction of a large body in memory', async () => {
      const key = fresh();
      const before = process.memoryUsage().arrayBuffers;
      const held = () => process.memoryUsage().arrayBuffers - before;
      let most = 0;
      const body = pieces(96, () => {
        // What is let go of is not held, whenever a busy machine comes to collect it.
        if (held() >= 64 * MIB) collect();
        most = Math.max(most, held());
      });
      await store.put(key, body, TEXT);
      expect(most).toBeLessThan(64 * MIB);
      await store.delete([key]);
    });

    it.each([
      ['at once', 1],
      ['in parts', 20],
    ])('stores nothing of a body that fails, sent %s', async (_, size) => {
      const key = fresh();
      await store.put(key, bytes('before'), TEXT);
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield* pieces(size);
        throw new Error('the renderer failed');
      }
      await expect(store.put(key, failing(), TEXT)).rejects.toThrow('the renderer failed');
      expect(await read(store, key)).toMatchObject({ body: 'before' });
      const other = fresh();
      await expect(store.put(other, failing(), TEXT)).rejects.toThrow('the renderer failed');
      expect(await store.head(other)).toBeNull();
    });

    it('lets go of an object that is not read to its end', async () => {
      const key = fresh();
      await store.put(key, Buffer.alloc(4 * MIB), TEXT);
      for (let times = 0; times < 100; times++) {
        const object = await store.get(key);
        if (times % 2) object?.body.destroy();
        else for await (const _ of object?.body ?? []) break;
      }
      expect(await store.head(key)).toMatchObject({ sizeBytes: 4 * MIB });
    });

    keysContract(() => store);

    it('lists in pages, each object once, and no neighbours', async () => {
      const place = randomUUID();
      const names = ['1', '1/a', '10', '2', 'b', 'b-c', 'b.c', 'b/c', 'b/c/d', 'b/C', 'z/ü', 'z/🦉'];
      const keys = names.map((name) => `${place}/${name}/file`);
      for (const key of [...keys, `${place}x/file`]) await store.put(key, bytes(key), TEXT);
      const all = await keysOf(store, place);
      expect([...all].sort()).toEqual([...keys].sort());
      for (const limit of [1, 2, 5, 12, 13]) expect(await keysOf(store, place, limit)).toEqual(all);
      expect((await keysOf(store, `${place}/b`, 2)).sort()).toEqual(
        keys.filter((key) => key.startsWith(`${place}/b/`)).sort(),
      );
      expect(await keysOf(store, `${place}/1`)).toHaveLength(2);
      const [first] = await store.list(place, { limit: 1 });
      expect(first).toEqual({
        key: all[0],
        sizeBytes: Buffer.byteLength(all[0] ?? ''),
        modifiedAt: expect.any(Date),
      });
      const headed = await store.head(all[0] ?? '');
      // A head of S3 tells whole seconds.
      expect(Number(first?.modifiedAt) - Number(headed?.modifiedAt)).toBeLessThan(1_000);
      // The page goes on where it was, also when the key that it begins after is gone.
      await store.delete([all[3] ?? '']);
      const page = await store.list(place, { limit: 2, after: all[3] ?? '' });
      expect(page.map(({ key }) => key)).toEqual(all.slice(4, 6));
    });

    it('deletes 2,500 objects under a prefix, and none beside it', async () => {
      const place = randomUUID();
      const keys = Array.from({ length: 2_500 }, (_, index) => `${place}/1/${index % 50}/${index}`);
      const beside = [`${place}/10/x`, `${place}/2/x`, `${place}/1.x/x`];
      await inTurn([...keys, ...beside], 32, (key) => store.put(key, bytes('x'), TEXT));
      expect(await keysOf(store, `${place}/1`, 999)).toHaveLength(2_500);
      await store.deletePrefix(`${place}/1`);
      expect((await keysOf(store, place)).sort()).toEqual([...beside].sort());
      await store.put(keys[0] ?? '', bytes('again'), TEXT);
      await store.delete(keys);
      expect((await keysOf(store, place)).sort()).toEqual([...beside].sort());
      await store.deletePrefix(place);
      expect(await keysOf(store, place)).toEqual([]);
    });

    it('shows one whole object to every reader while 20 put it at once', async () => {
      const key = fresh();
      const version = (index: number) => `${index}|`.repeat(50_000 + index);
      await store.put(key, bytes(version(0)), { ...TEXT, metadata: { index: '0' } });
      let putting = true;
      const reader = async () => {
        let reads = 0;
        for (; putting || reads === 0; reads++) {
          const object = await read(store, key);
          const index = Number(object?.metadata['index']);
          expect(object?.body === version(index)).toBe(true);
          expect(object?.sizeBytes).toBe(version(index).length);
        }
        return reads;
      };
      const readers = [reader(), reader(), reader()];
      const puts = Array.from({ length: 20 }, (_, index) =>
        store.put(key, bytes(version(index + 1)), { ...TEXT, metadata: { index: `${index + 1}` } }),
      );
      await Promise.all(puts).finally(() => {
        putting = false;
      });
      expect(Math.min(...(await Promise.all(readers)))).toBeGreaterThan(0);
    });

    it('has what was put while neighbours were deleted', async () => {
      const place = randomUUID();
      let putting = true;
      const deleting = (async () => {
        while (putting) await store.deletePrefix(`${place}/a`);
      })();
      const puts = inTurn([...Array(60).keys()], 6, async (index) => {
        await store.put(`${place}/a/${index}`, bytes('comes and goes'), TEXT);
        await store.put(`${place}/b/${index}`, bytes('stays'), TEXT);
        await store.delete([`${place}/b/${index - 1}x`]);
      });
      await puts.finally(() => {
        putting = false;
      });
      await deleting;
      await store.deletePrefix(`${place}/a`);
      expect(await keysOf(store, place)).toHaveLength(60);
    });

    it('is shared by services that do not see each other', async () => {
      const place = randomUUID();
      const one = scopedObjects(store, `${place}/one`);
      const other = scopedObjects(store, `${place}/one-more`);
      await one.put('a/x', bytes('mine'), TEXT);
      await one.put('b/x', bytes('mine'), TEXT);
      await other.put('a/x', bytes('theirs'), TEXT);
      expect(await read(one, 'a/x')).toMatchObject({ body: 'mine' });
      expect(await keysOf(one, '', 1)).toEqual(['a/x', 'b/x']);
      expect(await keysOf(one, 'a')).toEqual(['a/x']);
      await expect(one.get('../one-more/a/x')).rejects.toMatchObject(refusal('key'));
      await expect(one.get('')).rejects.toMatchObject(refusal('key'));
      await expect(one.deletePrefix('..')).rejects.toMatchObject(refusal('prefix'));
      await one.delete(['a/x']);
      await one.deletePrefix('');
      expect(await keysOf(one, '')).toEqual([]);
      expect(await read(other, 'a/x')).toMatchObject({ body: 'theirs' });
      await one.close();
      await store.ping();
    });
  });
}
