import { openTemporaryPostgres } from '../../../../platform/testing/postgres.ts';
import { webhookStoreContract } from './store.contract.ts';
import { createPostgresWebhookStore } from './store.postgres.ts';

webhookStoreContract('PostgreSQL', async () => {
  const server = openTemporaryPostgres();
  const store = createPostgresWebhookStore(await server.database('events'));
  return { store, close: () => server.close() };
});
