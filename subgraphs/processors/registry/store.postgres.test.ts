import { expect, it } from 'vitest';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { processorStoreContract } from './store.contract.ts';
import { createPostgresProcessorStore, migrations } from './store.postgres.ts';

processorStoreContract('embedded PostgreSQL', async () => {
  const server = await openTemporaryPglite();
  const store = createPostgresProcessorStore(await server.database('processors'));
  return { store, close: () => server.close() };
});

it('derives `takes` of declarations from before it was stored', async () => {
  const server = await openTemporaryPglite();
  try {
    const database = await server.database('processors');
    await database.migrate(migrations.slice(0, 1));
    const insert = `INSERT INTO processors VALUES ($1, 'n', '', '7', 's3', 'sealed', 'd', $2, 'o-v1', $1, 'http://a',
      '/health', '/graphql', $3, 4, 60, true, now())`;
    await database.execute(insert, ['on-demand', ['a-v1'], []]);
    await database.execute(insert, ['told', ['a-v1', 'b-v1'], ['blob.created', 'blob.indexed']]);
    const store = createPostgresProcessorStore(database);
    await store.prepare();
    expect(await store.list()).toMatchObject([
      { id: 'on-demand', takes: {}, shown_as: null, versions: ['7'], readable_schema_ids: ['a-v1'] },
      {
        id: 'told',
        takes: { 'blob.created': ['a-v1', 'b-v1'], 'blob.indexed': ['a-v1', 'b-v1'] },
        shown_as: null,
        versions: ['7'],
        readable_schema_ids: ['a-v1', 'b-v1'],
      },
    ]);
  } finally {
    await server.close();
  }
});
