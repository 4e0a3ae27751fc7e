import { describe, expect, it } from 'vitest';
import { createMongoRecords } from '../../platform/processor/records/mongo/records.mongo.ts';
import { newRecord, newUser } from '../../platform/processor/records/records.contract.fixture.ts';
import { recordsRaces } from '../../platform/processor/records/records.contract.races.ts';
import { recordsContract } from '../../platform/processor/records/records.contract.ts';
import { openTemporaryMongo } from '../../platform/testing/mongo.ts';
import { openMongoRecords, openPostgresRecords } from '../../platform/testing/records.ts';
import { expandedTexts } from './records.fixture.ts';

const { definition, sample } = expandedTexts;

describe.each([
  ['PostgreSQL', () => openPostgresRecords(definition)],
  ['MongoDB', () => openMongoRecords(definition)],
] as const)('expanded texts in %s', (_, open) => {
  recordsContract({ ...expandedTexts, open });
  describe('races', () => recordsRaces({ ...expandedTexts, open }));
});

it('documents have the specified member names', async () => {
  const server = openTemporaryMongo();
  const database = server.database('text_expansion');
  const one = newRecord(newUser(), sample(1), { sourceIds: ['a-draft'] });
  await createMongoRecords(database, definition).insert(one);
  const document = await database.collection<{ _id: string }>('expanded_texts').findOne({ _id: one.id });
  expect(document).toMatchObject({
    user_id: one.userId,
    parent_blob_id: 'a-draft',
    data: one.data,
    processing_time_ms: one.processingTimeMs,
    model_used: 'a-model',
    tokens_used: 3_000_000_000,
    created_at: one.createdAt,
  });
  await server.close();
});
