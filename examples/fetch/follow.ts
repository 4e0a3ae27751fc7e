import { type Graph, GraphError } from './graph.ts';

export interface Followed extends Graph {
  /** Default: the browser's, or Node's from 22 on. */
  readonly WebSocket?: typeof globalThis.WebSocket;
  /** Waits before a new connection. Default: one second, and up to one more. */
  readonly retryWait?: () => Promise<void>;
}

/** A change's root field, whatever is selected of it beside its cursor. */
type Result<Change> = Readonly<Record<string, Change>>;

/** Of the protocol (https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md), what is needed here. */
type Message<Change> =
  | { readonly type: 'opened' | 'connection_ack' | 'ping' | 'pong' | 'complete' }
  | {
      readonly type: 'next';
      readonly payload: { data?: Result<Change> | null; errors?: { message: string }[] };
    }
  | { readonly type: 'error'; readonly payload: { message: string; extensions?: { code?: string } }[] }
  | { readonly type: 'closed'; readonly code: number; readonly reason: string };

/** The connection is closed with it when the token is refused. */
const UNAUTHORIZED = 4401;

const oneSecondOrTwo = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 1_000 + 1_000 * Math.random());
  });

/** A socket's messages, in order, until it is closed. */
async function* messagesOf<Change>(socket: WebSocket): AsyncGenerator<Message<Change>> {
  const waiting: Message<Change>[] = [];
  let wake = () => {};
  const tell = (message: Message<Change>) => {
    waiting.push(message);
    wake();
  };
  socket.onopen = () => tell({ type: 'opened' });
  socket.onmessage = ({ data }) => tell(JSON.parse(String(data)) as Message<Change>);
  // That it failed says nothing; it is closed next.
  socket.onerror = () => {};
  socket.onclose = ({ code, reason }) => tell({ type: 'closed', code, reason });
  for (;;) {
    const message = waiting.shift();
    if (message) yield message;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

/** The changes of one connection, until that is cut. @throws GraphError when the server ends it */
async function* changesOfOne<Change>(
  graph: Followed,
  query: string,
  variables: object,
): AsyncGenerator<Change> {
  const { WebSocket: Socket = globalThis.WebSocket, token, url } = graph;
  const socket = new Socket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  const send = (message: object) => socket.send(JSON.stringify(message));
  try {
    for await (const message of messagesOf<Change>(socket)) {
      if (message.type === 'opened')
        send({ type: 'connection_init', payload: { authorization: `Bearer ${await token()}` } });
      if (message.type === 'connection_ack')
        send({ id: 'changes', type: 'subscribe', payload: { query, variables } });
      if (message.type === 'ping') send({ type: 'pong' });
      if (message.type === 'error') throw new GraphError(message.payload);
      if (message.type === 'closed' && message.code === UNAUTHORIZED)
        throw new GraphError([{ message: message.reason, extensions: { code: 'UNAUTHENTICATED' } }]);
      if (message.type === 'closed' || message.type === 'complete') return;
      if (message.type === 'next') {
        const [change] = Object.values(message.payload.data ?? {});
        if (!change) throw new GraphError(message.payload.errors ?? []);
        yield change;
      }
    }
  } finally {
    socket.close();
  }
}

/**
 * The changes after a cursor, each once, over any number of connections: `query` takes `$after`, and selects `cursor`.
 * @throws GraphError when they end
 */
export async function* follow<Change extends { readonly cursor: string }>(
  graph: Followed,
  query: string,
  start: { readonly after: string },
): AsyncGenerator<Change> {
  const { retryWait = oneSecondOrTwo } = graph;
  let { after } = start;
  for (;;) {
    for await (const change of changesOfOne<Change>(graph, query, { ...start, after })) {
      after = change.cursor;
      yield change;
    }
    await retryWait();
  }
}
