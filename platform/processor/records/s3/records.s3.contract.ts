import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keysOf } from '../../../objects/objects.contract.fixture.ts';
import { ObjectStoreUnavailable } from '../../../objects/objects.ts';
import type { OpenedObjectRecords } from '../../../testing/records.ts';
import { objectKeyOf } from '../../files/stored-files.ts';
import { blobObject, blobObjectKey, createBlobObjects } from '../blob-objects.ts';
import type { BlobRecord, NewRecord } from '../record.ts';
import { newRecord, newUser } from '../records.contract.fixture.ts';
import { OBJECT_SET } from '../records.ts';
import { withObjects } from '../samples.fixture.ts';

const small = blobObject(Buffer.from('small'), 'image/webp');
const large = blobObject(Buffer.alloc(300_000, 'large'), 'image/avif');

/** Hours by which the clock of the records is ahead of the objects' own. */
export interface Ahead {
  hours: number;
}

/** Tests of records with objects, on any store of both. `open`: with a clock that is ahead by as much as `ahead` says. */
export function objectRecordsContract(open: (ahead: Ahead) => Promise<OpenedObjectRecords>): void {
  const ahead: Ahead = { hours: 0 };
  let opened: OpenedObjectRecords;
  beforeAll(async () => {
    opened = await open(ahead);
    await opened.records.prepare();
  });
  afterAll(() => opened?.close());

  const make = (userId: string, over: Partial<NewRecord> = {}) =>
    newRecord(userId, withObjects.sample(1), { objects: [small, large], ...over });
  const keys = () => keysOf(opened.objects, '');
  const keysIn = async ({ id }: { readonly id: string }) => (await keys()).filter((key) => key.includes(id));
  const store = async (record: NewRecord) => (await opened.records.insert(record)).stored;
  const sweepAfter = async (hours: number) => {
    ahead.hours = hours;
    await opened.sweeper.sweep();
    ahead.hours = 0;
  };

  it('a record has its objects, each under its hash, with its type', async () => {
    const stored = await store(make(newUser()));
    for (const { sha256, body, contentType } of [small, large]) {
      const found = await opened.objects.get(objectKeyOf(stored, sha256));
      expect(found?.contentType).toBe(contentType);
      expect((await buffer(found?.body ?? Readable.from([]))).equals(body)).toBe(true);
    }
    expect(await opened.records.find(stored.id, 'all')).toMatchObject({ beside: stored.beside });
  });

  it('a record is there only once all of its objects are', async () => {
    const one = make(newUser());
    const { put } = opened.objects;
    const there: boolean[] = [];
    const watched = vi.spyOn(opened.objects, 'put').mockImplementation(async (...given) => {
      const stored = await put(...given);
      there.push((await opened.records.find(one.id, new Set())) !== null);
      return stored;
    });
    await store(one);
    watched.mockRestore();
    expect(there).toEqual([false, false]);
    expect(await keysIn(one)).toHaveLength(2);
  });

  it('without its objects no record is stored, nor is half of them left', async () => {
    const one = make(newUser());
    const { put } = opened.objects;
    const failing = vi.spyOn(opened.objects, 'put').mockImplementation(async (key, body, description) => {
      if (key.endsWith(large.sha256)) throw new ObjectStoreUnavailable(new Error('no room'));
      return put(key, body, description);
    });
    await expect(opened.records.insert(one)).rejects.toThrow(ObjectStoreUnavailable);
    failing.mockRestore();
    expect(await opened.records.find(one.id, new Set())).toBeNull();
    await opened.records.insert(one);
    expect(await keysIn(one)).toHaveLength(2);
  });

  it('of two runs the first keeps its objects, and those of the other go', async () => {
    const one = make(newUser());
    const stored = await store(one);
    const second = { ...one, objects: [blobObject(Buffer.from('another'), 'image/webp')] };
    expect(await opened.records.insert(second)).toEqual({ stored, inserted: false });
    const foreign = { ...make(newUser()), id: one.id };
    expect(await store(foreign)).toEqual(stored);
    expect((await keysIn(one)).sort()).toEqual(
      [small, large].map(({ sha256 }) => objectKeyOf(stored, sha256)).sort(),
    );
  });

  it('a pending blob gets its objects with its content', async () => {
    const user = newUser();
    const pending = newRecord(user, { data: {}, beside: {} }, { contentHash: null, onDemand: true });
    await store(pending);
    const done = await opened.records.complete(make(user, { id: pending.id, onDemand: true }));
    expect(await keysIn(pending)).toHaveLength(2);
    expect(done?.stored.beside[OBJECT_SET]).toBeDefined();
    const late = await opened.records.complete(make(user, { id: pending.id, onDemand: true }));
    expect(late).toMatchObject({ inserted: false, stored: { beside: done?.stored.beside } });
    expect(await keysIn(pending)).toHaveLength(2);
  });

  it('two blobs of the same bytes do not share them: one goes without the other', async () => {
    const user = newUser();
    const [one, other] = [await store(make(user)), await store(make(user))];
    await opened.records.erase(user, [one.id]);
    expect(await keysIn(one)).toEqual([]);
    expect(await keysIn(other)).toHaveLength(2);
  });

  describe('erasing', () => {
    it('takes the objects with the blob, of its owner alone, again where it was cut short', async () => {
      const [alice, bob] = [newUser(), newUser()];
      const one = await store(make(alice));
      await opened.records.erase(bob, [one.id, 'nothing', '..']);
      expect(await keysIn(one)).toHaveLength(2);
      const cut = vi
        .spyOn(opened.objects, 'deletePrefix')
        .mockRejectedValueOnce(new ObjectStoreUnavailable(new Error('cut')));
      await expect(opened.records.erase(alice, [one.id])).rejects.toThrow(ObjectStoreUnavailable);
      cut.mockRestore();
      expect(await opened.records.find(one.id, new Set())).toBeNull();
      await opened.records.erase(alice, [one.id]);
      expect(await keysIn(one)).toEqual([]);
    });

    it('of a user takes all that is theirs, also what no record names', async () => {
      const [alice, bob] = [newUser(), newUser()];
      const own: BlobRecord[] = [];
      for (let count = 0; count < 3; count += 1) own.push(await store(make(alice)));
      const left = randomUUID();
      await createBlobObjects(opened.objects).put({ userId: alice, id: left }, [small]);
      const kept = await store(make(bob));
      expect(await opened.records.eraseUser(alice, 2)).toHaveLength(2);
      expect(await opened.records.eraseUser(alice, 2)).toHaveLength(1);
      for (const one of [...own, { id: left }]) expect(await keysIn(one)).toEqual([]);
      expect(await keysIn(kept)).toHaveLength(2);
    });
  });

  describe('sweeping', () => {
    it('removes what a crash left before its record, after some hours, and nothing else', async () => {
      const user = newUser();
      const kept = await store(make(user));
      const objects = createBlobObjects(opened.objects);
      const orphan = { userId: user, id: randomUUID() };
      await objects.put(orphan, [small, large]);
      // Of a run that lost, and died before it could take its objects away.
      const set = await objects.put(kept, [small]);
      await opened.objects.put('artifacts-of-others/1', Buffer.from('x'), { contentType: 'text/plain' });
      await sweepAfter(5);
      expect(await keysIn(orphan)).toHaveLength(2);
      await sweepAfter(7);
      expect(await keysIn(orphan)).toEqual([]);
      expect(await keys()).not.toContain(blobObjectKey({ ...kept, set }, small.sha256));
      expect(await keysIn(kept)).toHaveLength(2);
      expect(await opened.objects.head('artifacts-of-others/1')).not.toBeNull();
    });

    it('leaves to a run what it stores anew while the rest of an earlier one is swept', async () => {
      const one = make(newUser());
      await createBlobObjects(opened.objects).put(one, [small, large]);
      const { deletePrefix } = opened.objects;
      const sweeping = vi.spyOn(opened.objects, 'deletePrefix').mockImplementationOnce(async (prefix) => {
        await opened.records.insert(one);
        await deletePrefix(prefix);
      });
      await sweepAfter(7);
      sweeping.mockRestore();
      const stored = await opened.records.find(one.id, 'all');
      for (const { sha256 } of [small, large])
        expect(await opened.objects.head(objectKeyOf(stored as BlobRecord, sha256))).not.toBeNull();
      expect(await keysIn(one)).toHaveLength(2);
    });
  });
}
