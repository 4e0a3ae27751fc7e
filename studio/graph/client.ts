import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { type Graph, GraphError, liveClient, openGraph } from 'blobgraph/client';
import { Client, type ExecutionResult, fetchExchange, mapExchange, subscriptionExchange } from 'urql';
import type { Session } from '../session/session.ts';
import { Newest } from './newest.ts';
import type { ChangesSubscription } from './operations.generated.ts';

/** Whether what happens is heard of: `lost` is told in words, since the page shows what was last known. */
export type Connection = 'connecting' | 'connected' | 'lost';

export interface StudioGraph {
  readonly client: Client;
  /** The same graph without the cache: for lists too long to be read from it anew with each page, and for saving. */
  readonly typed: Graph;
  /** Calls back with each change of the connection, at once with the present one. Returns how to stop that. */
  onConnection(listener: (connection: Connection) => void): () => void;
  close(): void;
}

export interface StudioGraphOptions {
  readonly session: Session;
  /** The gateway refused the token. */
  readonly onRefused: () => void;
}

const GRAPHQL = '/graphql';

/**
 * Keyed by type and id, which is what graphcache does by itself: a blob's entry in the index (`BlobIndex`) and its
 * content (`ExpandedText`, …) have the same id. Lists of pages grow by `endCursor`.
 */
const cache = () =>
  cacheExchange({
    keys: {
      // Versions of a schema share its id.
      BlobSchema: ({ id, version }) => `${id}@${version}`,
    },
    resolvers: {
      Query: { blobs: relayPagination() },
      BlobIndex: { derived: relayPagination() },
      Book: { compiled: relayPagination() },
    },
  });

/**
 * The cache takes answers in the order in which they were asked for, not by what they are of: one that was under way while
 * a change was told may be older than that. It is brought up to date before the cache has it.
 */
function upToDate() {
  const newest = new Newest();
  return mapExchange({
    onResult(result) {
      if (result.operation.kind !== 'subscription') return { ...result, data: newest.within(result.data) };
      newest.hear((result.data as Partial<ChangesSubscription> | undefined)?.blobChanged?.blob);
      return result;
    },
  });
}

/** The WebSocket of the subscriptions, which tells of its connection. */
function openSocket({ session, onRefused }: StudioGraphOptions) {
  const url = new URL(GRAPHQL, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = liveClient({ url: url.href, token: session.token });
  let connection: Connection = 'connecting';
  const listeners = new Set<(connection: Connection) => void>();
  const become = (next: Connection) => {
    connection = next;
    for (const listener of listeners) listener(next);
  };
  let open: WebSocket | undefined;
  socket.on('connected', (opened) => {
    open = opened as WebSocket;
    become('connected');
  });
  socket.on('closed', (event) => {
    become('lost');
    if ((event as CloseEvent).code === 4_401) onRefused();
  });
  const onConnection: StudioGraph['onConnection'] = (listener) => {
    listeners.add(listener);
    listener(connection);
    return () => listeners.delete(listener);
  };
  // The connection goes on with a new token; where it is not open, the next one begins with it.
  const stop = session.onRenewed?.((token) => {
    if (open?.readyState === WebSocket.OPEN)
      open.send(JSON.stringify({ type: 'ping', payload: { authorization: `Bearer ${token}` } }));
  });
  const disconnect = () => {
    stop?.();
    // It waits for a connection that is being made, which may come to nothing.
    socket.dispose()?.catch(() => {});
  };
  return { socket, onConnection, disconnect };
}

/** The typed client, which tells of a refused token too. It opens no socket while nothing is followed by it. */
function openTyped({ session, onRefused }: StudioGraphOptions): Graph {
  const graph = openGraph({ url: new URL(GRAPHQL, location.href).href, token: session.token });
  const request: Graph['request'] = async (document, variables, asking) => {
    try {
      return await graph.request(document, variables, asking);
    } catch (error) {
      if (error instanceof GraphError && error.code === 'UNAUTHENTICATED') onRefused();
      throw error;
    }
  };
  return { ...graph, request };
}

/** The graph as the session's user sees it, with one socket for all that is followed. */
export function openStudioGraph({ session, ...given }: StudioGraphOptions): StudioGraph {
  let isClosed = false;
  // What was still under way when the user left says nothing of who came in since.
  const onRefused = () => {
    if (!isClosed) given.onRefused();
  };
  const { onConnection, socket, disconnect } = openSocket({ session, onRefused });
  const typed = openTyped({ session, onRefused });
  const client = new Client({
    url: GRAPHQL,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    async fetch(input, init) {
      const headers = new Headers(init?.headers);
      headers.set('authorization', `Bearer ${await session.token()}`);
      return fetch(input, { ...init, headers });
    },
    exchanges: [
      mapExchange({
        onError({ graphQLErrors }) {
          if (graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED')) onRefused();
        },
      }),
      cache(),
      upToDate(),
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
  const close = () => {
    isClosed = true;
    typed.close();
    disconnect();
  };
  return { client, typed, onConnection, close };
}
