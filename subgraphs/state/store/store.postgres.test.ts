import { describe } from 'vitest';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { stateStoreContract } from './store.contract.ts';
import { createPostgresStateStore } from './store.postgres.ts';

describe('state store on embedded PostgreSQL', () => {
  stateStoreContract(async () => {
    const server = await openTemporaryPglite();
    const store = createPostgresStateStore(await server.database('state'));
    return { store, close: () => server.close() };
  });
});
