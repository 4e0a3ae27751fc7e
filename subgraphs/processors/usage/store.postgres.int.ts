import { openTemporaryPostgres } from '../../../platform/testing/postgres.ts';
import { createPostgresProcessorStore } from '../registry/store.postgres.ts';
import { usageStoreContract } from './store.contract.ts';
import { createPostgresUsageStore } from './store.postgres.ts';

usageStoreContract('PostgreSQL', async () => {
  const server = openTemporaryPostgres();
  const database = await server.database('processors');
  await createPostgresProcessorStore(database).prepare();
  return { store: createPostgresUsageStore(database), close: () => server.close() };
});
