import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { outsideSubgraphs, readSupergraph, stubOf } from './outside.ts';

const SUPERGRAPH = `
  enum join__Graph {
    STATE @join__graph(name: "state", url: "http://127.0.0.1:8006/graphql")
    WORD_COUNT @join__graph(name: "word-count", url: "http://word-count.internal:9000/graphql")
    OTHER @join__graph(name: "other", url: "http://other.internal/api/graphql")
  }
  interface Blob { id: ID! }
  type UserBlob implements Blob @join__type(graph: STATE, key: "id") { id: ID! }
  type WordCount implements Blob
    @join__type(graph: STATE, key: "id", resolvable: false) @join__type(graph: WORD_COUNT, key: "id") { id: ID! }
  type WordCountLine @join__type(graph: WORD_COUNT) { id: ID! }
`;

it('tells the subgraphs that are no services of ours, where they answer, and the types that are theirs', () => {
  expect(outsideSubgraphs(SUPERGRAPH)).toEqual([
    { name: 'word-count', baseUrl: 'http://word-count.internal:9000', types: ['WordCount'] },
    { name: 'other', baseUrl: 'http://other.internal/api', types: [] },
  ]);
  expect(outsideSubgraphs('type Query { a: Int }')).toEqual([]);
});

it('what cannot be read is told by its variable', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-supergraph-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'supergraph.graphql');
  await expect(readSupergraph(file)).rejects.toThrow(/^SUPERGRAPH_FILE: the file cannot be read \(ENOENT\)$/);
  await writeFile(file, 'type {');
  await expect(readSupergraph(file)).rejects.toThrow(/^SUPERGRAPH_FILE: the file is no supergraph/);
  await writeFile(file, SUPERGRAPH);
  expect((await readSupergraph(file)).outside).toHaveLength(2);
});

it('a stub names its owner, and is resolved by nobody but them', () => {
  expect(stubOf({ subgraph: 'word-count', type: 'WordCount' })).toContain(
    'type WordCount implements Blob @key(fields: "id", resolvable: false)',
  );
});
