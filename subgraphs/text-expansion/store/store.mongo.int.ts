import { randomBytes } from 'node:crypto';
import { Binary } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';
import { openTemporaryMongo } from '../../../platform/testing/mongo.ts';
import { expandedTextStoreContract, newUser, record } from './store.contract.ts';
import { createMongoExpandedTextStore } from './store.mongo.ts';
import { expandedTextStoreRaces } from './store.races.ts';

const open = async () => {
  const server = openTemporaryMongo();
  const store = createMongoExpandedTextStore(server.database('text_expansion'));
  return { store, close: () => server.close() };
};

describe('text expansion store on MongoDB', () => {
  expandedTextStoreContract(open);
  expandedTextStoreRaces(open);
});

describe('documents of the text expansion', () => {
  const server = openTemporaryMongo();
  const database = server.database('text_expansion');
  const store = createMongoExpandedTextStore(database);
  const texts = database.collection<{ _id: string; data: unknown }>('expanded_texts');
  afterAll(() => server.close());

  it('have the names of the specification', async () => {
    const one = record(newUser());
    await store.insert(one);
    const document = await texts.findOne({ _id: one.id });
    expect(document).toMatchObject({
      user_id: one.userId,
      parent_blob_id: one.parentBlobId,
      data: {
        original: one.original,
        expanded: one.expanded,
        expansion_ratio: one.expansionRatio,
        style_analysis: {
          tone: one.styleAnalysis.tone,
          complexity: one.styleAnalysis.complexity,
          readability_score: one.styleAnalysis.readabilityScore,
          vocabulary_level: one.styleAnalysis.vocabularyLevel,
        },
        sections: [
          { index: 0, title: null },
          {
            index: 1,
            title: 'Eins',
            original_start: 7,
            original_length: 24,
            expanded_start: 7,
            expanded_length: 72,
          },
        ],
      },
      processing_time_ms: one.processingTimeMs,
      model_used: one.modelUsed,
      tokens_used: one.tokensUsed,
      created_at: one.createdAt,
      content_hash: one.contentHash,
      registered_at: null,
      quarantined: null,
    });
  });

  it('are compressed only where they are too large, and refused where that does not help', async () => {
    const large = record(newUser(), { expanded: 'x'.repeat(16 * 1024 * 1024) });
    await store.insert(large);
    expect((await texts.findOne({ _id: large.id }))?.data).toBeInstanceOf(Binary);

    const noise = randomBytes(16 * 1024 * 1024).toString('base64');
    const incompressible = record(newUser(), { expanded: noise });
    await expect(store.insert(incompressible)).rejects.toMatchObject({ code: 'BLOB_TOO_LARGE' });
    expect(await store.find(incompressible.id)).toBeNull();
  });
});
