import { expect, it } from 'vitest';
import { observed } from '../../../../platform/testing/observed.ts';
import { openTemporaryPglite } from '../../../../platform/testing/pglite.ts';
import { createPostgresStateStore } from '../../store/postgres/store.postgres.ts';
import { dependenciesOf } from '../../testing/dependencies.fixture.ts';
import { createBlobs } from './create-blobs.ts';

it('stores a thousand blobs in twenty-one statements, in their order', async () => {
  const server = await openTemporaryPglite();
  try {
    const statements: string[] = [];
    const database = observed(await server.database('state'), (text) => {
      statements.push(text);
    });
    const store = createPostgresStateStore(database);
    await store.prepare();
    statements.length = 0;
    const blobs = Array.from({ length: 1_000 }, (_, n) => ({
      ...{ type: 'note', schemaId: 'note-v1', data: { text: `Note ${n}.` } },
      idempotencyKey: `key-${n}`,
    }));
    const results = await createBlobs(dependenciesOf(store, []), 'alice', { blobs });
    // Of each hundred: the keys, and the blobs with their entries; and once whether the user is being erased.
    expect(statements).toHaveLength(21);
    const { entries } = await store.page('alice', {}, { limit: 1_000, direction: 'ASC' });
    expect(entries.map(({ id }) => id)).toEqual(results.map(({ blob }) => blob?.id));
  } finally {
    await server.close();
  }
});
