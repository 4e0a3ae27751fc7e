import { openTemporaryPglite } from '../../platform/testing/pglite.ts';
import { schemaStoreContract } from './store.contract.ts';
import { createPostgresSchemaStore } from './store.postgres.ts';

schemaStoreContract('embedded PostgreSQL', async () => {
  const server = await openTemporaryPglite();
  const store = createPostgresSchemaStore(await server.database('schemas'));
  return { store, close: () => server.close() };
});
