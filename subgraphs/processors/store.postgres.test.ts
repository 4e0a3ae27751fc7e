import { openTemporaryPglite } from '../../platform/testing/pglite.ts';
import { processorStoreContract } from './store.contract.ts';
import { createPostgresProcessorStore } from './store.postgres.ts';

processorStoreContract('embedded PostgreSQL', async () => {
  const server = await openTemporaryPglite();
  const store = createPostgresProcessorStore(await server.database('processors'));
  return { store, close: () => server.close() };
});
