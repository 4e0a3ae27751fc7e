import { readFileSync } from 'node:fs';
import { GraphQLScalarType, parse } from 'graphql';
import type { ServiceName } from '../../platform/config/config.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { requireViewer } from '../../platform/serving/access/authenticate.ts';
import { serveSubgraph } from '../../platform/serving/graphql/graphql.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { startTestService, type TestService } from '../../platform/testing/service.ts';

/** A blob of the test graph: its index entry and its content. */
export interface TestBlob {
  readonly id: string;
  readonly owner: 'state' | 'text-expansion' | 'book-compiler';
  readonly title: string;
  readonly parentId?: string;
}

/** A request that a subgraph received. */
export interface Asked {
  readonly subgraph: ServiceName;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly viewer: Viewer | null;
  readonly caller: string;
}

interface Context {
  readonly viewer: Viewer;
}

interface Reference {
  readonly id: string;
}

const contentTypes = { state: 'UserBlob', 'text-expansion': 'ExpandedText', 'book-compiler': 'CompiledBook' };
const time = '2026-01-31T12:00:00.000Z';
const refusal = { field: 'schemaId', code: 'SCHEMA_UNKNOWN', message: '`schemaId` names no schema.' };
const scalar = (name: string) => new GraphQLScalarType({ name });
const scalars = { DateTime: scalar('DateTime'), JSON: scalar('JSON') };

const constant =
  <T>(value: T) =>
  () =>
    value;

const page = (nodes: readonly TestBlob[]) => ({
  nodes,
  edges: nodes.map((node) => ({ cursor: node.id, node })),
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  totalCount: nodes.length,
  liveCursor: 'live',
});

const find = (blobs: readonly TestBlob[], { id }: Reference) => blobs.find((blob) => blob.id === id) ?? null;

function createBlob(blobs: TestBlob[], { title }: { readonly title: string }) {
  if (title === 'too much') throw new BlobgraphError('OVERLOADED', 'Too much is in work.');
  if (title === 'refused') return { blob: null, userErrors: [refusal] };
  const blob: TestBlob = { id: `blob${blobs.length}`, owner: 'state', title };
  blobs.push(blob);
  return { blob, userErrors: [] };
}

const blobIndexResolvers = (blobs: readonly TestBlob[]) => ({
  __resolveReference: (reference: Reference) => find(blobs, reference),
  userId: constant('alice'),
  version: constant(1),
  processorId: ({ owner }: TestBlob) => owner,
  storageLocation: ({ owner }: TestBlob) => owner,
  type: constant('chapter_draft'),
  preview: ({ title }: TestBlob) => title,
  sizeBytes({ id }: TestBlob) {
    if (id !== 'unsized') return 12;
    throw new Error('connect ECONNREFUSED postgres://user:secret@host');
  },
  remoteBlobId: ({ id }: TestBlob) => id,
  schemaId: constant('text-input-v1'),
  schemaVersion: constant('1.0.0'),
  schema: constant({ id: 'text-input-v1', version: '1.0.0' }),
  generation: constant(0),
  derivedIds: ({ id }: TestBlob) => blobs.flatMap((blob) => (blob.parentId === id ? [blob.id] : [])),
  createdAt: constant(time),
  updatedAt: constant(time),
  parent: ({ parentId = '' }: TestBlob) => find(blobs, { id: parentId }),
  derived: ({ id }: TestBlob) => page(blobs.filter(({ parentId }) => parentId === id)),
  processing: constant({ state: 'COMPLETED', runs: [], leftOut: [] }),
  content: ({ id, owner }: TestBlob) => ({ __typename: contentTypes[owner], id }),
});

const stateResolvers = (blobs: TestBlob[]) => ({
  ...scalars,
  BigInt: scalar('BigInt'),
  Query: {
    me: (_root: unknown, _args: unknown, { viewer }: Context) => ({ id: viewer.userId }),
    blob: (_root: unknown, reference: Reference) => find(blobs, reference),
    blobs: (_root: unknown, { first }: { first: number }) =>
      page(blobs.filter(({ owner }) => owner === 'state').slice(0, first)),
    book(_root: unknown, { id }: Reference) {
      throw new BlobgraphError('BOOK_NOT_FOUND', `You have no book ${id}.`, { field: 'id' });
    },
  },
  User: {
    state: constant({ totalBlobs: blobs.length, blobsByProcessor: [], books: [], conversations: [] }),
  },
  Mutation: {
    createBlob: (_root: unknown, { input }: { input: { title: string } }) => createBlob(blobs, input),
  },
  BlobIndex: blobIndexResolvers(blobs),
  Book: {
    __resolveReference: ({ id }: Reference) => ({ id, title: `Book ${id}`, chapters: [] }),
    version: constant(1),
    automatic: constant([]),
    createdAt: constant(time),
  },
  Blob: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  Node: { __resolveType: constant('BlobIndex') },
  UserBlob: {
    body: ({ id }: Reference) => ({ text: `body of ${id}` }),
    processingState: constant('COMPLETED'),
    createdAt: constant(time),
  },
});

