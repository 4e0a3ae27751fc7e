import { expect, it, onTestFinished } from 'vitest';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { entryOfUserBlob } from '../entries/entry.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import { anySchema } from '../testing/dependencies.fixture.ts';
import { newUser, userBlob } from '../testing/records.fixture.ts';
import { deleteBlob } from './deletion.ts';
import { finishDeletion } from './deletion-sweeper.ts';
import { depsOf, keepers, manualClock } from './recovery.fixture.ts';

const KEEPER = 'book-compiler';

/** A user's blob of a schema whose bytes a processor keeps, and that processor's store. */
async function setUp(schemaId: string) {
  const server = await openTemporaryPglite();
  onTestFinished(() => server.close());
  const store = createPostgresStateStore(await server.database('state'));
  await store.prepare();
  const userId = newUser();
  const blob = userBlob(userId, { schemaId, expectedProcessorIds: [], outbox: [] });
  await store.insertUserBlob(blob);
  await store.insertEntry(entryOfUserBlob(blob), []);
  const { client, of, put } = keepers();
  put(userId, blob.id);
  const asked: string[] = [];
  let away = false;
  const clock = manualClock();
  const schema = async (id: string, version?: string) => {
    if (id === 'gone-v1') throw new BlobgraphError('SCHEMA_UNKNOWN', 'There is no such schema.');
    return { ...(await anySchema(id, version)), keptBy: id === 'image-input-v1' ? KEEPER : null };
  };
  const erasure = {
    ...client,
    async erase(...given: Parameters<typeof client.erase>) {
      const [target] = given;
      asked.push(typeof target === 'object' ? target.id : target);
      if (away) throw new BlobgraphError('SERVICE_UNAVAILABLE', 'Away.');
      await client.erase(...given);
    },
  };
  const deps = {
    ...depsOf(store, clock, erasure),
    schemas: { validator: schema, validatorOfNew: schema },
  };
  return {
    ...{ store, deps, clock, userId, id: blob.id, asked },
    kept: () => [...of(userId)],
    leave: (is: boolean) => {
      away = is;
    },
  };
}

it('a user’s blob takes along the bytes that a processor keeps of it, however long that is away', async () => {
  const { store, deps, clock, userId, id, kept, leave, asked } = await setUp('image-input-v1');
  leave(true);
  await deleteBlob(deps, userId, id, false);
  await expect(finishDeletion(deps, id)).rejects.toThrow('Away.');
  expect(await store.userBlobs(userId, [id])).toEqual([]);
  expect([kept(), (await store.tombstone(id))?.dueAt]).toEqual([[id], expect.any(Date)]);
  leave(false);
  clock.pass(120_000);
  for (const due of await store.dueDeletions(clock.now(), 100)) await finishDeletion(deps, due);
  expect([kept(), (await store.tombstone(id))?.dueAt]).toEqual([[], null]);
  expect(new Set(asked)).toEqual(new Set([KEEPER]));
});

it.each(['text-input-v1', 'gone-v1'])('nobody is asked for a blob of %s', async (schemaId) => {
  const { store, deps, userId, id, asked } = await setUp(schemaId);
  await deleteBlob(deps, userId, id, false);
  await finishDeletion(deps, id);
  expect(await store.tombstone(id)).toMatchObject({ dueAt: null });
  expect(asked).toEqual([]);
});
