import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { createPostgresProcessorStore } from '../registry/store.postgres.ts';
import { usageStoreContract } from './store.contract.ts';
import { createPostgresUsageStore } from './store.postgres.ts';

usageStoreContract('embedded PostgreSQL', async () => {
  const server = await openTemporaryPglite();
  const database = await server.database('processors');
  await createPostgresProcessorStore(database).prepare();
  return { store: createPostgresUsageStore(database), close: () => server.close() };
});