const expandedText = (id: string) => ({
  __typename: 'ExpandedText',
  id,
  parentBlobId: 'parent',
  modelUsed: 'offline',
  processingTimeMs: 5,
  tokensUsed: 0,
  createdAt: time,
  data: {
    original: 'short',
    expanded: `expansion ${id}`,
    expansionRatio: 2,
    styleAnalysis: { tone: 'calm', complexity: 0.25, readabilityScore: 90, vocabularyLevel: 'basic' },
    sections: [],
  },
});

const compiledBook = (id: string) => ({
  id,
  bookId: 'book',
  version: 3,
  fullText: `text of ${id}`,
  wordCount: 12,
  chapterCount: 1,
  sourceBlobIds: ['b0'],
  compileConfig: {},
  stale: false,
  exports: [],
  exportUrl: `/api/v1/exports/${id}`,
  createdAt: time,
  chapters: [
    {
      chapterNum: 1,
      position: 1,
      title: 'One',
      compiledText: 'One.',
      wordCount: 12,
      draftBlobId: 'b0',
      draft: { id: 'b0' },
    },
  ],
});

const resolversOf = (blobs: TestBlob[]): Partial<Record<ServiceName, object>> => ({
  state: stateResolvers(blobs),
  'text-expansion': {
    DateTime: scalars.DateTime,
    ExpandedText: {
      async __resolveReference({ id }: Reference) {
        if (id.endsWith('broken')) throw new BlobgraphError('BLOB_NOT_FOUND', `There is no text ${id}.`);
        return expandedText(id);
      },
    },
  },
  'book-compiler': {
    ...scalars,
    CompiledBook: { __resolveReference: ({ id }: Reference) => compiledBook(id) },
  },
  processors: { DateTime: scalars.DateTime, Query: { processors: () => [] } },
  schemas: {
    ...scalars,
    Query: { schemas: () => [] },
    BlobSchema: {
      __resolveReference: ({ id }: Reference) => ({ id, version: '1.0.0', title: `Schema ${id}` }),
    },
  },
  events: { DateTime: scalars.DateTime },
});

const sdlOf = (subgraph: ServiceName): string =>
  readFileSync(
    projectFile('subgraphs', subgraph, subgraph === 'state' ? 'schema.generated.graphql' : 'schema.graphql'),
    'utf8',
  );

/** Delays a request: resolves when it may be answered. */
export type Hold = (request: Asked) => Promise<void>;

function definition(
  name: ServiceName,
  resolvers: object,
  asked: Asked[],
  hold: Hold | undefined,
): ServiceDefinition {
  return {
    name,
    create: async ({ logger }) => ({
      checks: {},
      async install(app) {
        app.addHook('preHandler', async ({ body, caller, routeOptions }) => {
          // Of several that come as one, each comes by this route as well.
          if (!body || routeOptions.url !== '/graphql') return;
          const { query, variables = {} } = body as Pick<Asked, 'query'> & Partial<Asked>;
          const request = { subgraph: name, query, variables, viewer: caller.viewer, caller: caller.service };
          asked.push(request);
          await hold?.(request);
        });
        serveSubgraph<Context>(app, {
          typeDefs: parse(sdlOf(name)),
          resolvers,
          context: (caller) => ({ viewer: requireViewer(caller) }),
          logger,
        });
      },
    }),
  };
}

/**
 * Starts subgraphs with this project's SDL over a list of blobs, each as a service that records its requests in
 * `asked`.
 */
export async function startSubgraphs(blobs: TestBlob[], asked: Asked[], hold?: Hold) {
  const services = new Map<ServiceName, TestService>();
  for (const [name, resolvers = {}] of Object.entries(resolversOf(blobs)) as [ServiceName, object][]) {
    services.set(name, await startTestService(definition(name, resolvers, asked, hold)));
  }
  return services;
}
