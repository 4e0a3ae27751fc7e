import { openTemporaryPostgres } from '../../../platform/testing/postgres.ts';
import { processorStoreContract } from './store.contract.ts';
import { createPostgresProcessorStore } from './store.postgres.ts';

processorStoreContract('PostgreSQL', async () => {
  const server = openTemporaryPostgres();
  const store = createPostgresProcessorStore(await server.database('processors'));
  return { store, close: () => server.close() };
});
