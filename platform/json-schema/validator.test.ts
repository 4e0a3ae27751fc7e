import { describe, expect, it } from 'vitest';
import { fieldOf } from '../json/pointer.ts';
import { cpuMsOf } from '../testing/cpu-time.ts';
import { checkDefinition, compileSchema, type JsonObject } from './validator.ts';

const errorsOf = (definition: JsonObject, document: unknown) => {
  expect(checkDefinition(definition)).toEqual([]);
  return compileSchema(definition)(document);
};
const property = (schema: object, value: unknown) =>
  errorsOf({ properties: { field: schema } }, { field: value }).map(({ message }) => message);

describe('validation', () => {
  it('answers nothing for a document that fits', () => {
    const definition = { type: 'object', required: ['a'], properties: { a: { type: 'string' } } };
    expect(errorsOf(definition, { a: 'text' })).toEqual([]);
  });

  it('answers every error with its pointer', () => {
    const definition = {
      type: 'object',
      required: ['content'],
      additionalProperties: false,
      properties: {
        content: { type: 'string' },
        'a/b~c': { type: 'array', items: { type: 'integer' } },
        metadata: { type: 'object', dependentRequired: { book_id: ['chapter_num'] } },
      },
    };
    const document = { 'a/b~c': [1, 'x'], metadata: { book_id: 'b' }, other: 1 };
    expect(errorsOf(definition, document)).toEqual(
      expect.arrayContaining([
        { pointer: '/content', message: '`content` is missing.' },
        {
          pointer: '/other',
          message: '`other` is not a field of this schema. Allowed here: `content`, `a/b~c`, `metadata`.',
        },
        { pointer: '/a~1b~0c/1', message: '`a/b~c.1` must be a whole number, not text.' },
        {
          pointer: '/metadata/chapter_num',
          message: '`metadata.chapter_num` is missing: it goes together with `book_id`.',
        },
      ]),
    );
    expect(errorsOf(definition, document)).toHaveLength(4);
    expect(errorsOf(definition, [])).toEqual([
      { pointer: '', message: 'The document must be an object, not a list.' },
    ]);
  });

  it.each<[object, unknown, string]>([
    [{ type: 'string' }, null, '`field` must be text, not null.'],
    [{ type: ['string', 'null'] }, 5, '`field` must be text or null, not a number.'],
    [{ type: 'integer' }, 1.5, '`field` must be a whole number.'],
    [{ pattern: '\\S' }, ' \n\u00a0', '`field` must not be blank.'],
    [{ pattern: '\\S' }, '', '`field` must not be blank.'],
    [{ minLength: 1 }, '', '`field` must not be empty.'],
    [{ minLength: 2 }, '😀', '`field` must have at least 2 characters.'],
    [{ maxLength: 1 }, 'ab', '`field` must have at most 1 character.'],
    [
      { pattern: '^a+$', description: 'Only the letter a.' },
      'b',
      '`field` does not have the right form. Only the letter a.',
    ],
    [{ pattern: '^a+$' }, 'b', '`field` does not have the right form. It must match `^a+$`.'],
    [{ minimum: 1 }, 0, '`field` must be at least 1.'],
    [{ exclusiveMaximum: 3 }, 3, '`field` must be less than 3.'],
    [{ multipleOf: 5 }, 7, '`field` must be a multiple of 5.'],
    [{ multipleOf: 0.01 }, 19.999, '`field` must be a multiple of 0.01.'],
    [{ enum: ['red', 2] }, 'blue', '`field` must be one of `red`, `2`.'],
    [{ const: 'red' }, 'blue', '`field` must be `red`.'],
    [{ format: 'email' }, 'nobody', '`field` must be an email address.'],
    [
      { format: 'date-time' },
      'today',
      '`field` must be a date and time with its zone, e.g. 2026-01-31T12:00:00Z.',
    ],
    [{ minItems: 2 }, [1], '`field` must have at least 2 entries.'],
    [
      { items: { type: 'string' }, uniqueItems: true },
      ['a', 'b', 'a'],
      '`field` has the same entry twice, at 0 and 2.',
    ],
    [{ contains: { const: 1 } }, [2], '`field` must have at least 1 entry of the kind asked for.'],
    [{ maxProperties: 0 }, { a: 1 }, '`field` must have at most 0 fields.'],
    [{ not: { type: 'string' } }, 'a', '`field` has a form that is not allowed.'],
    [
      { oneOf: [{ type: 'number' }, { type: 'integer' }] },
      1,
      '`field` fits several forms of which it may fit only one.',
    ],
  ])('says of %j and %j: %s', (schema, value, message) => {
    expect(property(schema, value)).toContain(message);
  });

  it.each([19.99, 8.69, 143.48, 1.11, 2.22, 0.94, 0.07, 0, -4.35, 1e21])(
    'takes %d for a multiple of 0.01',
    (price) => expect(property({ type: 'number', multipleOf: 0.01 }, price)).toEqual([]),
  );

  it('says which name does not fit', () => {
    const names = { pattern: '^[a-z_]+$', description: 'Names are snake_case.' };
    expect(errorsOf({ propertyNames: names }, { bookId: 1, book_id: 2 })).toEqual([
      {
        pointer: '/bookId',
        message: 'The name `bookId` does not have the right form. Names are snake_case.',
      },
    ]);
  });

  it('takes a name of every object for one of the document only where it is there', () => {
    const definition = { required: ['constructor'], properties: { toString: { type: 'string' } } };
    expect(errorsOf(definition, {})).toEqual([
      { pointer: '/constructor', message: '`constructor` is missing.' },
    ]);
  });

  it('lists at most 20 errors, and of a large document the first alone', () => {
    const definition = { items: { type: 'string' } };
    expect(
      errorsOf(
        definition,
        Array.from({ length: 100 }, () => 1),
      ),
    ).toHaveLength(20);
    expect(
      errorsOf(
        definition,
        Array.from({ length: 1_000_000 }, () => 1),
      ),
    ).toHaveLength(1);
  });

  it('never repeats a value, and a long name only in part', () => {
    const secret = 'hunter2'.repeat(100_000);
    const definition = {
      properties: {
        text: { type: 'integer', maxLength: 3, pattern: '^x$', enum: ['a'], format: 'email' },
        more: { const: 'a' },
      },
      additionalProperties: false,
    };
    const text = JSON.stringify(errorsOf(definition, { text: secret, more: secret, [secret]: 1 }));
    expect(text).not.toContain('hunter2'.repeat(100));
    expect(text.length).toBeLessThan(3_000);
    expect(JSON.stringify(errorsOf(definition, { text: secret, more: secret }))).not.toContain('hunter2');
  });

  it('bears a document nested deeper than the stack', () => {
    let document: unknown = 1;
    for (let depth = 0; depth < 200_000; depth++) document = { a: [document] };
    expect(errorsOf({ type: 'object', properties: { a: { enum: [[{ a: [1] }]] } } }, document)).toHaveLength(
      1,
    );
  });

  it('bears names by a pattern within forms', () => {
    const form = { properties: { xc: { type: 'string' } }, patternProperties: { '^x': {} } };
    const definition = { allOf: [{ patternProperties: { '^x': {} }, oneOf: [form, { type: 'null' }] }] };
    expect(errorsOf(definition, { xc: 'a' })).toEqual([]);
    expect(errorsOf(definition, { xc: 1 })).not.toEqual([]);
  });

  it('keeps the errors of two validations apart', () => {
    const validate = compileSchema({ required: ['a'] });
    const first = validate({});
    expect(validate({ a: 1 })).toEqual([]);
    expect(first).toHaveLength(1);
  });

  it('keeps two patterns, and two versions under one $id, apart', () => {
    const both = { properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } };
    expect(errorsOf(both, { a: 'a', b: 'b' })).toEqual([]);
    expect(errorsOf({ $id: 'urn:x', type: 'string' }, 'text')).toEqual([]);
    expect(errorsOf({ $id: 'urn:x', type: 'number' }, 1)).toEqual([]);
  });

  it('gives the path of an input’s field', () => {
    expect(fieldOf('/metadata/chapter_num')).toBe('data.metadata.chapter_num');
    expect(fieldOf('', 'definition')).toBe('definition');
    expect(fieldOf('/a~1b/0')).toBe('data.a/b.0');
  });
});

