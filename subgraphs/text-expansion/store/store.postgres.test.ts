import { describe } from 'vitest';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { expandedTextStoreContract } from './store.contract.ts';
import { createPostgresExpandedTextStore } from './store.postgres.ts';

describe('text expansion store on embedded PostgreSQL', () => {
  expandedTextStoreContract(async () => {
    const server = await openTemporaryPglite();
    const store = createPostgresExpandedTextStore(await server.database('text_expansion'));
    return { store, close: () => server.close() };
  });
});
