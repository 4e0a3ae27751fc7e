import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { bounded } from '../../time/bounded.ts';
import { Rounds } from '../../time/rounds.ts';
import type { OpenConnections } from '../connections/open-connections.ts';
import { pathOf, withoutSlash } from '../doors/methods.ts';
import { isOwnOrigin } from '../doors/origins.ts';
import { credentialsRefusal } from '../doors/stray-tokens.ts';
import { BODY_LIMIT_BYTES } from '../http/http.ts';
import { type Among, Connection, SERVICE_RESTART } from './connection.ts';
import { Pace } from './pace.ts';

/** A connection that was opened at an endpoint. */
export interface Opened {
  readonly socket: WebSocket;
  readonly connection: Connection;
  readonly request: IncomingMessage;
}

/** A path, and the one that answers there. */
export interface Endpoint {
  /** Without a slash at its end; with one it is served, too. */
  readonly path: string;
  /** Chooses the protocol of those that a client offers. Default: none is chosen. */
  readonly handleProtocols?: ServerOptions['handleProtocols'];
  open(opened: Opened): void;
  /** Waited for, if not for long, before connections are closed. Default: nothing is. */
  answered?(): Promise<unknown>;
}

export interface SocketDoorOptions {
  readonly connections: OpenConnections;
  /** Whether pages of an origin may connect. Default: of none but the service's own. */
  mayConnect?(origin: string): boolean;
  /** Milliseconds within which a connection has to send anything, if only the answer to a ping. Default: 15,000. */
  readonly keepAliveMs?: number | undefined;
}

/** For queries and mutations that are in work when the server closes. */
const ANSWER_WITHIN_MS = 4_000;
const CLOSE_WITHIN_MS = 1_000;
const KEEP_ALIVE_MS = 15_000;
/** A message in more pieces than that is no client's: each takes a hundred bytes, however small it is. */
const MAX_PIECES = 4_096;

type RefusedStatus =
  | '400 Bad Request'
  | '403 Forbidden'
  | '404 Not Found'
  | '429 Too Many Requests'
  | '503 Service Unavailable';

const refusalStatus = { address: '429 Too Many Requests', sockets: '503 Service Unavailable' } as const;

function refuse(socket: Duplex, status: RefusedStatus): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  // A client that does not read the answer keeps the connection open no longer than this.
  setTimeout(() => socket.destroy(), CLOSE_WITHIN_MS).unref();
}

function openSocketServer({ handleProtocols = () => false }: Endpoint): WebSocketServer {
  // Its types do not know the last two.
  return new WebSocketServer({
    noServer: true,
    maxPayload: BODY_LIMIT_BYTES,
    handleProtocols,
    maxFragments: MAX_PIECES,
    maxBufferedChunks: MAX_PIECES * 4,
  } as ServerOptions);
}

/** Not `once` with a signal for each: a signal looks through all that wait for it whenever one is added or leaves. */
async function closeAll({ clients }: WebSocketServer): Promise<void> {
  const open = [...clients];
  const closed = open.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  for (const socket of open) socket.close(SERVICE_RESTART, 'The service restarts: connect again');
  await bounded('Closing', CLOSE_WITHIN_MS, Promise.all(closed)).catch(() => {});
  for (const socket of clients) socket.terminate();
}

/** Where a service is connected to by WebSocket: all of its endpoints, by their paths. */
export class SocketDoor {
  readonly #options: SocketDoorOptions;
  readonly #endpoints = new Map<string, { readonly endpoint: Endpoint; readonly server: WebSocketServer }>();
  readonly #app: FastifyInstance;
  readonly #among: Among;

  constructor(app: FastifyInstance, options: SocketDoorOptions) {
    this.#app = app;
    this.#options = options;
    const { connections, keepAliveMs = KEEP_ALIVE_MS } = options;
    this.#among = {
      connections,
      pace: new Pace(connections.limits.sockets),
      // A half-open connection says nothing by itself.
      pinged: new Rounds<Connection>(keepAliveMs, (connection) => connection.keepAlive()),
    };
    app.server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  serve(endpoint: Endpoint): void {
    const server = openSocketServer(endpoint);
    this.#endpoints.set(endpoint.path, { endpoint, server });
    this.#options.connections.closeWith(this.#app, async () => {
      await bounded('Answering', ANSWER_WITHIN_MS, Promise.resolve(endpoint.answered?.())).catch(() => {});
      await closeAll(server);
    });
  }

  /** Why a request to connect is refused; undefined where it is not. */
  #refusalOf(request: IncomingMessage, address: string): RefusedStatus | undefined {
    if (credentialsRefusal(request)) return '400 Bad Request';
    const { origin, host } = request.headers;
    const { mayConnect, connections } = this.#options;
    // Only clients other than browsers send no origin: a page cannot leave it out.
    const isAllowed = origin === undefined || isOwnOrigin(origin, host) || (mayConnect?.(origin) ?? false);
    if (!isAllowed) return '403 Forbidden';
    if (this.#app.load.retiring) return '503 Service Unavailable';
    const refusal = connections.refusalOf(address);
    return refusal && refusalStatus[refusal];
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const asked = pathOf(request.url ?? '');
    const at = this.#endpoints.get(withoutSlash(asked) ?? asked);
    const { connections } = this.#options;
    const address = connections.addressOf(request);
    const status = at ? this.#refusalOf(request, address) : '404 Not Found';
    if (!at || status) refuse(socket, status ?? '404 Not Found');
    else
      at.server.handleUpgrade(request, socket, head, (opened) => {
        this.#open(at.endpoint, opened, request, address);
      });
  }

  #open(endpoint: Endpoint, socket: WebSocket, request: IncomingMessage, address: string): void {
    const connection = new Connection(socket, request.socket, { address, among: this.#among });
    endpoint.open({ socket, connection, request });
  }
}
