import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as sent } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ExecutionArgs } from 'graphql';
import { CloseCode, handleProtocols, type OperationResult, type Server } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { BlobgraphError } from '../../errors/errors.ts';
import { firstInexact, inexactRefusal } from '../../json/exact.ts';
import { assertParsable } from '../../json/extent.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { traceFrom, withTrace } from '../../telemetry/trace.ts';
import { bounded } from '../../time/bounded.ts';
import { Admission, defaultSocketLimits, type Refusal, type SocketLimits } from '../doors/admission.ts';
import { createClientAddress, type TrustedProxies } from '../doors/client-address.ts';
import { pathOf, withoutSlash } from '../doors/methods.ts';
import { isOwnOrigin } from '../doors/origins.ts';
import { credentialsRefusal } from '../doors/stray-tokens.ts';
import { BODY_LIMIT_BYTES } from '../http/http.ts';
import type { Load } from '../load/load.ts';
import { Connection } from './connection.ts';
import { HeldBytes } from './held-bytes.ts';
import { Pace } from './pace.ts';
import { asGraphQL, type Conversation, protocolServer, type Serving } from './protocol.ts';
import { withQuery } from './without-text.ts';

export type { Credentials, Session } from './protocol.ts';

export interface OperationsOverWebSocket<Who> extends Serving<Who> {
  /** Without a slash at its end; with one it is served, too. */
  readonly path: string;
  /** Whether pages of an origin may connect. Default: of none but the service's own. */
  mayConnect?(origin: string): boolean;
  /** Milliseconds within which a connection has to send anything, if only the answer to a ping. Default: 15,000. */
  readonly keepAliveMs?: number;
  /** Default: those of {@link defaultSocketLimits}. */
  readonly limits?: Partial<SocketLimits>;
  /** Default: none. */
  readonly trustedProxies?: TrustedProxies;
}

/** Open WebSocket connections of a service, and the bytes kept for them. */
export interface SocketsOpen {
  readonly open: number;
  /** Of the open ones. */
  readonly unauthenticated: number;
  readonly heldBytes: number;
  /** Since the start, for too many of them in all or of one address. */
  readonly refused: number;
}

const SERVICE_RESTART = 1012;
/** For queries and mutations that are in work when the server closes. */
const ANSWER_WITHIN_MS = 4_000;
const CLOSE_WITHIN_MS = 1_000;
/** Refusals are logged at most once in this time. */
const TELL_EVERY_MS = 10_000;
/** A message in more pieces than that is no client's: each takes a hundred bytes, however small it is. */
const MAX_PIECES = 4_096;

/** The library throws when a client sends a message that only servers send, e.g. `next`. */
const OF_SERVERS = /^Unexpected message of type \w+ received$/;

/** The error for a message with a number that would lose precision. Pointers are relative to its payload. */
function refusalOf(text: string): BlobgraphError | undefined {
  const inexact = firstInexact(text);
  return inexact && inexactRefusal({ ...inexact, pointer: inexact.pointer.replace(/^\/payload/, '') });
}

/** Ends a connection that no longer answers pings: a half-open one says nothing by itself. */
function keepAlive(socket: WebSocket, connection: Connection, everyMs: number): NodeJS.Timeout {
  return setInterval(() => {
    if (!connection.hasSpoken()) return socket.terminate();
    socket.ping();
  }, everyMs);
}

/** Has the library handle a message. A message outside the protocol closes the connection. */
function handleMessage<Who>(
  conversation: Conversation<Who>,
  text: string,
  handle: (text: string) => Promise<void>,
  logger: Logger,
): void {
  const { connection, headers } = conversation;
  try {
    assertParsable(text);
  } catch (error) {
    connection.end(CloseCode.BadRequest, (error as Error).message);
    return;
  }
  // The library asks for an operation's arguments before it returns.
  conversation.refusal = refusalOf(text);
  conversation.size = text.length;
  const handling = withTrace(traceFrom({ traceparent: headers['traceparent'] }), () =>
    handle(withQuery(text)),
  );
  conversation.refusal = undefined;
  handling.catch((error: unknown) => {
    if (OF_SERVERS.test((error as Error).message))
      return connection.end(CloseCode.BadRequest, 'Invalid message received');
    logger.error({ err: error }, 'handling a message over WebSocket failed');
    connection.end(CloseCode.InternalServerError, 'Internal server error');
  });
}

/** Runs the protocol on a connection until it is closed. */
function converse<Who>(
  server: Server<Conversation<Who>>,
  socket: WebSocket,
  conversation: Conversation<Who>,
  { logger, keepAliveMs = 15_000 }: OperationsOverWebSocket<Who>,
): void {
  const { connection } = conversation;
  const pinging = keepAlive(socket, connection, keepAliveMs);
  const take = (text: string, handle: (text: string) => Promise<void>) =>
    handleMessage(conversation, text, handle, logger);
  const closed = server.opened(
    {
      protocol: connection.protocol,
      send: (text) => connection.send(text),
      close: (code = CloseCode.InternalServerError, reason = '') => connection.end(code, reason),
      onMessage: (handle) => connection.onMessage((text) => take(text, handle)),
      onPing: () => connection.pong(),
    },
    conversation,
  );
  // The library closes the connection with the code that fits.
  socket.on('error', (error) => logger.debug({ err: error }, 'WebSocket failed'));
  socket.once('close', (code, reason) => {
    clearInterval(pinging);
    clearTimeout(conversation.expiry);
    void closed(code, String(reason));
  });
}

