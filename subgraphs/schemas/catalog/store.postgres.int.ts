import { openTemporaryPostgres } from '../../../platform/testing/postgres.ts';
import { schemaStoreContract } from './store.contract.ts';
import { createPostgresSchemaStore } from './store.postgres.ts';

schemaStoreContract('PostgreSQL', async () => {
  const server = openTemporaryPostgres();
  const store = createPostgresSchemaStore(await server.database('schemas'));
  return { store, close: () => server.close() };
});
