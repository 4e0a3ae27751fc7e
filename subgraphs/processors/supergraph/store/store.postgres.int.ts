import { openTemporaryPostgres } from '../../../../platform/testing/postgres.ts';
import { createPostgresProcessorStore } from '../../registry/store.postgres.ts';
import { supergraphStoreContract } from './store.contract.ts';
import { createPostgresSupergraphStore } from './store.postgres.ts';

supergraphStoreContract('PostgreSQL', async () => {
  const server = openTemporaryPostgres();
  const database = await server.database('processors');
  await createPostgresProcessorStore(database).prepare();
  const stores = [createPostgresSupergraphStore(database), createPostgresSupergraphStore(database)] as const;
  return { stores, database, close: () => server.close() };
});
