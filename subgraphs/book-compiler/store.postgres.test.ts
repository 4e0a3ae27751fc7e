import { describe } from 'vitest';
import { openTemporaryPglite } from '../../platform/testing/pglite.ts';
import { compiledBookStoreContract } from './store.contract.ts';
import { createPostgresStore } from './store.postgres.ts';

describe('compiled books in embedded PostgreSQL', () => {
  compiledBookStoreContract(async () => {
    const server = await openTemporaryPglite();
    const store = createPostgresStore(await server.database('book_compiler'));
    return { store, close: () => server.close() };
  });
});
