import { BlobgraphError } from '../../platform/errors/errors.ts';
import { defineProcessor } from '../../platform/processor/kit/define.ts';
import { records } from '../../platform/processor/records/records.ts';

/** A small processor from outside that evolves: how much ink a draft takes. */
export const ID = 'ink';
export const TYPE = 'Ink';
export const SCHEMA = 'ink-v1';

/** Its output schema, of all versions. */
export const definition = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Ink',
  description: 'How much ink a text takes.',
  'x-blob-type': 'ink',
  type: 'object',
  required: ['words'],
  properties: {
    words: { type: 'integer', minimum: 0, description: 'Words, as spaces part them.' },
    letters: { type: 'integer', minimum: 0, description: 'Characters that are no spaces.' },
  },
};

/** The SDL of a version with these fields, e.g. `words: Int!`. */
export const sdlWith = (...fields: string[]): string => /* GraphQL */ `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])

"The content of a blob: an entity of the subgraph that owns the blob's type."
interface Blob {
  id: ID!
}

"How much ink a text takes."
type Ink implements Blob @key(fields: "id") {
  "The blob's id."
  id: ID!
  "The text, in the index."
  parentBlob: BlobIndex
${fields.map((field) => `  "Of the text."\n  ${field}`).join('\n')}
}

"An entry of the index."
type BlobIndex @key(fields: "id", resolvable: false) {
  id: ID!
}
`;

/** A version of it. `fails`: each of its runs does. */
export const version = (name: string, { fails = false } = {}) =>
  defineProcessor({
    id: ID,
    version: name,
    name: 'Ink',
    description: 'How much ink a text takes.',
    takes: { 'blob.created': ['text-input-v1'] },
    makes: { type: TYPE, schema: SCHEMA },
    limits: { concurrency: 4, seconds: 30 },
    records: records('inks', { store: 'postgresql' }),
    async run({ source }) {
      // Its last attempt: other errors are tried again for minutes.
      if (fails) throw new BlobgraphError('PROCESSING_FAILED', `Version ${name} has no ink.`);
      const { content = '' } = source.data as { content?: string };
      const words = content.split(/\s+/).filter((word) => word !== '').length;
      const letters = content.replaceAll(/\s/g, '').length;
      return { preview: `${words} words`, data: { words, letters } };
    },
  });
