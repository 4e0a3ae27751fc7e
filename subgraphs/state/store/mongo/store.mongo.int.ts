import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../../platform/telemetry/logger.ts';
import { openTemporaryMongo } from '../../../../platform/testing/mongo.ts';
import { at, entry, newUser, userBlob } from '../../testing/records.fixture.ts';
import { stateStoreRaces } from '../contract/races.contract.ts';
import { stateStoreContract } from '../contract/store.contract.ts';
import { summaryContract } from '../contract/summary.contract.ts';
import { createMongoStateStore } from './store.mongo.ts';

const open = async () => {
  const server = openTemporaryMongo();
  return { store: createMongoStateStore(server.database('state')), close: () => server.close() };
};

describe('state store on MongoDB', () => {
  stateStoreContract(open);
  stateStoreRaces(open);
  summaryContract(open);
});

describe('documents of the state', () => {
  const server = openTemporaryMongo();
  const database = server.database('state');
  const store = createMongoStateStore(database);
  beforeAll(() => store.prepare());
  afterAll(() => server.close());

  it('have the names of the specification', async () => {
    const user = newUser();
    const blob = userBlob(user, { conversationId: 'c' });
    const one = entry(user, 1, { sourceIds: [blob.id, 'other'], bookId: 'b' });
    await store.insertUserBlob(blob);
    await store.insertEntry(one, []);
    const documents = database.collection<{ _id: string }>('user_blobs');
    expect(await documents.findOne({ _id: blob.id })).toMatchObject({
      user_id: user,
      schema_id: blob.schemaId,
      data: JSON.stringify(blob.data),
      conversation_id: 'c',
      book_id: blob.bookId,
      created_at: blob.createdAt,
      outbox_since: blob.createdAt,
    });
    const indexed = await database.collection<{ _id: string }>('blob_index').findOne({ _id: one.id });
    expect(indexed).toMatchObject({
      user_id: user,
      processor_id: one.processorId,
      storage_location: one.storageLocation,
      remote_blob_id: one.id,
      schema_id: one.schemaId,
      schema_version: one.schemaVersion,
      parent_id: blob.id,
      source_ids: [blob.id, 'other'],
      type: one.type,
      title: one.title,
      preview: one.preview,
      size_bytes: one.sizeBytes,
      created_at: at(1),
      updated_at: at(1),
    });
    // What is absent stays out of the partial indexes.
    expect(indexed).not.toHaveProperty('conversation_id');
    expect(indexed).not.toHaveProperty('outbox_since');
  });

  it('of a release before are there with their turns once the upkeep has built their indexes', async () => {
    const old = server.database('old');
    const upgraded = createMongoStateStore(old);
    const user = newUser();
    const run = { processor_id: 'p', state: 'PENDING', attempt: 0, progress: null, error: null };
    const runs = ['held', 'taken'].map((turn) => ({ ...run, updated_at: at(1).toISOString(), turn }));
    const one = entry(user, 1);
    await upgraded.insertEntry(one, []);
    await old.collection<{ _id: string }>('blob_index').updateOne({ _id: one.id }, { $set: { runs } });
    await upgraded.prepare();
    expect(await upgraded.outstandingRuns(user)).toBeNull();
    expect(await upgraded.heldUsers({ after: '', limit: 10 })).toEqual([]);
    await upgraded.upkeep({ signal: new AbortController().signal, logger: createLogger('silent') });
    expect(await upgraded.outstandingRuns(user)).toEqual(new Map([['p', 1]]));
    expect(await upgraded.heldUsers({ after: '', limit: 10 })).toEqual([user]);
    const found = await upgraded.heldEntries(user, { except: [], limit: 10 });
    expect(found).toEqual([{ id: one.id, processorIds: ['p'] }]);
  });

  it('whose runs were ended by a release that leaves their mark are of no turn', async () => {
    const user = newUser();
    const run = (processorId: string, turn: 'held' | 'taken') => ({
      ...{ processor_id: processorId, state: 'FAILED', attempt: 0, progress: null, error: null },
      ...{ updated_at: at(1).toISOString(), turn },
    });
    const one = entry(user, 1);
    await store.insertEntry(one, []);
    const runs = [run('p', 'held'), run('q', 'taken')];
    await database.collection<{ _id: string }>('blob_index').updateOne({ _id: one.id }, { $set: { runs } });
    expect(await store.heldEntries(user, { except: [], limit: 1 })).toEqual([]);
    expect(await store.heldUsers({ after: '', limit: 1_000 })).not.toContain(user);
    expect(await store.outstandingRuns(user)).toEqual(new Map());
  });

  it('of before there were generations and artifacts are read as what they mean', async () => {
    const run = { state: 'COMPLETED', attempt: 1, progress: 1, error: null } as const;
    const updatedAt = at(1).toISOString();
    const none = { generation: 0, stage: null, artifact: null };
    const one = entry(newUser(), 1, { runs: [{ ...run, ...none, processorId: 'p', updatedAt }] });
    await store.insertEntry(one, []);
    const old = { runs: [{ ...run, processor_id: 'p', updated_at: updatedAt }] };
    await database
      .collection<{ _id: string }>('blob_index')
      .updateOne({ _id: one.id }, { $set: old, $unset: { generation: '' } });
    expect(await store.entries(one.userId, [one.id])).toEqual([one]);
  });
});
