import { describe, expect, it } from 'vitest';
import { processorModule } from '../processors.ts';
import { read } from '../project.ts';
import { dataTypeFaults } from './data-types.ts';
import { schemaFiles } from './schemas.ts';
import { typeOfVersion } from './types.ts';

it('the types and the list of upcasters are those of the schemas', () => {
  for (const [file, text] of schemaFiles()) expect(read(file), `npm run codegen writes ${file}`).toBe(text);
});

describe('the type of a schema', () => {
  it.each<[object, string]>([
    [{ type: 'string' }, 'string'],
    [{ type: ['integer', 'null'] }, 'number | null'],
    [{ enum: ['a', null] }, '"a" | null'],
    [{ const: 3 }, '3'],
    [{}, 'unknown'],
    [{ type: 'array', items: { type: ['string', 'null'] } }, 'readonly (string | null)[]'],
    [{ type: 'object' }, 'Readonly<Record<string, unknown>>'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, 'Readonly<Record<string, number>>'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
    [{ $ref: '#/$defs/t', $defs: { t: { type: 'boolean' } } }, 'boolean'],
    [
      { type: 'object', required: ['a'], properties: { a: { type: 'string' }, 'b-c': false } },
      '{\n  readonly a: string;\n  readonly "b-c"?: never;\n}',
    ],
    [{ allOf: [{ type: 'string' }, { maxLength: 3 }] }, 'string'],
    [
      { type: 'object', properties: { a: {} }, anyOf: [{ required: ['a'] }, { minProperties: 2 }] },
      '{\n  readonly a?: unknown;\n}',
    ],
  ])('%j is %s', (definition, type) => {
    expect(typeOfVersion('some-thing-v1', '1.2.0', definition as Record<string, unknown>)).toContain(
      `export type SomeThingV1_1_2_0 = ${type};\n`,
    );
  });

  it('cannot be left by a description', () => {
    expect(typeOfVersion('a-v1', '1.0.0', { description: 'A */ export {}' })).toContain(
      '/** A * / export {}',
    );
  });
});

describe('what a processor makes', () => {
  const processor = (over: object = {}) =>
    processorModule.parse({
      default: {
        id: 'summary',
        makes: { type: 'Summary', schema: 'summary-v1' },
        records: {
          members: { words: 'integer', heading: 'text', parts: 'json' },
          beside: { model_used: 'text' },
        },
        ...over,
      },
    }).default;
  const definition = {
    type: 'object',
    required: ['words', 'parts'],
    properties: {
      words: { type: 'integer' },
      heading: { type: ['string', 'null'] },
      parts: {
        type: 'array',
        items: { type: 'object', required: ['a'], properties: { a: { type: 'number' } } },
      },
    },
  };
  const sdl = (fields: string, more = 'type Part { a: Float! }') =>
    `type Query { a: Int } type Summary { id: ID! ${fields} } ${more} type BlobIndex { id: ID! }`;
  const faults = (fields: string, more?: string, of = processor()) =>
    dataTypeFaults({ sdlFile: 'schema.graphql', sdl: sdl(fields, more) }, of, definition);

  it('has the type of its schema', () => {
    expect(
      faults(
        'words: Int! heading: String parts: [Part!]! parentBlob: BlobIndex modelUsed: String! createdAt: String!',
      ),
    ).toEqual([]);
    expect(
      faults(
        'data: Data!',
        'type Data { words: Int! heading: String parts: [Part!]! } type Part { a: Float! }',
      ),
    ).toEqual([]);
    const resolvers = { Summary: { count: { needs: [] } } };
    expect(faults('count: Int!', undefined, processor({ resolvers }))).toEqual([]);
  });

  it.each<[string, string | undefined, RegExp]>([
    ['length: Int', undefined, /^Summary\.length: in summary-v1 1\.0\.0 there is no member `length`/],
    ['words: String!', undefined, /^Summary\.words: .* the member is integer, and the field String/],
    ['heading: String!', undefined, /^Summary\.heading: .* may be absent, .* nullable/],
    ['words: [Int!]!', undefined, /^Summary\.words: .* the field is a list/],
    ['words: Part', undefined, /^Summary\.words: .* the field is an object/],
    ['parts: [Part!]!', 'type Part { a: Int! }', /^Part\.a: .* the member is number, and the field Int/],
    ['parts: [Part!]!', 'type Part { a: Float! b: Int }', /^Part\.b: .* no member `b`/],
    ['source: BlobIndex', undefined, /^Summary\.source: .* no member `source_id` or `source_blob_id`/],
    ['heading: Kind', 'enum Kind { A }', /^Summary\.heading: .* the member is not an `enum`/],
  ])('differs: %s', (fields, more, message) => {
    expect(faults(fields, more)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });

  it('keeps the members of its schema, and no others', () => {
    const records = { members: { words: 'integer', author: 'text', parts: 'json' } };
    expect(faults('words: Int!', undefined, processor({ records }))).toEqual([
      expect.stringMatching(/no member `author` of summary-v1 1\.0\.0/),
      expect.stringMatching(/leaves out `heading`/),
    ]);
  });
});
