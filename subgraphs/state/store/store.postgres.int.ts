import { describe } from 'vitest';
import { openTemporaryPostgres } from '../../../platform/testing/postgres.ts';
import { summaryContract } from '../summary/summary.contract.ts';
import { stateStoreContract } from './store.contract.ts';
import { createPostgresStateStore } from './store.postgres.ts';
import { stateStoreRaces } from './store.races.ts';

const open = async () => {
  const server = openTemporaryPostgres();
  const store = createPostgresStateStore(await server.database('state'));
  return { store, close: () => server.close() };
};

describe('state store on PostgreSQL', () => {
  stateStoreContract(open);
  stateStoreRaces(open);
  summaryContract(open);
});
