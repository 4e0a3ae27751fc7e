import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { type GraphQLSchema, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import type { ExampleOperation } from './config.ts';
import { exampleOperations } from './routes.ts';

const sdl = readFileSync(projectFile('gateway', 'supergraph.graphql'), 'utf8');
const schema: GraphQLSchema = Supergraph.build(sdl).apiSchema().toGraphQLJSSchema();

/** Messages about an operation's mistakes; empty when it is valid. */
function mistakes({ name, query, variables = {} }: ExampleOperation): string[] {
  const document = parse(query);
  const operation = getOperationAST(document, name);
  if (!operation) return [`has no operation ${name}`];
  const invalid = validate(schema, document);
  if (invalid.length > 0) return invalid.map(({ message }) => message);
  const { errors = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return errors.map(({ message }) => message);
}

test.each(await exampleOperations())('$name is valid', (operation) => {
  expect(mistakes(operation)).toEqual([]);
});

test('mistakes are found', () => {
  expect(mistakes({ name: 'Q', query: 'query Q { blobs { noSuchField } }' })[0]).toContain('noSuchField');
  const query = 'mutation M($input: CreateBlobInput!) { createBlob(input: $input) { blob { id } } }';
  expect(mistakes({ name: 'M', query, variables: { input: { type: 'note' } } })[0]).toContain('schemaId');
});
