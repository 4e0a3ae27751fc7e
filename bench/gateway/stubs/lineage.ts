import { projectFile } from '../../../platform/process/paths.ts';
import type { StubGraph, StubObject, StubSubgraph, Value } from './graph.ts';

/**
 * Our graph, with its real schema and as many blobs as a page selects, each of them expanded and compiled into a book.
 */

/** The id of blob, expansion or book number `index`. */
const idOf = (kind: 'blob' | 'text' | 'book', index: number): string => `${kind}${index}`;
const indexOf = (id: string): number => Number(id.slice('blob'.length));

const sentence = (index: number): string => `The ferry ${index} crossed the quiet river at dawn.`;

const derived = (index: number, kind: 'text' | 'book', processorId: string, type: string): StubObject => ({
  __typename: 'BlobIndex',
  id: idOf(kind, index),
  processorId,
  preview: sentence(index),
  parent: { __typename: 'BlobIndex', id: idOf('blob', index) },
  content: { __typename: type, id: idOf(kind, index) },
});

const completed = (processorId: string): StubObject => ({
  __typename: 'ProcessingRun',
  processorId,
  state: 'COMPLETED',
});

const blob = (index: number): StubObject => ({
  __typename: 'BlobIndex',
  id: idOf('blob', index),
  type: 'chapter_draft',
  title: `Chapter ${index}`,
  preview: sentence(index),
  processing: {
    __typename: 'Processing',
    state: 'COMPLETED',
    runs: [completed('text-expansion')],
  },
  content: {
    __typename: 'UserBlob',
    id: idOf('blob', index),
    body: { content: sentence(index), metadata: { book_id: 'ferry', chapter_num: index } },
  },
  derived: {
    __typename: 'BlobIndexConnection',
    nodes: [
      derived(index, 'text', 'text-expansion', 'ExpandedText'),
      derived(index, 'book', 'book-compiler', 'CompiledBook'),
    ],
  },
});

const page = (first: number): StubObject => ({
  __typename: 'BlobIndexConnection',
  totalCount: 1_000,
  pageInfo: { __typename: 'PageInfo', hasNextPage: true, endCursor: idOf('blob', first - 1) },
  nodes: Array.from({ length: first }, (_, index) => blob(index)),
});

const expanded = (id: string): StubObject => ({
  __typename: 'ExpandedText',
  id,
  modelUsed: 'offline',
  data: {
    __typename: 'ExpandedTextData',
    expanded: `${sentence(indexOf(id))} It was cold.`,
    expansionRatio: 1.25,
    styleAnalysis: { __typename: 'StyleAnalysis', tone: 'calm', complexity: 0.25 },
  },
});

const book = (id: string): StubObject => ({
  __typename: 'CompiledBook',
  id,
  version: 3,
  wordCount: 1_000 + indexOf(id),
  chapterCount: 12,
});

type Entity = (representation: Readonly<Record<string, unknown>>) => Value;

const byId =
  (make: (id: string) => StubObject): Entity =>
  ({ id }) =>
    make(String(id));

const nothing: Entity = () => null;

const subgraphs: readonly StubSubgraph[] = [
  {
    name: 'state',
    query: { blobs: ({ first }) => page(Number(first)) },
    // Asked for by who follows changes.
    entity: ({ id }) => blob(indexOf(String(id))),
  },
  { name: 'text-expansion', query: {}, entity: byId(expanded) },
  { name: 'book-compiler', query: {}, entity: byId(book) },
  ...['processors', 'schemas', 'events'].map((name) => ({ name, query: {}, entity: nothing })),
];

export const lineageGraph: StubGraph = {
  subgraphs,
  interfaces: { Blob: ['UserBlob', 'ExpandedText', 'CompiledBook'] },
};

export const lineageSupergraph = projectFile('gateway', 'supergraph.graphql');

export const LINEAGE = /* GraphQL */ `
  query Lineage($first: Int!) {
    blobs(first: $first) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        type
        title
        processing { state runs { processorId state } }
        content { __typename id ... on UserBlob { body } }
        derived(first: 2) {
          nodes {
            id
            processorId
            content {
              __typename
              id
              ... on ExpandedText {
                modelUsed
                data { expanded expansionRatio styleAnalysis { tone complexity } }
              }
              ... on CompiledBook { version wordCount chapterCount }
            }
          }
        }
      }
    }
  }
`;
