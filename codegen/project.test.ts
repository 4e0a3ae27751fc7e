import { expect, it } from 'vitest';
import { StartersFault } from '../platform/process/exit.ts';
import { supergraphFile } from './graph.ts';
import { parseDocument } from './project.ts';

it('reports file and position of an SDL syntax error', () => {
  const parse = () => parseDocument('subgraphs/echo/schema.graphql', 'type Echo {\n  id: ID!\n}\ntype {');
  expect(parse).toThrow(StartersFault);
  expect(parse).toThrow('subgraphs/echo/schema.graphql:4:6: Syntax Error: Expected Name, found "{".');
});

it('reports the subgraph that does not compose', () => {
  const echo = {
    ...{ name: 'echo', url: 'http://127.0.0.1:1', port: 1, folder: 'subgraphs/echo', isProcessor: true },
    ...{ sdlFile: 'subgraphs/echo/schema.graphql', sdl: 'type Query { echo: Ech }' },
  };
  expect(() => supergraphFile([echo])).toThrow('[echo] Unknown type Ech');
});
