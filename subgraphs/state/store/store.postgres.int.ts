import { randomBytes } from 'node:crypto';
import { describe } from 'vitest';
import { openPgServer } from '../../../platform/sql/database.pg.ts';
import { services } from '../../../platform/testing/services.ts';
import { stateStoreContract } from './store.contract.ts';
import { createPostgresStateStore } from './store.postgres.ts';

describe('state store on PostgreSQL', () => {
  stateStoreContract(async () => {
    const databasePrefix = `test_${randomBytes(6).toString('hex')}_`;
    const server = openPgServer({ url: services().postgresUrl, databasePrefix });
    const store = createPostgresStateStore(await server.database('state'));
    return { store, close: () => server.close() };
  });
});