describe('time', () => {
  const within = (ms: number, work: () => unknown): void => {
    expect(cpuMsOf(work)).toBeLessThan(ms);
  };

  it.each(['^(a+)+$', '^(a|aa)+$', '^(a|a?)+$', '(.*a){12}', '^([a-z]+)*$'])(
    'stays linear for the pattern %s',
    (pattern) => {
      const definition = { properties: { field: { pattern, maxLength: 80_000 } } };
      const document = { field: `${'a'.repeat(79_990)}!` };
      within(2_000, () => errorsOf(definition, document));
    },
  );

  const anything = (letters: string, length: number) =>
    Array.from({ length }, () => letters[Math.floor(Math.random() * letters.length)]).join('');

  it.each([
    ['^[^<]*$', '(20,000 letters) '.repeat(1_200), true],
    ['^[^<]*$', `${'a'.repeat(5_000_000)}<`, false],
    ['^[^<]*$', 'ž😀'.repeat(1_500_000), true],
    ['^(a|b)*$', 'ab'.repeat(2_500_000), true],
    ['a[ab]{9}c$', `${anything('ab', 5_000_000)}abbbbbbbbbc`, true],
    ['a[ab]{9}c$', anything('ab', 5_000_000), false],
    ['^[a-z0-9]+(-[a-z0-9]+)*$', 'chapter-'.repeat(600_000), false],
  ])('holds the pattern %s for a text of any length', (pattern, text, fits) => {
    const definition = { properties: { t: { type: 'string', pattern } } };
    within(6_000, () => expect(errorsOf(definition, { t: text })).toHaveLength(fits ? 0 : 1));
  });

  it('holds a costly pattern for every text of its `maxLength`, and says of longer ones that they are too long', () => {
    const definition = {
      properties: { t: { pattern: '^[0-9a-f]{20,100}$|^(?:ž{20}|x)+$', maxLength: 8_000 } },
    };
    expect(errorsOf(definition, { t: 'a'.repeat(100) })).toEqual([]);
    within(6_000, () => expect(errorsOf(definition, { t: 'ž'.repeat(8_000) })).toEqual([]));
    expect(errorsOf(definition, { t: 'a'.repeat(5_000_000) })[0]?.message).toBe(
      '`t` must have at most 8000 characters.',
    );
  });

  it('does not say of a text that is too long for a pattern of before that it has the wrong form', () => {
    const legacy = compileSchema({ properties: { t: { pattern: '^(?:[0-9a-f]{20})+$' } } });
    expect(legacy({ t: 'a'.repeat(40_000) })).toEqual([]);
    expect(legacy({ t: 'a'.repeat(5_000_000) })).toEqual([
      {
        pointer: '/t',
        message: expect.stringMatching(/^`t` has more characters than its pattern can be run on/),
      },
    ]);
  });

  it('checks 5 MB of blanks, and of anything with a format, at once', () => {
    const long = { blank: ' '.repeat(5_000_000), mail: `${'a.'.repeat(2_500_000)}@` };
    const definition = { properties: { blank: { pattern: '\\S' }, mail: { format: 'email' } } };
    within(1_000, () => expect(errorsOf(definition, long)).toHaveLength(2));
  });

  it('finds doubles in a long list in one pass', () => {
    const definition = { items: { type: 'integer' }, uniqueItems: true };
    within(1_000, () =>
      expect(
        errorsOf(
          definition,
          Array.from({ length: 300_000 }, (_, index) => index),
        ),
      ).toEqual([]),
    );
  });
});

