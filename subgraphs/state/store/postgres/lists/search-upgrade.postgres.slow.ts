import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlDatabase, SqlServer } from '../../../../../platform/sql/database.ts';
import { openTemporaryPglite } from '../../../../../platform/testing/pglite.ts';
import { entry, ids, newUser } from '../../../testing/records.fixture.ts';
import { searchUpgradeContract } from '../../contract/search-upgrade.contract.ts';
import { readyToSearch } from '../../search.ts';
import type { StateStore } from '../../store.ts';
import { migrations } from '../schema.postgres.ts';
import { createPostgresStateStore } from '../store.postgres.ts';
import { SEARCH_INDEXES, SEARCH_STEP } from './search-schema.postgres.ts';

let server: SqlServer;
let database: SqlDatabase;
let store: StateStore;

const asBefore = async (user: string) =>
  void (await database.execute('UPDATE blob_index SET words = NULL WHERE user_id = $1', [user]));

beforeAll(async () => {
  server = await openTemporaryPglite();
  database = await server.database('upgraded');
  await database.migrate(migrations.slice(0, migrations.indexOf(SEARCH_STEP)));
  await database.execute(
    `INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version,
       source_ids, type, title, preview, size_bytes, runs, state, created_at, updated_at, outbox)
     SELECT i::text, 'first', 1, 'p', 's', 's', '1', '{}', 't', 'Found', '', 1, '[]', 'STORED', now(), now(), '[]'
     FROM generate_series(1, 3) i`,
  );
  store = createPostgresStateStore(database);
  await store.prepare();
});
afterAll(() => server?.close());

it('a database of the release before is searched whole, before its upkeep and after', async () => {
  const search = async () =>
    ids((await store.page('first', { words: ['found'] }, { limit: 5, direction: 'ASC' })).entries);
  await readyToSearch(store, 'first');
  expect(await search()).toEqual(['1', '2', '3']);
  await store.upkeep({ signal: new AbortController().signal, logger: { info: () => undefined } });
  expect(await search()).toEqual(['1', '2', '3']);
  const unfiled = await store.page('first', { unfiled: true }, { limit: 5, direction: 'ASC' });
  expect(ids(unfiled.entries)).toEqual(['1', '2', '3']);
  const made = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relname = ANY($1)`,
    [SEARCH_INDEXES.map(({ name }) => name)],
  );
  expect(made).toHaveLength(SEARCH_INDEXES.length);
});

it('what the release before changes or deletes beside it is told', async () => {
  const user = newUser();
  const one = entry(user, 1, { title: 'Before' });
  await store.insertEntry(one, []);
  await database.execute(`UPDATE blob_index SET title = 'After', version = 2 WHERE id = $1`, [one.id]);
  await readyToSearch(store, user);
  const search = async (word: string) =>
    ids((await store.page(user, { words: [word] }, { limit: 5, direction: 'DESC' })).entries);
  expect([await search('before'), await search('after')]).toEqual([[], [one.id]]);
  await database.execute(`UPDATE blob_index SET user_id = NULL, title = '', preview = '' WHERE id = $1`, [
    one.id,
  ]);
  expect(await database.query('SELECT FROM blob_words WHERE id = $1', [one.id])).toEqual([]);
});

searchUpgradeContract(() => ({ store, asBefore }));
