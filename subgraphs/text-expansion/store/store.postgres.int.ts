import { describe } from 'vitest';
import { openTemporaryPostgres } from '../../../platform/testing/postgres.ts';
import { expandedTextStoreContract } from './store.contract.ts';
import { createPostgresExpandedTextStore } from './store.postgres.ts';
import { expandedTextStoreRaces } from './store.races.ts';

const open = async () => {
  const server = openTemporaryPostgres();
  const store = createPostgresExpandedTextStore(await server.database('text_expansion'));
  return { store, close: () => server.close() };
};

describe('text expansion store on PostgreSQL', () => {
  expandedTextStoreContract(open);
  expandedTextStoreRaces(open);
});
