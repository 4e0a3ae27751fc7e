import { afterAll, beforeAll } from 'vitest';
import { openTemporaryMongo } from '../../../../../platform/testing/mongo.ts';
import { searchUpgradeContract } from '../../contract/search-upgrade.contract.ts';
import { createMongoStateStore } from '../store.mongo.ts';

const server = openTemporaryMongo();
const database = server.database('state');
const store = createMongoStateStore(database);
beforeAll(() => store.prepare());
afterAll(() => server.close());

searchUpgradeContract(() => ({
  store,
  async asBefore(user) {
    await database.collection('blob_index').updateMany({ user_id: user }, { $unset: { words: '' } });
  },
}));
