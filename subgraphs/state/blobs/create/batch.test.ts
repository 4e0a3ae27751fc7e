import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { SqlServer } from '../../../../platform/sql/database.ts';
import { observed } from '../../../../platform/testing/observed.ts';
import { openTemporaryPglite } from '../../../../platform/testing/pglite.ts';
import type { OwnBlob } from '../../store/inserts.ts';
import { createPostgresStateStore } from '../../store/postgres/store.postgres.ts';
import type { StateStore } from '../../store/store.ts';
import type { StateDependencies } from '../../subgraph.ts';
import { anySchema, dependenciesOf } from '../../testing/dependencies.fixture.ts';
import { createBlob } from './create-blob.ts';
import { createBlobs } from './create-blobs.ts';

let server: SqlServer;
let store: StateStore;
const statements: string[] = [];

beforeAll(async () => {
  server = await openTemporaryPglite();
  store = createPostgresStateStore(
    observed(await server.database('state'), (text) => {
      statements.push(text);
    }),
  );
  await store.prepare();
});
afterAll(() => server?.close());

let serial = 0;
const newUser = () => `user-${++serial}`;
const note = (text: string) => ({ type: 'note', schemaId: 'note-v1', data: { text } });
const notes = (count: number) => Array.from({ length: count }, (_, n) => note(`Note ${n}.`));
const withStore = (over: Partial<StateStore>): StateDependencies => dependenciesOf({ ...store, ...over }, []);
const codes = (results: Awaited<ReturnType<typeof createBlobs>>) =>
  results.map(({ blob, userErrors }) => (blob ? 'stored' : userErrors[0]?.code));

it('asks as few questions of the store as it has parts, and of the registry one a schema', async () => {
  const validatorOfNew = vi.fn(anySchema);
  const deps = { ...withStore({}), schemas: { validator: anySchema, validatorOfNew } };
  statements.length = 0;
  const user = newUser();
  const input = { blobs: notes(300), idempotencyKey: 'k' };
  await createBlobs(deps, user, input);
  // Of each 100: the keys, and the blobs with their entries; and once whether the user is being erased.
  expect(statements).toHaveLength(2 * 3 + 1);
  expect(validatorOfNew).toHaveBeenCalledTimes(1);
  statements.length = 0;
  const again = await createBlobs(deps, user, input);
  expect(codes(again)).toEqual(notes(300).map(() => 'stored'));
  expect(statements).toHaveLength(2 * 3 + 1);
});

it('stores one blob in one statement, and many that come together in few', async () => {
  const deps = withStore({});
  const users = Array.from({ length: 64 }, newUser);
  statements.length = 0;
  await createBlob(deps, users[0] ?? '', { ...note('One.'), idempotencyKey: 'one' });
  expect(statements).toHaveLength(1);
  statements.length = 0;
  const inputs = Array.from({ length: 256 }, (_, n) => ({ ...note(`Note ${n}.`), idempotencyKey: `${n}` }));
  await Promise.all(inputs.map((input, n) => createBlob(deps, users[n % 64] ?? '', input)));
  expect(statements.length).toBeLessThanOrEqual(8);
  for (const user of users.slice(1)) expect(await store.count(user, {})).toBe(4);
});

it('stores one of many at once under one key, whoever comes first, and refuses another text there', async () => {
  const [deps, user] = [withStore({}), newUser()];
  const keyed = (text: string) => ({ ...note(text), idempotencyKey: 'same' });
  const inputs = Array.from({ length: 20 }, (_, n) => keyed(n % 2 === 0 ? 'One.' : 'Another.'));
  const settled = await Promise.allSettled(inputs.map((input) => createBlob(deps, user, input)));
  const stored = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(stored).toHaveLength(10);
  expect(new Set(stored.map(({ id }) => id)).size).toBe(1);
  const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
  expect(new Set(refused)).toEqual(new Set(['IDEMPOTENCY_CONFLICT']));
  expect(await store.count(user, {})).toBe(1);
});

it('writes large ones in smaller parts', async () => {
  const insertOwnBlobs = vi.fn(store.insertOwnBlobs);
  const blobs = Array.from({ length: 6 }, () => note('x'.repeat(400_000)));
  await createBlobs(withStore({ insertOwnBlobs }), newUser(), { blobs });
  expect(insertOwnBlobs.mock.calls.map(([part]) => part.length)).toEqual([2, 1, 2, 1]);
});

it.each([
  ['with a text', { content: 'x'.repeat(600_000) }],
  ['without a text of its own', { chapters: ['x'.repeat(600_000)] }],
])('writes a document %s as JSON once', async (_, data) => {
  const stringify = vi.spyOn(JSON, 'stringify');
  const written = () => stringify.mock.results.filter(({ value }) => String(value).length > 600_000).length;
  try {
    await createBlob(withStore({}), newUser(), { ...note(''), data });
    expect(written()).toBe(1);
    await createBlobs(withStore({}), newUser(), { blobs: [{ ...note(''), data }] });
    expect(written()).toBe(2);
  } finally {
    stringify.mockRestore();
  }
});

it('lets others be served between its parts and within them', async () => {
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const pauses: number[] = [];
  const validatorOfNew: typeof anySchema = async (...given) => {
    const schema = await anySchema(...given);
    const validate = () => {
      pauses.push(turns);
      const until = performance.now() + 12;
      while (performance.now() < until);
      return [];
    };
    return { ...schema, validate };
  };
  const deps = { ...withStore({}), schemas: { validator: anySchema, validatorOfNew } };
  await createBlobs(deps, newUser(), { blobs: notes(10) });
  isDone = true;
  // Each takes longer than may pass without a pause: no two are looked at in one turn.
  expect(new Set(pauses).size).toBe(10);
});