describe('definitions', () => {
  const doubling = (levels: number) => ({
    $ref: '#/$defs/d0',
    $defs: Object.fromEntries(
      Array.from({ length: levels }, (_, level) => {
        const next = level === levels - 1 ? { type: 'string' } : { $ref: `#/$defs/d${level + 1}` };
        return [`d${level}`, { allOf: [next, next] }];
      }),
    ),
  });
  const nested = (depth: number): unknown => {
    let definition = {};
    for (let level = 0; level < depth; level++) definition = { not: definition };
    return definition;
  };

  it.each<[string, unknown, string]>([
    ['no object', true, ''],
    ['a list', [], ''],
    ['another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, '/$schema'],
    ['an unknown type', { properties: { a: { type: 'strng' } } }, '/properties/a/type'],
    ['a keyword with a wrong value', { minLength: '3' }, '/minLength'],
    ['an unknown keyword', { properties: { a: { minLenght: 3 } } }, '/properties/a/minLenght'],
    ['an unknown format', { format: 'regex' }, '/format'],
    ['look-ahead', { items: { pattern: '(?=a)' } }, '/items/pattern'],
    ['a back-reference', { pattern: '(a)\\1' }, '/pattern'],
    ['a pattern that is none', { pattern: '(' }, '/pattern'],
    ['a pattern that is too large', { pattern: '(a{1,900}){1,900}' }, '/pattern'],
    ['a costly pattern for texts of any length', { items: { pattern: '^[0-9a-f]{20}$' } }, '/items/pattern'],
    ['one for longer texts than it can be run on', { pattern: '^a{400}$', maxLength: 20_000 }, '/pattern'],
    ['one for names', { patternProperties: { '^[0-9a-f]{20}$': {} } }, '/patternProperties/^[0-9a-f]{20}$'],
    ['a member `__proto__`', { properties: JSON.parse('{"__proto__":{}}') }, '/properties'],
    ['a long pattern', { pattern: 'a'.repeat(501) }, '/pattern'],
    ['a pattern of names that is none', { patternProperties: { '(?!a)': {} } }, '/patternProperties/(?!a)'],
    ['a schema elsewhere', { $ref: 'https://example.org/schema' }, '/$ref'],
    ['a reference to nothing', { $ref: '#/$defs/none' }, '/$ref'],
    ['a dynamic reference', { $dynamicRef: '#a' }, '/$dynamicRef'],
    ['an anchor', { items: { $anchor: 'a' } }, '/items/$anchor'],
    ['an $id inside', { items: { $id: 'urn:x' } }, '/items/$id'],
    ['definitions inside', { items: { $defs: {} } }, '/items/$defs'],
    [
      'a reference back to itself',
      { $defs: { a: { items: { $ref: '#/$defs/b' } }, b: { not: { $ref: '#/$defs/a' } } } },
      '/$defs',
    ],
    ['a reference that doubles 30 times', doubling(30), '/$defs'],
    ['doubles of anything', { uniqueItems: true, items: { type: ['string', 'object'] } }, '/uniqueItems'],
    ['too many levels', nested(40), '/not'.repeat(33)],
    ['very many levels', nested(100_000), '/not'.repeat(33)],
    ['too many bytes', { enum: ['x'.repeat(70_000)] }, ''],
    ['half of a surrogate pair', { title: '\ud800' }, '/title'],
    ['NUL', { properties: { 'a\0': {} } }, '/properties'],
  ])('refuses %s, and says where', (_what, definition, pointer) => {
    const [first] = checkDefinition(definition);
    expect(first).toEqual({ pointer, message: expect.stringMatching(/^.{10,300}\.$/) });
  });

  it('refuses every mistake at once, at most 20', () => {
    expect(checkDefinition({ format: 'x', pattern: '(', items: { nonsense: 1 } })).toHaveLength(3);
    const wrong = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 1]));
    expect(checkDefinition(wrong)).toHaveLength(20);
  });

  it('takes all of the draft that it does not refuse', () => {
    const definition = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:example:all',
      'x-blob-type': 'thing',
      $comment: 'everything',
      $defs: { name: { type: 'string', maxLength: 10 } },
      type: 'object',
      properties: {
        name: { $ref: '#/$defs/name', description: 'beside a reference' },
        tuple: { prefixItems: [{ type: 'string' }, { $ref: '#/$defs/name' }], items: false },
        choice: { anyOf: [{ type: 'null' }, { type: 'array', contains: { const: 1 }, maxContains: 2 }] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        conditional: { if: { type: 'string' }, then: { minLength: 2 }, else: { type: 'number' } },
      },
      patternProperties: { '^x_': { format: 'uuid' } },
      dependentSchemas: { name: { required: ['tuple'] } },
      unevaluatedProperties: false,
    };
    expect(errorsOf(definition, { name: 'n', tuple: ['a', 'b'], choice: [1], conditional: 'ab' })).toEqual(
      [],
    );
    expect(
      errorsOf(definition, { conditional: 'a', extra: 1, x_id: 'no' }).map(({ pointer }) => pointer),
    ).toEqual(expect.arrayContaining(['/conditional', '/extra', '/x_id']));
  });
});
