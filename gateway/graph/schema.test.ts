import { readFileSync } from 'node:fs';
import { printSchema, Supergraph } from '@apollo/federation-internals';
import { graphqlSync, isScalarType, isSpecifiedScalarType } from 'graphql';
import { expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { schemaFaults } from '../../platform/supergraph/schema-rules.ts';
import { clientSchema, systemScalars } from './schema.ts';

const supergraph = Supergraph.build(readFileSync(projectFile('gateway', 'supergraph.graphql'), 'utf8'));
const schema = clientSchema(printSchema(supergraph.apiSchema()), systemScalars);

it('follows the schema rules: descriptions, names, connections', () => {
  expect(schemaFaults(schema)).toEqual([]);
});

it('has no `Node`: a blob and its content share an id, and clients key by type and id', () => {
  expect([schema.getType('Node'), schema.getQueryType()?.getFields()['node']]).toEqual([
    undefined,
    undefined,
  ]);
});

it('has a parser for each of its scalars', () => {
  const own = Object.values(schema.getTypeMap()).filter(
    (type) => isScalarType(type) && !isSpecifiedScalarType(type),
  );
  expect(own.map(({ name }) => name).sort()).toEqual(Object.keys(systemScalars).sort());
});

it('accepts any value for an unknown scalar', () => {
  const outside = clientSchema('scalar Colour type Query { f(c: Colour): Int }', systemScalars);
  const type = outside.getType('Colour');
  expect(isScalarType(type) && type.parseValue({ r: [1] })).toEqual({ r: [1] });
});

it('has the specification URL of each scalar', () => {
  const { data } = graphqlSync({
    schema,
    source: '{ __schema { types { name kind specifiedByURL } } }',
  }) as { data?: { __schema: { types: { name: string; kind: string; specifiedByURL: string | null }[] } } };
  const told = data?.__schema.types.filter(({ specifiedByURL }) => specifiedByURL !== null);
  expect(Object.fromEntries(told?.map((type) => [type.name, type.specifiedByURL]) ?? [])).toEqual({
    DateTime: 'https://scalars.graphql.org/andimarek/date-time',
    JSON: 'https://www.rfc-editor.org/rfc/rfc8259',
    BigInt: 'https://www.rfc-editor.org/rfc/rfc8259#section-6',
  });
});
