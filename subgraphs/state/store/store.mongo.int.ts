import { describe } from 'vitest';
import { openTemporaryMongo } from '../../../platform/testing/mongo.ts';
import { stateStoreContract } from './store.contract.ts';
import { createMongoStateStore } from './store.mongo.ts';
import { stateStoreRaces } from './store.races.ts';

const open = async () => {
  const server = openTemporaryMongo();
  return { store: createMongoStateStore(server.database('state')), close: () => server.close() };
};

describe('state store on MongoDB', () => {
  stateStoreContract(open);
  stateStoreRaces(open);
});