it('takes as many as there is room for, and answers those that are there all the same', async () => {
  const user = newUser();
  const input = { blobs: notes(8), idempotencyKey: 'k' };
  const known = { blobs: notes(8).slice(0, 2), idempotencyKey: 'k' };
  await createBlobs(withStore({}), user, known);
  const intake = { assertOpen: () => undefined, take: () => 3 };
  const first = await createBlobs({ ...withStore({}), intake }, user, input);
  expect(codes(first)).toEqual([...Array(5).fill('stored'), ...Array(3).fill('OVERLOADED')]);
  const later = await createBlobs(withStore({}), user, input);
  expect(codes(later)).toEqual(Array(8).fill('stored'));
  expect(later.slice(0, 5).map(({ blob }) => blob?.id)).toEqual(
    first.slice(0, 5).map(({ blob }) => blob?.id),
  );
});

it('takes room once for one that is sent again while the first is being written', async () => {
  const ROOM = 145;
  // A part of a hundred, and one that begins with five of them.
  const numbers = Array.from({ length: 150 }, (_, n) => (n < 100 ? n : n < 105 ? n - 100 : n - 5));
  const blobs = numbers.map((n) => ({ ...note(`Note ${n}.`), idempotencyKey: `${n}` }));
  let lookedUp = 0;
  const slow = withStore({
    userBlobs: (...asked) => {
      lookedUp += 1;
      return store.userBlobs(...asked);
    },
    async insertOwnBlobs(owns) {
      await vi.waitFor(() => expect(lookedUp).toBe(2));
      return store.insertOwnBlobs(owns);
    },
  });
  let room = ROOM;
  const take = (count: number) => {
    const taken = Math.min(count, room);
    room -= taken;
    return taken;
  };
  const results = await createBlobs({ ...slow, intake: { take } }, newUser(), { blobs });
  expect(codes(results)).toEqual(blobs.map(() => 'stored'));
  expect(new Set(results.map(({ blob }) => blob?.id)).size).toBe(ROOM);
});

it('lets none in behind one that had no room', async () => {
  const take = vi.fn((count: number) => Math.min(count, 50));
  const deps = { ...withStore({}), intake: { assertOpen: () => undefined, take } };
  const results = await createBlobs(deps, newUser(), { blobs: notes(250) });
  expect(codes(results)).toEqual([...Array(50).fill('stored'), ...Array(200).fill('OVERLOADED')]);
  expect(take).toHaveBeenCalledTimes(1);
});

const away = () => Object.assign(new Error('gone'), { code: 'ECONNRESET' });

it.each([
  ['before', async () => undefined],
  [
    // As a store of documents does, whose entries are writes of their own.
    'after it has inserted the blobs of',
    async (part: readonly OwnBlob[]) => {
      for (const { blob } of part) await store.insertUserBlob(blob);
    },
  ],
])(
  'when the store goes away %s a part, tells which are there, and gives the same ids later',
  async (_when, insert) => {
    const user = newUser();
    const blobs = notes(250);
    let calls = 0;
    const insertOwnBlobs: StateStore['insertOwnBlobs'] = async (part) => {
      calls += 1;
      if (calls === 1) return store.insertOwnBlobs(part);
      await insert(part);
      throw away();
    };
    const broken = withStore({ insertOwnBlobs });
    const first = await createBlobs(broken, user, { blobs, idempotencyKey: 'k' });
    expect(codes(first)).toEqual([...Array(100).fill('stored'), ...Array(150).fill('SERVICE_UNAVAILABLE')]);
    const later = await createBlobs(withStore({}), user, { blobs, idempotencyKey: 'k' });
    expect(codes(later)).toEqual(Array(250).fill('stored'));
    const ids = later.map(({ blob }) => blob?.id);
    expect(ids.slice(0, 100)).toEqual(first.slice(0, 100).map(({ blob }) => blob?.id));
    expect(await store.count(user, {})).toBe(250);
    const stored = await store.userBlobs(user, ids.map(String));
    expect(new Map(stored.map(({ id, data }) => [id, data]))).toEqual(
      new Map(ids.map((id, n) => [id, blobs[n]?.data])),
    );
  },
);

it('stores the others, once, where the store refuses one for good', async () => {
  const error = vi.fn();
  const user = newUser();
  const insertOwnBlobs: StateStore['insertOwnBlobs'] = async (part) => {
    if (part.some(({ blob }) => blob.title === 'Poison')) throw new Error('no such value');
    return store.insertOwnBlobs(part);
  };
  const deps = { ...withStore({ insertOwnBlobs }), logger: { error } };
  const blobs = [note('a'), { ...note('b'), title: 'Poison' }, note('c')];
  const results = await createBlobs(deps, user, { blobs });
  expect(codes(results)).toEqual(['stored', 'INTERNAL', 'stored']);
  expect(results[1]?.userErrors[0]?.message).not.toContain('no such value');
  expect(error).toHaveBeenCalledTimes(1);
  expect(await store.count(user, {})).toBe(2);
});

it('takes nothing of a user who is being erased', async () => {
  const user = newUser();
  const erasure = { userId: user, requestedBy: 'op', startedAt: new Date(), finishedAt: null };
  const deps = withStore({
    erasure: async () => ({ ...erasure, stores: [], goneStores: [], obstacle: null }),
  });
  await expect(createBlobs(deps, user, { blobs: notes(2) })).rejects.toMatchObject({ code: 'USER_ERASING' });
  expect(await store.count(user, {})).toBe(0);
});
