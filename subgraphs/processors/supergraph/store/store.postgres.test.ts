import { openTemporaryPglite } from '../../../../platform/testing/pglite.ts';
import { createPostgresProcessorStore } from '../../registry/store.postgres.ts';
import { supergraphStoreContract } from './store.contract.ts';
import { createPostgresSupergraphStore } from './store.postgres.ts';

supergraphStoreContract('embedded PostgreSQL', async () => {
  const server = await openTemporaryPglite();
  const database = await server.database('processors');
  await createPostgresProcessorStore(database).prepare();
  const stores = [createPostgresSupergraphStore(database), createPostgresSupergraphStore(database)] as const;
  return { stores, database, close: () => server.close() };
});
