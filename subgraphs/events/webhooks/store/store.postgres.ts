import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import { deliveringWebhooks } from './delivering.postgres.ts';
import { ownedWebhooks } from './owned.postgres.ts';
import { migrations } from './schema.postgres.ts';
import type { WebhookStore } from './store.ts';

export const createPostgresWebhookStore = (database: SqlDatabase): WebhookStore => ({
  prepare: () => database.migrate(migrations),
  ping: () => database.ping(),
  ...ownedWebhooks(database),
  ...deliveringWebhooks(database),
});
