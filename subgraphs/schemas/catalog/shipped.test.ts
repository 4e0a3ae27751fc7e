import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileSchema } from '../../../platform/json-schema/validator.ts';
import { projectFile } from '../../../platform/process/paths.ts';
import { blobTypeOf, descriptionOf, titleOf } from './schema.ts';
import { checkShippedSchemas, readShippedSchemas } from './shipped.ts';

const schemas = new Map(readShippedSchemas(projectFile('schemas')).map((schema) => [schema.id, schema]));

function messages(id: string, document: unknown): string[] {
  const schema = schemas.get(id);
  if (!schema) throw new Error(`There is no ${id}`);
  return compileSchema(schema.definition)(document).map(({ message }) => message);
}

describe('the shipped schemas', () => {
  it('are valid JSON Schemas', () => {
    expect(() => checkShippedSchemas([...schemas.values()])).not.toThrow();
  });

  it('are those of the built-in processors, with title, description and blob type', () => {
    const types = [...schemas.values()].map((schema) => [schema.id, blobTypeOf(schema)]);
    // Added processors have their own schemas.
    expect(Object.fromEntries(types)).toMatchObject({
      'text-input-v1': 'text',
      'message-v1': 'message',
      'note-v1': 'note',
      'expanded-text-v1': 'expanded_text',
      'compiled-book-v1': 'compiled_book',
    });
    for (const schema of schemas.values()) {
      expect(titleOf(schema)).not.toBe(schema.id);
      expect(descriptionOf(schema).length).toBeGreaterThan(20);
    }
  });

  it('accept a text with and without its place in a book', () => {
    expect(messages('text-input-v1', { content: 'שלום 🦉' })).toEqual([]);
    const metadata = { book_id: 'my-novel', chapter_num: 1, title: 'One', pen_name: { any: ['thing'] } };
    expect(messages('text-input-v1', { content: 'Once', metadata })).toEqual([]);
  });

  it.each<[unknown, string]>([
    [{}, '`content` is missing.'],
    [{ content: ' \n\t' }, '`content` must not be blank.'],
    [{ content: 7 }, '`content` must be text, not a number.'],
    [
      { content: 'a', metdata: {} },
      '`metdata` is not a field of this schema. Allowed here: `content`, `metadata`.',
    ],
    [
      { content: 'a', metadata: { book_id: 'b' } },
      '`metadata.chapter_num` is missing: it goes together with `book_id`.',
    ],
    [
      { content: 'a', metadata: { chapter_num: 1 } },
      '`metadata.book_id` is missing: it goes together with `chapter_num`.',
    ],
    [
      { content: 'a', metadata: { book_id: 'b', chapter_num: 0 } },
      '`metadata.chapter_num` must be at least 1.',
    ],
    [
      { content: 'a', metadata: { book_id: 'b', chapter_num: 1.5 } },
      '`metadata.chapter_num` must be a whole number.',
    ],
    [
      { content: 'a', metadata: { bookId: 'b', chapter_num: 1 } },
      'The name `metadata.bookId` does not have the right form. Names are snake_case, e.g. `book_id`.',
    ],
    [{ content: 'a', metadata: { book_id: ' ', chapter_num: 1 } }, '`metadata.book_id` must not be blank.'],
  ])('refuse the text %j: %s', (document, message) => {
    expect(messages('text-input-v1', document)).toContain(message);
  });

  it('accept a message and reject an empty one', () => {
    expect(messages('message-v1', { content: 'Hi', metadata: { conversation_id: 'c' } })).toEqual([]);
    expect(messages('message-v1', { content: '' })).toEqual(['`content` must not be blank.']);
  });

  it('accept any object as a note', () => {
    expect(messages('note-v1', { anything: [1, { at: 'all' }] })).toEqual([]);
    expect(messages('note-v1', 'text')).toEqual(['The document must be an object, not text.']);
  });

  it('accept what processors make, with later fields', () => {
    const section = {
      index: 0,
      original_start: 0,
      original_length: 1,
      expanded_start: 0,
      expanded_length: 4,
    };
    const expanded = {
      original: 'a',
      expanded: 'a, b',
      expansion_ratio: 4,
      style_analysis: {
        tone: 'calm',
        complexity: 0.25,
        readability_score: -3.5,
        vocabulary_level: 'basic',
      },
      sections: [section],
      later: true,
    };
    expect(messages('expanded-text-v1', expanded)).toEqual([]);
    expect(messages('expanded-text-v1', { ...expanded, sections: [{}] })).toHaveLength(5);
    const book = {
      book_id: 'my-novel',
      version: 1,
      full_text: '# One',
      word_count: 1,
      chapter_count: 1,
      source_blob_ids: ['a'],
      compile_config: { use_expanded: true },
    };
    expect(messages('compiled-book-v1', book)).toEqual([]);
    expect(messages('compiled-book-v1', { ...book, version: 0 })).toEqual(['`version` must be at least 1.']);
  });
});

describe('a folder of schemas', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schemas-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['newest.json', '{}', /newest\.json: name the file by its version/],
    ['1.0.0.json', '{"type":"strng"}', /thing-v1 1\.0\.0: \/type/],
    ['1.0.0.json', '{', /1\.0\.0\.json: .*JSON/],
  ])('with %s of %s does not load, and says why', (file, text, message) => {
    const own = mkdtempSync(join(folder, 'case-'));
    mkdirSync(join(own, 'thing-v1'));
    writeFileSync(join(own, 'thing-v1', file), text);
    expect(() => checkShippedSchemas(readShippedSchemas(own))).toThrow(message);
  });
});
