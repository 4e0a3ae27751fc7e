import { Client, type ExecutionResult, fetchExchange, mapExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { type LiveOptions, liveClient } from '../../client/live.ts';
import { applyChange } from './blobs.ts';
import { introspection } from './graphql.generated.ts';

export interface GraphOptions extends Omit<LiveOptions, 'url' | 'token'> {
  /** E.g. `http://127.0.0.1:8010/graphql`. */
  readonly url: string;
  readonly token: () => string;
  /** The token was refused. */
  readonly signIn: () => void;
}

/** Types without an id are parts of what they stand in. */
const parts = introspection.__schema.types.flatMap((type) =>
  type.kind === 'OBJECT' && !type.fields.some(({ name }) => name === 'id') ? [type.name] : [],
);

/**
 * Keyed by type and id, which is what graphcache does by itself: a blob's entry in the index (`BlobIndex`) and its
 * content (`ExpandedText`, …) have the same id.
 */
const createCache = () =>
  cacheExchange({
    // What can stand where a `Blob` does.
    schema: introspection,
    keys: {
      ...Object.fromEntries(parts.map((name) => [name, () => null])),
      // Versions of a schema share its id.
      BlobSchema: ({ id, version }) => `${id}@${version}`,
    },
    resolvers: {
      Query: { blobs: relayPagination() },
      BlobIndex: { derived: relayPagination() },
      Book: { compiled: relayPagination() },
      Conversation: { blobs: relayPagination() },
    },
    updates: { Subscription: { blobChanged: applyChange } },
  });

export function createGraph({ url, signIn, ...live }: GraphOptions): Client {
  const socket = liveClient({ ...live, url: url.replace(/^http/, 'ws') });
  return new Client({
    url,
    preferGetMethod: false,
    fetchOptions: () => ({ headers: { authorization: `Bearer ${live.token()}` } }),
    exchanges: [
      mapExchange({
        onError({ graphQLErrors }) {
          if (graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED')) signIn();
        },
      }),
      createCache(),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { query, variables: variables as Record<string, unknown> },
              { ...sink, next: (result) => sink.next(result as ExecutionResult) },
            ),
          }),
        }),
      }),
    ],
  });
}
