import type { RecordsFixture } from './records.contract.ts';
import { records } from './records.ts';

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
    },
    beside: { made_by: 'text', tokens: 'bigint' },
    children: {
      parts: {
        table: 'everything_parts',
        parent: 'everything_id',
        order: 'part_num',
        columns: { part_num: 'integer', heading: 'text', extra: 'json' },
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
    },
    beside: {
      made_by: 'a-model',
      tokens: 3_000_000_000,
      parts: [
        { part_num: 1, heading: 'One', extra: null },
        { part_num: 2, heading: 'Two', extra: { x: [1] } },
      ],
    },
  }),
};
