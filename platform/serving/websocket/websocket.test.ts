import { once } from 'node:events';
import { type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { BlobgraphError } from '../../errors/errors.ts';
import { BODY_LIMIT_BYTES } from '../http/http.ts';
import { closeAfterEach, connect, connectAs, Given, logger, serve } from './websocket.fixture.ts';

closeAfterEach();

test('an operation is run as who has connected', async () => {
  const { url } = await serve();
  const { send, received } = await connectAs(`${url}/graphql?x=1`, 'alice');
  send({ type: 'subscribe', id: '1', payload: { query: '{ name }' } });
  await vi.waitFor(() => expect(received).toHaveLength(2));
  expect(received).toEqual([
    { id: '1', type: 'next', payload: { data: { name: 'alice' } } },
    { id: '1', type: 'complete' },
  ]);
});

test.each([
  ['is not let in', 'UNAUTHENTICATED', 4401],
  // Clients take the codes of the protocol for final, and come back after this one.
  ['cannot be checked now', 'SERVICE_UNAVAILABLE', 1013],
] as const)('a connection that %s is closed', async (_, code, closeCode) => {
  const { url } = await serve({
    authenticate: async () => {
      throw new BlobgraphError(code, 'no');
    },
  });
  const { send, closed } = await connect(`${url}/graphql`);
  send({ type: 'connection_init' });
  expect(await closed).toBe(closeCode);
});

test('a connection that does not answer pings is ended, one that does is kept', async () => {
  const { url } = await serve({ keepAliveMs: 40 });
  const silent = await connectAs(`${url}/graphql`, 'alice', { autoPong: false });
  const alive = await connectAs(`${url}/graphql`, 'bob');
  expect(await silent.closed).toBe(1006);
  expect(alive.socket.readyState).toBe(WebSocket.OPEN);
});

test('one that reads a large message slowly is waited for: the ping stands behind it', async () => {
  const keepAliveMs = 20;
  const never = 'x'.repeat(16 * 1024 * 1024);
  const results = new Given();
  results.give({ data: { never } });
  const { url } = await serve({ keepAliveMs, subscribe: () => results });
  const slow = await connectAs(`${url}/graphql`, 'alice');
  slow.send({ type: 'subscribe', id: '1', payload: { query: 'subscription { never }' } });
  slow.socket.pause();
  // Meanwhile another is silent, and is given up.
  const silent = await connectAs(`${url}/graphql`, 'bob', { autoPong: false });
  expect(await silent.closed).toBe(1006);
  slow.socket.resume();
  await vi.waitFor(() => expect(slow.received).toMatchObject([{ payload: { data: { never } } }]));
  expect(slow.socket.readyState).toBe(WebSocket.OPEN);
});

test('a connection has so many operations open at once, and may go on when one is completed', async () => {
  const { url } = await serve({ maxOperations: 2 });
  const { send, received } = await connectAs(`${url}/graphql`, 'alice');
  const start = (id: string) => send({ type: 'subscribe', id, payload: { query: 'subscription { never }' } });
  for (const id of ['1', '2', '3']) start(id);
  const requestId = expect.any(String);
  await vi.waitFor(() =>
    expect(received).toMatchObject([
      { id: '3', type: 'error', payload: [{ extensions: { code: 'QUERY_TOO_COMPLEX', requestId } }] },
    ]),
  );
  send({ type: 'complete', id: '1' });
  send({ type: 'subscribe', id: '4', payload: { query: '{ name }' } });
  await vi.waitFor(() => expect(received.at(-1)).toEqual({ id: '4', type: 'complete' }));
});

test.each([
  ['no JSON', '{', 4400],
  ['an operation before it is let in', '{"type":"subscribe","id":"1","payload":{"query":"{ name }"}}', 4401],
  ['more than fits', 'x'.repeat(BODY_LIMIT_BYTES + 1), 1009],
])('a client that sends %s is sent away', async (_, text, code) => {
  const { url } = await serve();
  const { socket, closed } = await connect(`${url}/graphql`);
  socket.send(text);
  expect(await closed).toBe(code);
});

test('another protocol and another path are refused', async () => {
  const { url } = await serve();
  const other = new WebSocket(`${url}/other`, 'graphql-transport-ws');
  const [error] = await once(other, 'error');
  expect(String(error)).toContain('404');
  const old = new WebSocket(`${url}/graphql`, 'graphql-ws');
  const [refused] = await once(old, 'error');
  expect(String(refused)).toContain('no subprotocol');
});

const thrown = () => {
  throw new Error('secret');
};

test.each([
  ['the check', { prepare: thrown }, 'query { name }'],
  ['the check, later', { prepare: async () => thrown() }, 'query { name }'],
  ['a query', { execute: thrown }, 'query { name }'],
  ['a query, later', { execute: async () => thrown() }, 'query { name }'],
  ['a subscription', { subscribe: thrown }, 'subscription { never }'],
  ['a subscription, later', { subscribe: async () => thrown() }, 'subscription { never }'],
])('what %s throws ends its operation alone, without a word of it', async (_, broken, query) => {
  const { url } = await serve(broken);
  const { send, received, socket } = await connectAs(`${url}/graphql`, 'alice');
  send({ type: 'subscribe', id: '1', payload: { query } });
  await vi.waitFor(() => expect(received.length).toBeGreaterThan(0));
  expect(JSON.stringify(received)).toContain('"code":"INTERNAL"');
  expect(JSON.stringify(received)).not.toContain('secret');
  send({ type: 'ping' });
  await vi.waitFor(() => expect(received.at(-1)).toEqual({ type: 'pong' }));
  expect(socket.readyState).toBe(WebSocket.OPEN);
});

test.each(['next', 'error', 'connection_ack'])(
  'a client that sends %s, which servers alone do, is sent away, and the log is silent',
  async (type) => {
    const error = vi.spyOn(logger, 'error');
    const { url } = await serve();
    const { send, closing } = await connectAs(`${url}/graphql`, 'alice');
    send({ id: '1', type, payload: type === 'error' ? [{ message: 'x' }] : { data: {} } });
    expect(await closing).toEqual([4400, 'Invalid message received']);
    expect(error).not.toHaveBeenCalled();
    error.mockRestore();
  },
);

test('when the server stops, what is in work is answered, and clients are told to come again', async () => {
  let answer = () => {};
  const execute = () => new Promise<ExecutionResult>((resolve) => (answer = () => resolve({ data: {} })));
  const { app, url } = await serve({ execute });
  const [asking, listening] = [
    await connectAs(`${url}/graphql`, 'a'),
    await connectAs(`${url}/graphql`, 'b'),
  ];
  asking.send({ type: 'subscribe', id: '1', payload: { query: '{ name }' } });
  listening.send({ type: 'subscribe', id: '1', payload: { query: 'subscription { never }' } });
  await expect.poll(() => app.load.inWork).toBe(1);
  app.load.retire();
  const [refused] = await once(new WebSocket(`${url}/graphql`, 'graphql-transport-ws'), 'error');
  expect(String(refused)).toContain('503');
  const stopped = app.close();
  answer();
  expect(await Promise.all([asking.closed, listening.closed])).toEqual([1012, 1012]);
  expect(asking.received).toEqual([
    { id: '1', type: 'next', payload: { data: {} } },
    { id: '1', type: 'complete' },
  ]);
  await stopped;
});

test('a query is refused where too much is in work', async () => {
  const { app, url } = await serve({ execute: () => new Promise(() => {}) }, { requests: 1 });
  const { send, received } = await connectAs(`${url}/graphql`, 'alice');
  send({ type: 'subscribe', id: '1', payload: { query: '{ name }' } });
  await expect.poll(() => app.load.inWork).toBe(1);
  send({ type: 'subscribe', id: '2', payload: { query: '{ name }' } });
  await vi.waitFor(() =>
    expect(received).toMatchObject([
      { id: '2', type: 'next', payload: { errors: [{ extensions: { code: 'OVERLOADED' } }] } },
      { id: '2', type: 'complete' },
    ]),
  );
});

const ECHO = 'query ($data: JSON) { echo(data: $data) }';
const echoing = (data: string) =>
  `{"id":"1","type":"subscribe","payload":{"query":"${ECHO}","variables":{"data":${data}}}}`;

test.each([
  ['{"n":9007199254740993}', '/variables/data/n'],
  ['{"a":[0,1e400]}', '/variables/data/a/1'],
])(
  'a variable that would not be kept is refused by its place, the connection stays: %s',
  async (data, at) => {
    const { url } = await serve();
    const { socket, send, received } = await connectAs(`${url}/graphql`, 'alice');
    socket.send(echoing(data));
    send({ type: 'subscribe', id: '2', payload: { query: '{ name }' } });
    await vi.waitFor(() => expect(received).toHaveLength(3));
    expect(received).toContainEqual({
      id: '1',
      type: 'error',
      payload: [
        {
          message: expect.stringContaining(`\`${at}\` is the number `),
          extensions: expect.objectContaining({
            code: 'VALIDATION_FAILED',
            field: at.slice(1).replaceAll('/', '.'),
          }),
        },
      ],
    });
    expect(received).toContainEqual({ id: '2', type: 'next', payload: { data: { name: 'alice' } } });
  },
);

test('so is a literal', async () => {
  const { url } = await serve();
  const { send, received } = await connectAs(`${url}/graphql`, 'alice');
  const query = '{ echo(data: { a: [1.0, { n: 12345678901234567890 }] }) }';
  send({ type: 'subscribe', id: '1', payload: { query } });
  await vi.waitFor(() => expect(received).toHaveLength(1));
  const message = expect.stringContaining('`/data/a/1/n` is the number 12345678901234567890');
  const extensions = expect.objectContaining({ code: 'VALIDATION_FAILED', field: 'data.a.1.n' });
  expect(received).toMatchObject([{ id: '1', type: 'error', payload: [{ message, extensions }] }]);
});

test('a document with `__proto__` and any text comes as it was sent', async () => {
  const data = '{"__proto__":{"a":1},"s":"9007199254740993, 1e400"}';
  const echoed = (args: ExecutionArgs) =>
    execute({ ...args, rootValue: { echo: (given: { data: unknown }) => JSON.stringify(given.data) } });
  const { url } = await serve({ execute: echoed });
  const { socket, received } = await connectAs(`${url}/graphql`, 'alice');
  socket.send(echoing(data));
  await vi.waitFor(() => expect(received).toHaveLength(2));
  expect(received[0]).toEqual({ id: '1', type: 'next', payload: { data: { echo: data } } });
});
