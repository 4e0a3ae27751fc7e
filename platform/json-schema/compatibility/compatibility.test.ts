import { describe, expect, it } from 'vitest';
import { cpuMsOf } from '../../testing/cpu-time.ts';
import { checkDefinition, compileSchema, type JsonObject } from '../validator.ts';
import { incompatibilities } from './compatibility.ts';

const problemsOf = (older: JsonObject, newer: JsonObject) => {
  for (const definition of [older, newer]) expect(checkDefinition(definition)).toEqual([]);
  return incompatibilities({ version: '1.0.0', definition: older }, newer);
};
const text = { type: 'string' };
const object = (properties: object, more: object = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});
const closed = { additionalProperties: false };

describe('a newer version takes all that the older one takes', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['the same', object({ a: text }), object({ a: text })],
    ['other words', { ...text, title: 'A' }, { ...text, title: 'B', 'x-note': 1, examples: ['b'] }],
    ['anything', object({ a: text }, { required: ['a'] }), {}],
    [
      'a further field where there were no others',
      object({ a: text }, closed),
      object({ a: text, b: text }, closed),
    ],
    ['open where it was closed', object({ a: text }, closed), object({ a: text })],
    [
      'a field less to be there',
      object({ a: text }, { required: ['a', 'b'] }),
      object({ a: text }, { required: ['b'] }),
    ],
    [
      'wider bounds',
      { type: 'integer', minimum: 1, maximum: 5 },
      { type: 'integer', minimum: 0, maximum: 6 },
    ],
    ['an open bound', { type: 'number', exclusiveMinimum: 1 }, { type: 'number', minimum: 1 }],
    ['whole numbers as numbers', { type: 'integer' }, { type: 'number', multipleOf: 0.01 }],
    ['cents as tenths of cents', { type: 'number', multipleOf: 0.01 }, { type: 'number', multipleOf: 0.001 }],
    ['longer texts', { ...text, maxLength: 5 }, { ...text, maxLength: 6, minLength: 0 }],
    ['a type more', text, { type: ['string', 'null'] }],
    ['a word more', { enum: ['a', 'b'] }, { enum: ['a', 'b', 'c'] }],
    ['a word as a text', { const: 'a' }, { ...text, maxLength: 1 }],
    ['what is for other types', { type: 'number' }, { minLength: 3, required: ['a'], items: false }],
    ['one form of several', text, { anyOf: [{ type: 'number' }, text] }],
    [
      'each form in one of more',
      { anyOf: [text, { type: 'null' }] },
      { anyOf: [{ type: 'null' }, { type: 'number' }, text] },
    ],
    ['forms as types', { oneOf: [text, { type: 'null' }] }, { type: ['null', 'string'] }],
    ['a reference written out', { $ref: '#/$defs/t', $defs: { t: text } }, text],
    [
      'another name of a reference',
      { $ref: '#/$defs/t', $defs: { t: text } },
      { $defs: { u: text }, $ref: '#/$defs/u' },
    ],
    ['a part of what was asked', { allOf: [text, { maxLength: 3 }] }, { ...text, maxLength: 3 }],
    ['the same in parts', { ...text, maxLength: 3 }, { allOf: [text, { maxLength: 3 }] }],
    [
      'longer lists',
      { type: 'array', items: text, maxItems: 3 },
      { type: 'array', items: { type: ['string', 'number'] } },
    ],
    [
      'a tuple as a list',
      { prefixItems: [text, text], items: false, type: 'array' },
      { type: 'array', items: text },
    ],
    [
      'names by a pattern',
      object({}, { patternProperties: { '^x_': text }, ...closed }),
      object({}, { additionalProperties: text }),
    ],
    ['names that are listed', object({ a_b: {} }, closed), { propertyNames: { pattern: '^[a-z_]+$' } }],
    [
      'fields that go together',
      object({}, { dependentRequired: { a: ['b', 'c'] } }),
      { dependentRequired: { a: ['b'] } },
    ],
    ['fields that are always there', object({}, { required: ['b'] }), { dependentRequired: { a: ['b'] } }],
    [
      'nothing where nothing was',
      { type: 'array', items: false },
      { type: 'array', items: { type: 'null' } },
    ],
    ['no schema at all', { not: {} }, text],
  ])('%s', (_what, older, newer) => {
    expect(problemsOf(older, newer)).toEqual([]);
  });
});

