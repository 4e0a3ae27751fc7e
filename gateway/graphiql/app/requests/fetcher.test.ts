import { expect, it } from 'vitest';
import { underItsName } from './fetcher.ts';

const one = 'query Lineage { blobs { totalCount } }';
const two = `${one} query Blobs { blobs { totalCount } }`;

it.each([
  ['is told where it is the document’s', { query: one, operationName: 'Lineage' }, 'Lineage'],
  ['of the document before is left out', { query: one, operationName: 'CompileBook' }, undefined],
  [
    'of the previous document is left out for a document without a name',
    { query: '{ a }', operationName: 'B' },
    undefined,
  ],
  ['stays where there are several', { query: two, operationName: 'Blobs' }, 'Blobs'],
  ['stays where there are several and none is so called', { query: two, operationName: 'B' }, 'B'],
  ['stays where the document cannot be read', { query: 'query {', operationName: 'Blobs' }, 'Blobs'],
])('an operation’s name %s', (_, operation, name) => {
  const sent = underItsName({ ...operation, variables: { first: 1 } });
  expect(sent.operationName).toBe(name);
  expect(sent).toMatchObject({ query: operation.query, variables: { first: 1 } });
});
