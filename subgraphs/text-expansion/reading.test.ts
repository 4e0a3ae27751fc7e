import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresRecords } from '../../platform/processor/records/postgres/records.postgres.ts';
import { newRecord } from '../../platform/processor/records/records.contract.fixture.ts';
import { databaseOf, processorService } from '../../platform/processor/service.ts';
import type { SqlServer } from '../../platform/sql/database.ts';
import { currentTrace } from '../../platform/telemetry/trace.ts';
import { observed } from '../../platform/testing/observed.ts';
import { openTemporaryPglite } from '../../platform/testing/pglite.ts';
import { startTestService, type TestService } from '../../platform/testing/service.ts';
import processor from './processor.ts';
import { expandedTexts } from './records.fixture.ts';
import type { ExpandedTextData } from './run.ts';

let server: SqlServer;
let service: TestService;
let statements: string[] = [];
const ids: string[] = [];

/** Records a statement of a request. Those of background work have no trace. */
function note(text: string): void {
  if (currentTrace()) statements.push(text);
}

/** A document of the schema's version 2.0.0. */
const withoutKept = (data: ExpandedTextData) => ({
  ...data,
  sections: data.sections.map(({ kept: _kept, why: _why, ...section }) => section),
});

let old = '';

beforeAll(async () => {
  server = await openTemporaryPglite();
  const records = createPostgresRecords(await server.database(databaseOf(processor)), processor.records);
  await records.prepare();
  for (let index = 0; index < 50; index += 1) {
    const { data, beside } = expandedTexts.sample(index);
    const record = newRecord('alice', { data, beside: { ...beside, tokens_used: 12 } });
    const { stored } = await records.insert(record);
    await records.markRegistered(stored, new Date());
    ids.push(stored.id);
  }
  const { data, beside } = expandedTexts.sample(0);
  const before = newRecord('alice', { data: withoutKept(data as unknown as ExpandedTextData), beside });
  old = (await records.insert(before)).stored.id;
  service = await startTestService(processorService(processor), {
    sql: async (name) => observed(await server.database(name), note),
  });
});
afterAll(async () => {
  await service?.stop();
  await server?.close();
});

async function entities(of: readonly string[], selection: string) {
  statements = [];
  const representations = of.map((id) => ({ __typename: 'ExpandedText', id }));
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`;
  const { data, errors } = await service.graphql<{ _entities: unknown[] }>(query, { r: representations });
  expect(errors).toBeUndefined();
  return data?._entities ?? [];
}

const sample = expandedTexts.sample(0).data as unknown as ExpandedTextData;

describe('expanded texts', () => {
  it.each([
    '... on ExpandedText { id modelUsed tokensUsed }',
    '... on ExpandedText { id data { original expanded styleAnalysis { tone complexity } } }',
    '... on Blob { id } ... on ExpandedText { data { sections { title text } } parentBlob { id } }',
  ])('cost one statement for 1 and for 50: %s', async (selection) => {
    expect(await entities(ids.slice(0, 1), selection)).toHaveLength(1);
    expect(statements).toHaveLength(1);
    expect(await entities(ids, selection)).toHaveLength(50);
    expect(statements).toHaveLength(1);
  });

  it('are read without texts that are not selected', async () => {
    await entities(
      ids,
      '... on ExpandedText { id modelUsed data { expansionRatio sections { title index } } }',
    );
    expect(statements.join()).not.toMatch(/\b(original|expanded)\b/);
    await entities(ids, '... on ExpandedText { data { sections { text } } }');
    expect(statements.join()).toMatch(/\bexpanded\b/);
    expect(statements.join()).not.toMatch(/\boriginal\b/);
  });

  it('show all members of their documents', async () => {
    const [all] = await entities(
      ids.slice(0, 1),
      `... on ExpandedText { id parentBlobId parentBlob { id } processingTimeMs modelUsed tokensUsed createdAt
        data { original expanded expansionRatio styleAnalysis { tone complexity readabilityScore vocabularyLevel }
          sections { index title originalStart originalLength expandedStart expandedLength kept why text } } }`,
    );
    expect(all).toEqual({
      id: ids[0],
      parentBlobId: 'a-draft',
      parentBlob: { id: 'a-draft' },
      processingTimeMs: 1_234,
      modelUsed: 'a-model',
      tokensUsed: 12,
      createdAt: '2026-01-01T00:00:00.000Z',
      data: {
        original: sample.original,
        expanded: sample.expanded,
        expansionRatio: 79 / 31,
        styleAnalysis: {
          tone: 'neutral',
          complexity: 0.25,
          readabilityScore: -12.345,
          vocabularyLevel: 'basic',
        },
        sections: [
          {
            index: 0,
            title: null,
            originalStart: 0,
            originalLength: 7,
            expandedStart: 0,
            expandedLength: 7,
            kept: true,
            why: 'It holds no prose to expand.',
            text: '# Eins\n',
          },
          {
            index: 1,
            title: 'Eins',
            originalStart: 7,
            originalLength: 24,
            expandedStart: 7,
            expandedLength: 72,
            kept: false,
            why: null,
            text: sample.expanded.slice(7, 79),
          },
        ],
      },
    });
  });

  it('of an earlier schema version show all sections as expanded', async () => {
    const [text] = await entities([old], '... on ExpandedText { data { sections { index kept why } } }');
    expect(text).toEqual({
      data: {
        sections: [
          { index: 0, kept: false, why: null },
          { index: 1, kept: false, why: null },
        ],
      },
    });
  });
});
