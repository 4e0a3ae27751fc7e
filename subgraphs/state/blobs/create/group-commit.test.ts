import { expect, it, vi } from 'vitest';
import type { OwnBlob, StoredOwnBlob } from '../../store/inserts.ts';
import { entry, userBlob } from '../../testing/records.fixture.ts';
import { createGroupCommit } from './group-commit.ts';

function own(userId: string, over: { id?: string; sizeBytes?: number; title?: string } = {}): OwnBlob {
  const { sizeBytes = 10, ...rest } = over;
  const blob = userBlob(userId, rest);
  return { blob, entry: entry(userId, 0, { id: blob.id, sizeBytes }) };
}

const turns = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A store that answers when it is told to, or at once. */
function setUp({ held = true } = {}) {
  const groups: OwnBlob[][] = [];
  const answers: (() => void)[] = [];
  const stored = new Map<string, OwnBlob>();
  const store = {
    insertOwnBlobs: vi.fn(async (part: readonly OwnBlob[]): Promise<StoredOwnBlob[]> => {
      groups.push([...part]);
      if (held) await new Promise<void>((resolve) => answers.push(resolve));
      const poison = part.find(({ blob }) => blob.title === 'Poison');
      if (poison) throw Object.assign(new Error('refused'), { title: poison.blob.title });
      return part.map((one): StoredOwnBlob => {
        const before = stored.get(one.blob.id);
        if (before) return { outcome: 'existing', blob: before.blob };
        stored.set(one.blob.id, one);
        return { outcome: 'inserted', entry: one.entry };
      });
    }),
  };
  const answer = async () => {
    answers.shift()?.();
    await turns();
  };
  const told: (readonly string[])[] = [];
  const commit = createGroupCommit(store, (blobIds) => void told.push(blobIds));
  return {
    /** Ids of each group's new blobs. */
    told,
    insert: (...several: OwnBlob[]) => several.map((one) => commit.insert(one)),
    /** Users of each group so far. */
    users: () => groups.map((group) => group.map(({ blob }) => blob.userId).join(' ')),
    groups,
    answer,
    async answerAll() {
      while (answers.length > 0) await answer();
    },
  };
}

it('writes at once while it is idle, and together what comes while it is busy', async () => {
  const { insert, users, answer, answerAll } = setUp();
  for (const user of ['a', 'b', 'c', 'd']) {
    void insert(own(user));
    await turns();
  }
  const waiting = insert(own('e'), own('f'), own('e'), own('g'));
  await turns();
  expect(users()).toEqual(['a', 'b', 'c', 'd']);
  await answer();
  expect(users().slice(4)).toEqual(['e f g e']);
  await answerAll();
  expect((await Promise.all(waiting)).map(({ outcome }) => outcome)).toEqual(Array(4).fill('inserted'));
});

it('has each user in one group at a time: who waits for a user’s rows is in that group', async () => {
  const { insert, users, answer, answerAll } = setUp();
  void insert(own('a'));
  await turns();
  void insert(own('a'), own('b'));
  await turns();
  expect(users()).toEqual(['a', 'b']);
  void insert(own('a'), own('c'));
  await turns();
  expect(users()).toEqual(['a', 'b', 'c']);
  await answer();
  expect(users()).toEqual(['a', 'b', 'c', 'a a']);
  await answerAll();
});

it('stores one of equal keys that come together, and answers the others with it', async () => {
  const { insert, groups, answerAll } = setUp();
  void insert(own('a'));
  await turns();
  const [first, second, third] = [own('b', { id: 'k' }), own('b', { id: 'k' }), own('b', { id: 'k' })];
  const results = insert(first, own('b'), second, third);
  await turns();
  await answerAll();
  expect(groups.every((group) => new Set(group.map(({ blob }) => blob.id)).size === group.length)).toBe(true);
  expect(await Promise.all([results[0], results[2], results[3]])).toEqual([
    { outcome: 'inserted', entry: first.entry },
    { outcome: 'existing', blob: first.blob },
    { outcome: 'existing', blob: first.blob },
  ]);
});

it('tells of a group’s new blobs together, before any of them is answered', async () => {
  const { insert, told, answerAll } = setUp();
  const [known, fresh, another] = [own('a', { id: 'k' }), own('b'), own('c')];
  void insert(known);
  await turns();
  await answerAll();
  const order: string[] = [];
  told.push = (ids) => order.push(`told ${ids.join(' ')}`);
  const answers = insert(own('a', { id: 'k' }), fresh, another).map(async (stored) => {
    order.push((await stored).outcome);
  });
  await turns();
  await answerAll();
  await Promise.all(answers);
  expect(order).toEqual([`told ${fresh.blob.id} ${another.blob.id}`, 'existing', 'inserted', 'inserted']);
});

it('stores the others where the store refuses one', async () => {
  const { insert } = setUp({ held: false });
  const settled = await Promise.allSettled(
    insert(own('a'), own('b', { title: 'Poison' }), own('c'), own('b')),
  );
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
});

it('tells all of a group that the store is away, and tries none again', async () => {
  const gone = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
  const insertOwnBlobs = vi.fn(async () => Promise.reject(gone));
  const commit = createGroupCommit({ insertOwnBlobs }, () => undefined);
  const settled = await Promise.allSettled(['a', 'b', 'c'].map((user) => commit.insert(own(user))));
  expect(settled).toEqual(Array(3).fill({ status: 'rejected', reason: gone }));
  expect(insertOwnBlobs).toHaveBeenCalledTimes(1);
});

it('bounds a group by blobs and by bytes, and takes a larger one alone', async () => {
  const { insert, groups } = setUp({ held: false });
  const half = { sizeBytes: 600 * 1024 };
  await Promise.all(insert(own('a', half), own('b', half), own('c', { sizeBytes: 5 * 1024 * 1024 })));
  expect(groups.map(({ length }) => length)).toEqual([1, 1, 1]);
  groups.length = 0;
  await Promise.all(insert(...Array.from({ length: 250 }, () => own('a'))));
  expect(groups.map(({ length }) => length)).toEqual([100, 100, 50]);
});

it('lets nobody wait for a user’s many, and keeps a place for those with few', async () => {
  const { insert, users, answer, answerAll } = setUp();
  const many = (user: string) => insert(...Array.from({ length: 150 }, () => own(user)));
  for (const user of ['a', 'b', 'c', 'd']) void many(user);
  await turns();
  const counts = () =>
    users().map((group) => [...new Set(group.split(' '))].join('+') + group.split(' ').length);
  expect(counts()).toEqual(['a100', 'b100', 'c100']);
  void insert(own('x'), own('y'));
  await turns();
  expect(counts().slice(3)).toEqual(['x+y2']);
  await answer();
  expect(counts().slice(4)).toEqual(['d100']);
  void insert(own('z'));
  await answer();
  // Who waits longest is next; and then those with few.
  expect(counts().slice(5)).toEqual(['a50']);
  await answer();
  await answerAll();
  expect(counts().slice(6).toSorted()).toEqual(['b50', 'c50', 'd50', 'z1']);
});
