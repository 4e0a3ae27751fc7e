import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import * as operations from './operations.ts';

const sdl = readFileSync(projectFile('gateway', 'supergraph.graphql'), 'utf8');
const schema = Supergraph.build(sdl).apiSchema().toGraphQLJSSchema();

test.each(Object.entries(operations))('the graph takes %s', (_name, { text }) => {
  expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
});
