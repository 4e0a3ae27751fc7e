import { expect, it } from 'vitest';
import { createLogger } from '../../../../../platform/telemetry/logger.ts';
import { openTemporaryPostgres } from '../../../../../platform/testing/postgres.ts';
import { migrations } from '../schema.postgres.ts';
import { createPostgresStateStore } from '../store.postgres.ts';
import { LISTS_STEP } from './indexes.postgres.ts';
import { upkeepContract } from './upkeep.postgres.contract.ts';

upkeepContract(async () => openTemporaryPostgres());

it('several processes keep one database up at once', async () => {
  const server = openTemporaryPostgres();
  try {
    const database = await server.database('state');
    await database.migrate(migrations.slice(0, migrations.indexOf(LISTS_STEP)));
    await database.execute(
      `INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version,
         source_ids, type, title, preview, size_bytes, runs, state, created_at, updated_at, outbox)
       SELECT i::text, 'alice', 1, 'p', 's', 's', '1', '{}', 't', '', '', 1, '[]', 'STORED', now(), now(), '[]'
       FROM generate_series(1, 1000) i`,
    );
    const store = createPostgresStateStore(database);
    await store.prepare();
    const { signal } = new AbortController();
    const keepUp = () => store.upkeep({ signal, logger: createLogger('silent') });
    await Promise.all([keepUp(), keepUp(), keepUp()]);
    const indexes = await database.query<{ valid: boolean }>(
      `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'blob_list_type_book'::regclass`,
    );
    expect(indexes).toEqual([{ valid: true }]);
  } finally {
    await server.close();
  }
});
