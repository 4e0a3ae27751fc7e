import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { composeOutside, readOutside } from '../codegen/outside.ts';
import { projectFile } from '../platform/process/paths.ts';
import { outsideSubgraphs } from '../platform/supergraph/outside.ts';

const SDL = projectFile('e2e', 'python-processor', 'schema.graphql');

async function outside(yaml: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-compose-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'outside.yaml');
  await writeFile(file, yaml);
  return file;
}

const entry = (name: string, url = 'http://127.0.0.1:9000/graphql', file = SDL) =>
  `subgraphs:\n  ${name}:\n    routing_url: ${url}\n    schema: { file: ${JSON.stringify(file)} }\n`;

it('adds a processor from outside, and its stub in state', async () => {
  const sdl = composeOutside(readOutside(await outside(entry('word-count'))));
  expect(outsideSubgraphs(sdl)).toEqual([
    { name: 'word-count', baseUrl: 'http://127.0.0.1:9000', types: ['WordCount'] },
  ]);
  expect(sdl).toContain('@join__type(graph: STATE, key: "id", resolvable: false)');
});

it.each([
  ['state', entry('state'), 'must be another name'],
  ['an id that is none', entry('Word_Count'), 'must be a processor’s id'],
  ['another path', entry('word-count', 'http://127.0.0.1:9000/api'), 'must end with /graphql'],
  ['no address', entry('word-count', 'nowhere'), 'must be an http or https address'],
  ['no file', entry('word-count', undefined, 'nothing.graphql'), 'cannot be read (ENOENT)'],
  ['nothing at all', '', 'subgraphs'],
])('refuses %s by its member', async (_name, yaml, message) => {
  const file = await outside(yaml);
  expect(() => readOutside(file)).toThrow(message);
});

it('says why a schema does not join', () => {
  const one = { name: 'word-count', url: 'http://127.0.0.1:9000/graphql', sdlFile: 'word-count.graphql' };
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
  expect(() => composeOutside([{ ...one, sdl: `${link} type WordCount { id: ID! }` }])).toThrow(
    'word-count.graphql: one type must be `implements Blob @key(fields: "id")`',
  );
  const clash = `${link} interface Blob { id: ID! } type Book implements Blob @key(fields: "id") { id: ID! title: Int }`;
  expect(() => composeOutside([{ ...one, sdl: clash }])).toThrow('The subgraphs do not compose:');
});
