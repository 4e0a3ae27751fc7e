import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import type { GraphClient } from '../../harness/client.ts';

/** A subgraph of somebody else's. */
export interface OutsideSubgraph {
  readonly sdl: string;
  /** Where it answers, without `/graphql`. */
  readonly url: string;
  /** Requests so far. */
  readonly asked: () => number;
  stop(): Promise<void>;
}

const sdlWith = (more: string): string => `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  "The content of a blob."
  interface Blob { id: ID! }
  "How long a text is."
  type WordCount implements Blob @key(fields: "id") {
    "The blob's id."
    id: ID!
    "Words."
    words: Int
  }
  "An entry of the index."
  type BlobIndex @key(fields: "id") {
    id: ID!
    "Who answered."
    answeredBy: String
    ${more}
  }
`;

/** Starts one that puts its name to each entry of the index. `more`: further fields of an entry. */
export async function startOutsideSubgraph(name: string, more = ''): Promise<OutsideSubgraph> {
  const sdl = sdlWith(more);
  let asked = 0;
  const resolvers = {
    BlobIndex: { __resolveReference: ({ id }: { id: string }) => ({ id }), answeredBy: () => name },
    WordCount: { __resolveReference: ({ id }: { id: string }) => ({ id, words: 7 }) },
    Blob: { __resolveType: () => 'WordCount' },
  };
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers });
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url !== '/graphql') return response.end(JSON.stringify({ status: 'ready', checks: {} }));
    asked += 1;
    const { query, variables } = JSON.parse(await text(request)) as { query: string; variables?: object };
    const result = await graphql({ schema, source: query, variableValues: { ...variables } });
    return response.end(JSON.stringify(result));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...{ sdl, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const REGISTER = /* GraphQL */ `
  mutation ($input: RegisterProcessorInput!) {
    done: registerProcessor(input: $input) { supergraph { version } userErrors { field code message } }
  }
`;

interface Done {
  readonly done: {
    readonly supergraph: { readonly version: number } | null;
    readonly userErrors: readonly object[];
  };
}

/** Registers it as an operator. @returns the version that is served with it */
export async function register(operator: GraphClient, { sdl, url }: OutsideSubgraph): Promise<number> {
  const input = {
    ...{ id: 'word-count', name: 'Word count', storageType: 'POSTGRESQL', connectionString: 'its own' },
    ...{
      databaseName: 'word_count',
      takes: [],
      outputSchemaId: 'expanded-text-v1',
      graphqlType: 'WordCount',
    },
    ...{ baseUrl: url, subgraph: { sdl, url: `${url}/graphql` } },
  };
  const { done } = await operator.query<Done>(REGISTER, { input });
  if (!done.supergraph) throw new Error(JSON.stringify(done.userErrors));
  return done.supergraph.version;
}

/** Goes back to a version. @returns the number of the one that serves it again */
export async function rollBack(operator: GraphClient, to: number): Promise<number> {
  const mutation = `mutation ($to: Int!) { done: rollbackSupergraph(to: $to) { supergraph { version } userErrors { code message } } }`;
  const { done } = await operator.query<Done>(mutation, { to });
  if (!done.supergraph) throw new Error(JSON.stringify(done.userErrors));
  return done.supergraph.version;
}

export const currentVersion = async (operator: GraphClient): Promise<number> =>
  (
    await operator.query<{ supergraph: { current: { version: number } } }>(
      '{ supergraph { current { version } } }',
    )
  ).supergraph.current.version;
