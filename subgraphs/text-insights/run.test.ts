import { afterAll, describe, expect, it } from 'vitest';
import { Threads } from '../../platform/concurrency/threads.ts';
import { compileSchema } from '../../platform/json-schema/validator.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { readShippedSchemas } from '../schemas/catalog/shipped.ts';
import type { AnalysisTask } from './analysis/text.worker.ts';
import { insights } from './run.ts';

const threads = new Threads<AnalysisTask>({ source: 'subgraphs/text-insights/analysis/text.worker.ts' });
afterAll(() => threads.close());

const shipped = readShippedSchemas(projectFile('schemas')).find(({ id }) => id === 'text-insights-v1');
const validate = compileSchema(shipped?.definition ?? {});

const request = (data: unknown, schemaId = 'text-input-v1', owner = 'state') => ({
  source: {
    ...{ id: 'a', userId: 'alice', owner, schemaId, schemaVersion: '1.0.0', type: 'text', title: 'A' },
    ...{ bookId: null, conversationId: null, chapterNum: null, data },
  },
  signal: new AbortController().signal,
});

/** The insights of a text, validated against the schema. */
async function told(content: string) {
  const { data } = await insights(request({ content }), { threads });
  expect(validate(data)).toEqual([]);
  return data;
}

const STORY = `---
title: Not a word of it
---
# The Harbour

Sherlock Holmes came to **Lisbon** by the night ferry. The ferry was late, and the harbour lay dark.
“The harbour again,” said Dr. Watson; he had met Holmes in [London](https://example.com/not-a-word).

    code that no reader reads
`;

describe('the insights of a text', () => {
  it('have its visible length', async () => {
    expect(await told(STORY)).toMatchObject({ language: 'en', sentence_count: 4, is_excerpt: false });
    const data = await told('One two. Three!');
    expect(data).toMatchObject({ word_count: 3, character_count: 13, sentence_count: 2, reading_seconds: 1 });
    expect((await told(`${'word '.repeat(238)}`)).reading_seconds).toBe(60);
  });

  it('have its keywords and names', async () => {
    const { keywords, named_entities: named } = await told(STORY);
    expect(keywords.slice(0, 3).map(({ word }) => word.toLowerCase())).toEqual(
      expect.arrayContaining(['harbour', 'ferry']),
    );
    expect(keywords).toContainEqual({ word: 'Holmes', count: 2 });
    expect(keywords.map(({ word }) => word)).not.toContain('code');
    expect(named).toContainEqual({ name: 'Sherlock Holmes', kind: 'PERSON', count: 1 });
    expect(named).toContainEqual({ name: 'Lisbon', kind: 'PLACE', count: 1 });
    expect(named).toContainEqual({ name: 'London', kind: 'PLACE', count: 1 });
  });

  it.each([
    ['zh', '今天天气很好。我们去公园散步，看见了很多花。公园里有很多人。', '公园', 2],
    ['ja', '吾輩は猫である。名前はまだ無い。猫はどこで生れたかとんと見当がつかぬ。', '猫', 2],
    ['th', 'ภาษาไทยเป็นภาษาที่ไม่มีการเว้นวรรคระหว่างคำ ภาษาไทยเขียนติดกัน', 'ภาษา', 3],
    [
      'de',
      'Der Hafen lag still, und die Fähre kam nicht. Das Licht im Turm war aus. Die Fähre blieb aus.',
      'Fähre',
      2,
    ],
    [
      'ru',
      'Старый маяк стоял на берегу, и свет маяка был виден далеко. Маяк погас, и корабли остались в темноте.',
      'маяк',
      2,
    ],
  ])('in %s, in its own words, and no names are guessed at', async (language, text, word, count) => {
    const data = await told(text);
    expect(data).toMatchObject({ language, named_entities: null });
    expect(data.keywords.map((one) => ({ ...one, word: one.word.toLowerCase() }))).toContainEqual({
      word: word.toLowerCase(),
      count,
    });
    expect(data.word_count).toBeGreaterThan(8);
  });

  it('have no language, keywords and names when these are unknown', async () => {
    expect(await told('Ok')).toMatchObject({
      language: null,
      keywords: [],
      named_entities: null,
      word_count: 1,
    });
    expect(await told('🥊 👩‍👩‍👧‍👦')).toMatchObject({
      word_count: 0,
      character_count: 2,
      reading_seconds: 0,
    });
  });
});

it('has length and keywords in the preview', async () => {
  const { preview } = await insights(request({ content: STORY }), { threads });
  expect(preview).toMatch(/^\d+ words, \d+ s: .*[Hh]arbour/);
});

it('compares users’ own texts, but no expansions', async () => {
  const own = await insights(request({ content: STORY }, 'message-v1'), { threads });
  expect(own.beside?.['signature']).toEqual(expect.any(String));
  const expansion = await insights(request({ expanded: STORY }, 'expanded-text-v1', 'text-expansion'), {
    threads,
  });
  expect(expansion.beside).toBeUndefined();
  expect(expansion.data).toEqual(own.data);
});

it.each([{}, null, 'text', { content: 7 }])('is not made of %j', async (data) => {
  await expect(insights(request(data), { threads })).rejects.toMatchObject({
    code: 'SCHEMA_VIOLATION',
    field: 'data.content',
  });
});

it('is aborted by its signal', async () => {
  const over = new AbortController();
  const running = insights(
    { ...request({ content: 'word '.repeat(1_000_000) }), signal: over.signal },
    { threads },
  );
  over.abort(new Error('over'));
  await expect(running).rejects.toThrow('over');
});
