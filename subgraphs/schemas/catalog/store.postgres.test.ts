import { expect, it } from 'vitest';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { schemaStoreContract } from './store.contract.ts';
import { createPostgresSchemaStore } from './store.postgres.ts';

schemaStoreContract('embedded PostgreSQL', async () => {
  const server = await openTemporaryPglite();
  const store = createPostgresSchemaStore(await server.database('schemas'));
  return { store, close: () => server.close() };
});

it('opens a store from before versions could be withdrawn', async () => {
  const server = await openTemporaryPglite();
  const database = await server.database('schemas');
  await database.migrate([
    `CREATE TABLE schemas (
    id text NOT NULL,
    version text NOT NULL,
    definition json NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id, version)
  )`,
  ]);
  const createdAt = new Date('2026-01-02T03:04:05.678Z');
  await database.execute('INSERT INTO schemas VALUES ($1, $2, $3, $4)', [
    'old-v1',
    '1.0.0',
    '{"a":1}',
    createdAt,
  ]);
  const store = createPostgresSchemaStore(database);
  await store.prepare();
  const schema = { id: 'old-v1', version: '1.0.0', definition: { a: 1 }, createdAt };
  expect(await store.find([schema])).toEqual([schema]);
  expect(await store.withdrawals('all')).toEqual([]);
  await server.close();
});