describe('a newer version that may refuse', () => {
  it.each<[string, JsonObject, JsonObject, string]>([
    ['a field to be there', object({ a: text }), object({ a: text }, { required: ['a'] }), '/required'],
    ['a field with a type where others were taken', object({}), object({ b: text }), '/properties/b/type'],
    [
      'a field less',
      object({ a: text, b: text }, closed),
      object({ a: text }, closed),
      '/additionalProperties',
    ],
    ['closed', object({ a: text }), object({ a: text }, closed), '/additionalProperties'],
    ['narrower bounds', { type: 'number', minimum: 0 }, { type: 'number', minimum: 1 }, '/minimum'],
    [
      'a closed bound',
      { type: 'number', minimum: 1 },
      { type: 'number', exclusiveMinimum: 1 },
      '/exclusiveMinimum',
    ],
    [
      'coarser steps',
      { type: 'number', multipleOf: 0.001 },
      { type: 'number', multipleOf: 0.01 },
      '/multipleOf',
    ],
    ['whole numbers', { type: 'number' }, { type: 'integer' }, '/type'],
    [
      'shorter texts',
      object({ a: text }),
      object({ a: { ...text, maxLength: 9 } }),
      '/properties/a/maxLength',
    ],
    ['a pattern', text, { ...text, pattern: '^a' }, '/pattern'],
    ['another pattern', { ...text, pattern: '^a' }, { ...text, pattern: '^b' }, '/pattern'],
    ['a format', text, { ...text, format: 'date' }, '/format'],
    ['a type less', { type: ['string', 'null'] }, text, '/type'],
    ['a word less', { enum: ['a', 'b'] }, { enum: ['a'] }, ''],
    ['words', text, { enum: ['a'] }, '/enum'],
    ['a form less', { anyOf: [text, { type: 'null' }] }, { anyOf: [text] }, '/anyOf'],
    ['forms that exclude each other', text, { oneOf: [text, { type: 'string' }] }, '/oneOf'],
    ['a condition', object({}), { ...object({}), if: { required: ['a'] }, else: false }, '/if'],
    ['an exception', text, { ...text, not: { const: 'a' } }, '/not'],
    ['entries of a list', { type: 'array' }, { type: 'array', items: text }, '/items/type'],
    ['an entry of a tuple', { type: 'array' }, { type: 'array', prefixItems: [text] }, '/prefixItems/0/type'],
    [
      'doubles',
      { type: 'array', items: text },
      { type: 'array', items: text, uniqueItems: true },
      '/uniqueItems',
    ],
    ['names', object({}), { propertyNames: { maxLength: 3 } }, '/propertyNames/maxLength'],
    ['fields that go together', object({}), { dependentRequired: { a: ['b'] } }, '/dependentRequired'],
    [
      'what is left',
      object({ a: text }),
      { ...object({ a: text }), unevaluatedProperties: false },
      '/unevaluatedProperties',
    ],
    [
      'by a reference',
      { $defs: { t: text }, $ref: '#/$defs/t' },
      { $defs: { t: { ...text, maxLength: 1 } }, $ref: '#/$defs/t' },
      '/maxLength',
    ],
    [
      'names of a pattern',
      object({ xa: text }),
      object({}, { patternProperties: { '^x': { type: 'number' } } }),
      '/patternProperties/^x/type',
    ],
    ['everything', text, { not: {} }, ''],
  ])('%s is told by its place', (_what, older, newer, pointer) => {
    const problems = problemsOf(older, newer);
    expect(problems.map((problem) => problem.pointer)).toContain(pointer);
    expect(problems[0]?.message).toMatch(/^Documents that fit version 1\.0\.0 may not fit .+\.$/);
  });

  it('is told at most 20 times, and given up on when it takes too long to compare', () => {
    const many = (schema: object) =>
      object(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, schema])));
    expect(problemsOf(many({}), many(text))).toHaveLength(20);
    const forms = (from: number) => ({
      anyOf: Array.from({ length: 6 }, (_, index) => ({ type: 'string', minLength: from + index })),
    });
    const all = (from: number): JsonObject => ({
      allOf: Array.from({ length: 30 }, (_, index) => forms(from + index)),
    });
    const patterns = (length: number): JsonObject => ({
      patternProperties: Object.fromEntries(
        Array.from({ length: 150 }, (_, index) => [`^p${index}`, { ...text, maxLength: length + index }]),
      ),
      properties: Object.fromEntries(
        Array.from({ length: 200 }, (_, index) => [`p${index}`, { ...text, maxLength: length + index }]),
      ),
    });
    const words = (length: number): JsonObject => ({
      enum: Array.from({ length }, (_, index) => `w${index}`),
    });
    const took = cpuMsOf(() => {
      expect(problemsOf(patterns(1), patterns(2))).not.toEqual([]);
      expect(problemsOf(words(6_000), words(6_001))).toEqual([]);
      expect(problemsOf(all(0), { ...all(1), maxLength: 3 })).not.toEqual([]);
    });
    expect(took).toBeLessThan(10_000);
  });
});

