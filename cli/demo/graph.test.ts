import { getEventListeners, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, type ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { follow } from './follow.ts';
import { type Graph, GraphFault, GraphOutOfReach, openGraph } from './graph.ts';
import { blobChanged, type Change, liveCursor } from './operations.ts';

const schema = buildSchema(`
  type Query { q: Int }
  type Subscription { blobChanged(filter: Filter, after: String): Change! }
  input Filter { bookId: ID }
  type Change { cursor: String! blob: Blob }
  type Blob { id: ID! }
`);

/** Answers of the HTTP side, one a request; the last one stays. */
let answers: { status: number; body: string }[];
let requests: number;
/** The `after` of each subscription. */
let afters: unknown[];
/** Changes that a subscription after a cursor brings; it then stays open, unless it `drops`. */
let changesAfter: (after: string) => { cursors: string[]; drops?: boolean; error?: string };
let server: Server;
let sockets: WebSocketServer;
let gateway: string;
let graph: Graph;
const stopping = new AbortController();

async function* stream(after: string, socket: WebSocket) {
  const { cursors, drops, error } = changesAfter(after);
  if (error) throw Object.assign(new Error(error), { extensions: { code: error } });
  for (const cursor of cursors) yield { data: { blobChanged: { cursor, blob: null } } };
  if (drops) socket.terminate();
  else await new Promise(() => {});
}

beforeEach(async () => {
  [answers, requests, afters] = [[], 0, []];
  server = createServer((_request, response) => {
    requests += 1;
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer) response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    else response.destroy();
  });
  sockets = new WebSocketServer({ server, path: '/graphql' });
  useServer(
    {
      schema,
      validate: () => [],
      subscribe: async ({ variableValues, contextValue }: ExecutionArgs) => {
        const after = String(variableValues?.['after']);
        afters.push(after);
        const { socket } = contextValue as { socket: WebSocket };
        return stream(after, socket) as never;
      },
      context: ({ extra }) => ({ socket: extra.socket }),
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  graph = openGraph({ gateway, token: 't', signal: stopping.signal });
});
afterEach(async () => {
  await graph.close();
  for (const client of sockets.clients) client.terminate();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const ok = { status: 200, body: '{"data":{"blobs":{"liveCursor":"c"}}}' };
const fault = (code: string) => ({
  status: 200,
  body: JSON.stringify({ errors: [{ message: 'No.', extensions: { code, requestId: 'r1' } }] }),
});

describe('a request', () => {
  it('is sent again while the graph is out of reach', async () => {
    answers = [{ status: 502, body: '<html>' }, fault('SERVICE_UNAVAILABLE'), ok];
    expect(await graph.run(liveCursor, {})).toEqual({ blobs: { liveCursor: 'c' } });
    expect(requests).toBe(3);
  });

  it('is not sent again when the graph refuses it', async () => {
    answers = [fault('UNAUTHENTICATED')];
    const error = await graph.run(liveCursor, {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(GraphFault);
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', message: 'No. (request r1)' });
    expect(requests).toBe(1);
  });

  it('fails when the graph stays out of reach', async () => {
    const impatient = openGraph({ gateway, token: 't', signal: stopping.signal, patienceMs: 2_000 });
    await expect(impatient.run(liveCursor, {})).rejects.toThrow(GraphOutOfReach);
    expect(requests).toBeGreaterThan(1);
  });
});

describe('following a book', () => {
  const nothingMissed = () => Promise.reject(new Error('Nothing was missed'));
  async function hear(
    count: number,
    catchUp: () => Promise<string> = nothingMissed,
    ended = new AbortController(),
  ) {
    const cursors: string[] = [];
    const onChange = ({ blobChanged: { cursor } }: { readonly blobChanged: Change }) => {
      cursors.push(cursor);
      if (cursors.length === count) ended.abort();
      return cursor;
    };
    const followed = { operation: blobChanged, variables: { bookId: 'b' } };
    await follow({ graph, ...followed, after: '0', onChange, catchUp, signal: ended.signal });
    return cursors;
  }

  it('goes on after the last cursor when the connection drops', async () => {
    changesAfter = (after) =>
      after === '0' ? { cursors: ['1', '2'], drops: true } : { cursors: ['3'], drops: false };
    expect(await hear(3)).toEqual(['1', '2', '3']);
    expect(afters).toEqual(['0', '2']);
  });

  it('leaves nothing at its signal of the connections that dropped', async () => {
    const ended = new AbortController();
    const listeners: number[] = [];
    changesAfter = (after) => {
      listeners.push(getEventListeners(ended.signal, 'abort').length);
      return { cursors: [`${Number(after) + 1}`], drops: Number(after) < 3 };
    };
    await hear(4, nothingMissed, ended);
    expect(listeners).toEqual([1, 1, 1, 1]);
    expect(getEventListeners(ended.signal, 'abort')).toEqual([]);
  });

  it('catches up when the log no longer reaches back', async () => {
    changesAfter = (after) => (after === '0' ? { cursors: [], error: 'CURSOR_EXPIRED' } : { cursors: ['8'] });
    expect(await hear(1, async () => '7')).toEqual(['8']);
    expect(afters).toEqual(['0', '7']);
  });

  it('fails when the graph refuses the subscription', async () => {
    changesAfter = () => ({ cursors: [], error: 'BAD_REQUEST' });
    await expect(hear(1)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
