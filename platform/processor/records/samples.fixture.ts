import type { RecordsFixture, Variant } from './records.contract.fixture.ts';
import { records } from './records.ts';

/** Values that are no JSON, and those that a store may take for something else. */
const ofJson = (member: string): Variant[] => {
  const variant = (name: string, value: unknown, read: unknown = value): Variant => ({
    name: `${name} in \`${member}\``,
    data: { [member]: value },
    read: read === 'refused' ? 'refused' : { [member]: read },
  });
  const odd = ['{"__proto__":{"a":1}}', '{"$ref":"x","$id":"y"}', '{"a.b":1,"":2}', '{"_bsontype":"Long"}'];
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
  return [
    ...odd.map((text) => variant(text, JSON.parse(text))),
    variant('null', null),
    variant('members that are undefined', { a: 1, b: undefined, c: [{ d: undefined }] }, { a: 1, c: [{}] }),
    variant('60 levels', deep(60)),
    variant('numbers', [0, 1e300, 2 ** 31, 2 ** 53, -1.5, 0.1]),
    variant('-0', { a: -0 }, { a: 0 }),
    variant('a date', new Date(0), 'refused'),
    variant('NaN', { a: [Number.NaN] }, 'refused'),
    variant('a bigint', 1n, 'refused'),
    variant('a function', { a: () => 1 }, 'refused'),
    variant('a hole in a list', [1, undefined], 'refused'),
    variant('NUL', { a: 'a\0b' }, 'refused'),
    variant('half of a surrogate pair', ['\ud83e'], 'refused'),
    variant('NUL in a name', { 'a\0': 1 }, 'refused'),
    variant('100 levels', deep(100), 'refused'),
  ];
};

/** Records whose `data` is kept whole, whatever it holds. */
export const whole: Omit<RecordsFixture, 'open'> = {
  definition: records('wholes', { store: 'postgresql' }),
  sample: (version) => ({
    data: {
      text: 'Zwölf 🥊 שלום',
      version,
      nested: { $ref: 'x', _bsontype: 'ObjectId', 'a.b': [1, null, { deep: true }], list: Array(50).fill(0) },
    },
    beside: {},
  }),
  variants: ofJson('value'),
};

/** Records with all that records can have: columns of every kind, lists of rows, numbers of the store's giving. */
export const everything: Omit<RecordsFixture, 'open'> = {
  definition: records('everythings', {
    store: 'mongodb',
    members: {
      name: 'text',
      edition: 'integer',
      title: 'envelope',
      source_blob_ids: 'envelope',
      long_text: 'text',
      share: 'double',
      big: 'bigint',
      done: 'boolean',
      shape: 'json',
      // A word of SQL.
      order: 'integer',
    },
    beside: { made_by: 'text', tokens: 'bigint' },
    children: {
      parts: {
        table: 'everything_parts',
        parent: 'everything_id',
        order: 'part_num',
        columns: { part_num: 'integer', heading: 'text', extra: 'json', end: 'integer' },
      },
    },
    allocates: { member: 'edition', within: ['name'] },
    unlisted: ['long_text'],
  }),
  sample: (version) => ({
    data: {
      name: `kind ${version}`,
      long_text: 'x'.repeat(5_000),
      share: 79 / 31,
      big: 3_000_000_000,
      done: true,
      shape: { a: [1, null], b: null },
      order: 3,
    },
    beside: {
      made_by: 'a-model',
      tokens: 3_000_000_000,
      parts: [
        { part_num: 1, heading: 'One', extra: null, end: 7 },
        { part_num: 2, heading: 'Two', extra: { x: [1] }, end: null },
      ],
    },
  }),
  variants: [
    ...ofJson('shape'),
    { name: 'a member that is absent', data: { share: undefined, shape: undefined } },
    {
      name: 'null as absent',
      data: { share: null, done: null },
      read: { share: undefined, done: undefined },
    },
    { name: 'the largest numbers', data: { big: 2 ** 53 - 1, share: Number.MAX_VALUE } },
    {
      name: 'rows in their order, with all columns',
      beside: { parts: [{ part_num: 10 }, { part_num: 9, heading: 'Nine', extra: { $a: [] } }] },
      read: {
        parts: [
          { part_num: 9, heading: 'Nine', extra: { $a: [] }, end: null },
          { part_num: 10, heading: null, extra: null, end: null },
        ],
      },
    },
    { name: 'a list without rows', beside: { parts: undefined }, read: { parts: [] } },
    ...(
      [
        ['a member that is not declared', { data: { other: 1 } }],
        ['a member of another kind', { data: { long_text: 1 } }],
        ['an integer beyond what a double holds', { data: { big: 2 ** 53 } }],
        ['a fraction for an integer', { beside: { tokens: 1.5 } }],
        ['a member beside `data` that is not declared', { beside: { form: 3 } }],
        ['a list that is none', { beside: { parts: 'none' } }],
        ['a row beyond 32 bits', { beside: { parts: [{ part_num: 2 ** 31 }] } }],
        ['a row’s column that is not declared', { beside: { parts: [{ part_num: 1, other: 1 }] } }],
        ['rows of one place', { beside: { parts: [{ part_num: 1 }, { part_num: 1 }] } }],
        ['what numbers are given among that is absent', { data: { name: undefined } }],
      ] as const
    ).map(([name, change]): Variant => ({ name, ...change, read: 'refused' })),
  ],
};

/** Records with objects beside them. */
export const withObjects: Omit<RecordsFixture, 'open'> = {
  definition: records('with_objects', {
    store: 's3',
    members: { name: 'text', files: 'json' },
  }),
  sample: (version) => ({ data: { name: `kind ${version}`, files: [] }, beside: {} }),
};
