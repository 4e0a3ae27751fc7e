import { openPglite } from '../../platform/sql/database.pglite.ts';
import { processorStoreContract } from './store.contract.ts';
import { createPostgresProcessorStore } from './store.postgres.ts';

processorStoreContract('embedded PostgreSQL', async () => {
  const server = await openPglite({});
  const store = createPostgresProcessorStore(await server.database('processors'));
  return { store, close: () => server.close() };
});
