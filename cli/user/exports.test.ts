import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import type { GraphQLEnumType } from 'graphql';
import { expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import type { Connection } from './connection.ts';
import { findExport, formatsOf } from './exports.ts';
import { exporters } from './operations.ts';

const schema = Supergraph.build(readFileSync(projectFile('gateway', 'supergraph.graphql'), 'utf8'))
  .apiSchema()
  .toGraphQLJSSchema();

it.each([...exporters])('the files of a %s are those of the graph', (type, { text }) => {
  const name = /\$format: (\w+)!/.exec(text)?.[1] ?? '';
  const values = (schema.getType(name) as GraphQLEnumType).getValues().map((value) => value.name);
  expect(formatsOf[type]?.toSorted()).toEqual(values.toSorted());
});

it('refuses a file that there is not of such a blob, and names those that there are', async () => {
  const graph = { run: async () => ({ blob: { title: 'Novel', type: 'compiled_book' } }) };
  const connection = { graph } as unknown as Connection;
  expect(await findExport(connection, 'b', 'PDF')).toMatchObject({ format: 'PDF', title: 'Novel' });
  await expect(findExport(connection, 'b', 'DECK')).rejects.toMatchObject({
    ...{ name: 'CommandFailed', code: 'BAD_REQUEST', field: 'format' },
    message:
      'b is a compiled_book, of which there is no deck: give --format one of markdown, html, epub, pdf.',
  });
});
