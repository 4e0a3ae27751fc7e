import { openTemporaryPglite } from '../../../../platform/testing/pglite.ts';
import { webhookStoreContract } from './store.contract.ts';
import { createPostgresWebhookStore } from './store.postgres.ts';

webhookStoreContract('embedded PostgreSQL', async () => {
  const server = await openTemporaryPglite();
  const store = createPostgresWebhookStore(await server.database('events'));
  return { store, close: () => server.close() };
});
