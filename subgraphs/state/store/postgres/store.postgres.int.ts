import { describe } from 'vitest';
import { openTemporaryPostgres } from '../../../../platform/testing/postgres.ts';
import { stateStoreRaces } from '../contract/races.contract.ts';
import { stateStoreContract } from '../contract/store.contract.ts';
import { summaryContract } from '../contract/summary.contract.ts';
import { createPostgresStateStore } from './store.postgres.ts';

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
