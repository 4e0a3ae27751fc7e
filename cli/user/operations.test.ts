import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import * as operations from './operations.ts';

const schema = Supergraph.build(readFileSync(projectFile('gateway', 'supergraph.graphql'), 'utf8'))
  .apiSchema()
  .toGraphQLJSSchema();

const { exporters, ...others } = operations;

it.each([...Object.entries(others), ...exporters])('the graph takes %s', (_name, { text }) => {
  expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
});
