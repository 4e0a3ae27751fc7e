import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { buildSchema, execute } from 'graphql';
import type { ExecutionResult } from 'graphql-ws';
import { afterEach, expect, vi } from 'vitest';
import { WebSocket } from 'ws';
import { OVER, Polled } from '../../concurrency/polled.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { systemClock } from '../../time/clock.ts';
import { OpenConnections, type OpenConnectionsOptions } from '../connections/open-connections.ts';
import { endless } from '../connections/session.fixture.ts';
import { createOperationCheck } from '../graphql/operation.ts';
import { createHttpServer, type ServerLimits } from '../http/http.ts';
import { SocketDoor, type SocketDoorOptions } from './door.ts';
import type { Told } from './subscription.ts';
import { type OperationsOverWebSocket, serveOperationsOverWebSocket } from './websocket.ts';

const schema = buildSchema(
  'scalar JSON type Query { name: String echo(data: JSON): String } type Subscription { never(data: JSON): String }',
);
export const logger = createLogger('silent');
const cleanUp: (() => unknown)[] = [];

/** To be called once by each file of tests that serves. */
export function closeAfterEach(): void {
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });
}

/** A subscription's results, which come when they are given. */
export class Given extends Polled<Told> {
  readonly #given: (Told | Error | 'end')[] = [];
  isReturned = false;

  /** An error ends it, and `end` does without one. */
  give(result: ExecutionResult | Error | 'end', cursor?: string): void {
    const isResult = typeof result === 'object' && !(result instanceof Error);
    this.#given.push(isResult ? { result, cursor } : result);
    this.stir();
  }

  async poll(): Promise<IteratorResult<Told, void> | undefined> {
    if (this.isReturned) return OVER;
    const next = this.#given.shift();
    if (next instanceof Error) throw next;
    if (next === 'end') return OVER;
    return next && { value: next };
  }

  async return(): Promise<typeof OVER> {
    this.isReturned = true;
    this.stir();
    return OVER;
  }
}

type ServeOptions = Partial<OperationsOverWebSocket<string>> &
  Omit<SocketDoorOptions, 'connections'> &
  Omit<OpenConnectionsOptions, 'logger'>;

/** A small graph over WebSocket at `/graphql`, whose users are let in by their names. */
export async function serve(
  { limits: open, trustedProxies, mayConnect, keepAliveMs, ...options }: ServeOptions = {},
  limits: ServerLimits = {},
) {
  const app = createHttpServer({ logger, limits });
  const check = createOperationCheck(schema);
  const connections = new OpenConnections({ limits: open, trustedProxies, logger });
  const door = new SocketDoor(app, { connections, keepAliveMs, ...(mayConnect && { mayConnect }) });
  serveOperationsOverWebSocket<string>(app, door, {
    path: '/graphql',
    clock: systemClock,
    logger,
    authenticate: async ({ name }) => ({ who: String(name), session: endless(String(name)) }),
    prepare: (payload, who) => {
      const args = check(payload);
      return 'document' in args ? { ...args, rootValue: { name: who } } : args;
    },
    execute,
    subscribe: () => new Given(),
    ...options,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  cleanUp.push(() => app.close());
  return { app, sockets: () => connections.usage, url: app.listeningOrigin.replace('http', 'ws') };
}

export interface Received {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

/** A connection that has said nothing yet, and all that it receives. */
export async function connect<Message extends object = Received>(
  url: string,
  options: object = {},
  protocol: string | string[] = 'graphql-transport-ws',
) {
  const socket = new WebSocket(url, protocol, options);
  cleanUp.push(() => socket.terminate());
  const received: Message[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  const closing = once(socket, 'close').then(([code, reason]) => [Number(code), String(reason)] as const);
  await once(socket, 'open');
  const send = (message: object) => socket.send(JSON.stringify(message));
  const closed = closing.then(([code]) => code);
  return { socket, send, received, closed, closing };
}

/** A connection that was let in. */
export async function connectAs(url: string, name: string, options: object = {}) {
  const connection = await connect(url, options);
  connection.send({ type: 'connection_init', payload: { Name: name } });
  await vi.waitFor(() => expect(connection.received).toEqual([{ type: 'connection_ack' }]));
  connection.received.length = 0;
  return connection;
}

/** A text message as a client frames it (RFC 6455, 5.2), its mask zeros. */
export function framed(text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(14);
  head[0] = 0x81;
  head[1] = 0xff;
  head.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([head, body]);
}

/**
 * A client that does as it likes: it writes bytes, and reads what comes only once it is told to. Resolves when the
 * connection is upgraded.
 */
export async function connectRaw(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connectTcp(Number(port), hostname);
  cleanUp.push(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  const head = [
    'GET /graphql HTTP/1.1',
    `Host: ${hostname}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}