async function closeAll({ clients }: WebSocketServer, inWork: ReadonlySet<Promise<unknown>>): Promise<void> {
  await bounded('Answering', ANSWER_WITHIN_MS, Promise.allSettled(inWork)).catch(() => undefined);
  // Results are sent in the next turn of the event loop.
  await sent();
  const open = [...clients];
  const signal = AbortSignal.timeout(CLOSE_WITHIN_MS);
  const ended = open.map((socket) => once(socket, 'close', { signal }).catch(() => socket.terminate()));
  for (const socket of open) socket.close(SERVICE_RESTART, 'The service restarts: connect again');
  await Promise.all(ended);
}

type RefusedStatus =
  | '400 Bad Request'
  | '403 Forbidden'
  | '404 Not Found'
  | '429 Too Many Requests'
  | '503 Service Unavailable';

function refuse(socket: Duplex, status: RefusedStatus): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  // A client that does not read the answer keeps the connection open no longer than this.
  setTimeout(() => socket.destroy(), CLOSE_WITHIN_MS).unref();
}

/** Counts a query or mutation as one of the service's requests, and refuses it where there are too many. */
function bearing(
  load: Load,
  execute: (args: ExecutionArgs) => OperationResult,
  inWork: Set<Promise<unknown>>,
) {
  async function bear(args: ExecutionArgs) {
    const part = load.enter();
    try {
      return await execute(args);
    } finally {
      part.end();
    }
  }
  return (args: ExecutionArgs): OperationResult => {
    const answer = bear(args).catch((error: unknown) => {
      if (!(error instanceof BlobgraphError)) throw error;
      return { errors: [asGraphQL(error)] };
    });
    inWork.add(answer);
    const done = () => inWork.delete(answer);
    answer.then(done, done);
    return answer;
  };
}

const refusalStatus = { address: '429 Too Many Requests', sockets: '503 Service Unavailable' } as const;

const refusalMessage: Readonly<Record<Refusal, string>> = {
  address:
    'a WebSocket connection was refused: too many from its address; if that is a proxy, name it in TRUSTED_PROXIES',
  sockets: 'a WebSocket connection was refused: too many connections',
};

/** Counts refused connections and logs them, at most once in {@link TELL_EVERY_MS}. */
class RefusalLog {
  readonly #logger: Logger;
  #refused = 0;
  #silentUntil = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get refused(): number {
    return this.#refused;
  }

  add(refusal: Refusal, address: string): void {
    this.#refused += 1;
    if (performance.now() < this.#silentUntil) return;
    this.#silentUntil = performance.now() + TELL_EVERY_MS;
    this.#logger.warn({ address, refused: this.#refused }, refusalMessage[refusal]);
  }
}

function openSocketServer(): WebSocketServer {
  // Its types do not know the last two.
  return new WebSocketServer({
    noServer: true,
    maxPayload: BODY_LIMIT_BYTES,
    handleProtocols,
    maxFragments: MAX_PIECES,
    maxBufferedChunks: MAX_PIECES * 4,
  } as ConstructorParameters<typeof WebSocketServer>[0]);
}

/** Why a request to connect is refused, limits aside; undefined where it is not. */
function requestRefusal<Who>(
  request: IncomingMessage,
  { path, mayConnect }: OperationsOverWebSocket<Who>,
): RefusedStatus | undefined {
  const asked = pathOf(request.url ?? '');
  if ((withoutSlash(asked) ?? asked) !== path) return '404 Not Found';
  if (credentialsRefusal(request)) return '400 Bad Request';
  const { origin, host } = request.headers;
  // Only clients other than browsers send no origin: a page cannot leave it out.
  const isAllowed = origin === undefined || isOwnOrigin(origin, host) || (mayConnect?.(origin) ?? false);
  return isAllowed ? undefined : '403 Forbidden';
}

/**
 * Serves GraphQL over WebSocket (protocol `graphql-transport-ws`) at `path`, beside what `app` serves there. Answers how
 * many connections there are.
 */
export function serveOperationsOverWebSocket<Who>(
  app: FastifyInstance,
  options: OperationsOverWebSocket<Who>,
): () => SocketsOpen {
  const limits = { ...defaultSocketLimits, ...options.limits };
  const sockets = openSocketServer();
  const inWork = new Set<Promise<unknown>>();
  const server = protocolServer({ ...options, execute: bearing(app.load, options.execute, inWork) });
  const admission = new Admission(limits);
  const held = new HeldBytes(limits.heldBytes);
  const pace = new Pace(limits.sockets);
  const addressOf = createClientAddress(options.trustedProxies ?? []);
  const refusals = new RefusalLog(options.logger);

  function open(socket: WebSocket, request: IncomingMessage, address: string): void {
    const connection = new Connection(socket, request.socket, { address, held, pace });
    admission.enter(connection);
    socket.once('close', () => admission.leave(connection));
    const admit = (userId: string) => admission.authenticated(connection, userId);
    converse(server, socket, { connection, headers: request.headers, admit, size: 0 }, options);
  }

  app.server.on('upgrade', (request, socket, head) => {
    const status = requestRefusal(request, options);
    if (status) return refuse(socket, status);
    if (app.load.retiring) return refuse(socket, '503 Service Unavailable');
    const address = addressOf(request);
    const refusal = admission.refusalOf(address);
    if (!refusal)
      return sockets.handleUpgrade(request, socket, head, (opened) => open(opened, request, address));
    refusals.add(refusal, address);
    refuse(socket, refusalStatus[refusal]);
  });
  app.addHook('preClose', () => closeAll(sockets, inWork));
  return () => ({
    open: admission.sockets,
    unauthenticated: admission.unauthenticated,
    heldBytes: held.total,
    refused: refusals.refused,
  });
}