describe('at random', () => {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T;
  const some = () => Math.random() < 0.4;
  const NAMES = ['a', 'b', 'xc'];
  function schema(depth: number): JsonObject {
    const inner = () =>
      depth > 0 && Math.random() < 0.8 ? schema(depth - 1) : pick([{}, { type: 'string' }, { const: 1 }]);
    const maybe = (keyword: string, value: () => unknown) => (some() ? { [keyword]: value() } : {});
    return {
      ...maybe('type', () =>
        pick([['string'], ['object'], ['integer', 'object'], ['number'], ['array', 'string'], ['array']]),
      ),
      ...maybe('minimum', () => pick([0, 1, 2])),
      ...maybe('exclusiveMaximum', () => pick([1, 2, 3])),
      ...maybe('maxLength', () => pick([0, 1, 2])),
      ...maybe('required', () => [pick(NAMES)]),
      ...maybe('properties', () => ({ [pick(NAMES)]: inner(), [pick(NAMES)]: inner() })),
      ...maybe('additionalProperties', () => pick([true, false, inner()])),
      ...maybe('patternProperties', () => ({ [pick(['^x', '^a'])]: inner() })),
      ...maybe('items', () => pick([true, false, inner()])),
      ...maybe('prefixItems', () => [inner()]),
      ...(Math.random() < 0.2 ? { anyOf: [inner(), inner()] } : {}),
      ...(Math.random() < 0.1 ? { oneOf: [inner(), inner()] } : {}),
      ...(Math.random() < 0.2 ? { allOf: [inner()] } : {}),
      ...(Math.random() < 0.1 ? { not: inner() } : {}),
      ...(Math.random() < 0.1 ? { enum: [pick([0, 1, 'a', null]), 2] } : {}),
      ...(Math.random() < 0.1 ? { propertyNames: { maxLength: 1 } } : {}),
    };
  }
  function document(depth: number): unknown {
    const inner = () => document(depth - 1);
    const plain = pick<unknown>([0, 1, 1.5, 2, 3, '', 'a', 'ab', 'abc', null, true]);
    if (depth === 0 || some()) return plain;
    if (some()) return Array.from({ length: pick([0, 1, 2]) }, inner);
    return Object.fromEntries(NAMES.filter(some).map((name) => [name, inner()]));
  }
  /** A change of a part of the schema, as versions differ from each other. */
  function changed(older: JsonObject): JsonObject {
    const keys = Object.keys(older);
    const key = pick(keys);
    const { [key]: _, ...rest } = older;
    return Math.random() < 0.5 || keys.length === 0 ? rest : { ...rest, ...schema(1) };
  }

  it('never takes a version for compatible which refuses a document of the older one', () => {
    let compatible = 0;
    for (let round = 0; round < 250; round++) {
      const older = schema(2);
      const newer = some() ? schema(2) : changed(older);
      if (incompatibilities({ version: '1.0.0', definition: older }, newer).length > 0) continue;
      compatible += 1;
      const [fits, takes] = [compileSchema(older), compileSchema(newer)];
      for (let each = 0; each < 150; each++) {
        const one = document(3);
        if (fits(one).length > 0) continue;
        expect(takes(one), JSON.stringify({ older, newer, one })).toEqual([]);
      }
    }
    expect(compatible).toBeGreaterThan(10);
  });
});
