import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as sent } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ExecutionArgs } from 'graphql';
import { CloseCode, handleProtocols, type OperationResult, type Server } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { bounded } from '../../bounded.ts';
import { BlobgraphError } from '../../errors.ts';
import { firstInexact, inexactRefusal } from '../../json/exact.ts';
import { assertParsable } from '../../json/extent.ts';
import { traceFrom, withTrace } from '../../trace.ts';
import { BODY_LIMIT_BYTES } from '../http.ts';
import type { Load } from '../load/load.ts';
import { Admission, defaultSocketLimits, type Refusal, type SocketLimits } from './admission.ts';
import { createClientAddress, type TrustedProxies } from './client-address.ts';
import { Connection } from './connection.ts';
import { HeldBytes } from './held-bytes.ts';
import { asGraphQL, type Conversation, protocolServer, type Serving } from './protocol.ts';

export type { Credentials, Session } from './protocol.ts';

export interface OperationsOverWebSocket<Who> extends Serving<Who> {
  readonly path: string;
  /** Milliseconds within which a connection has to answer a ping. Default: 15,000. */
  readonly keepAliveMs?: number;
  /** Default: those of {@link defaultSocketLimits}. */
  readonly limits?: Partial<SocketLimits>;
  /** Default: none. */
  readonly trustedProxies?: TrustedProxies;
}

/** How many connections over WebSocket a service has, and what is kept for them. */
export interface SocketsOpen {
  readonly open: number;
  readonly unauthenticated: number;
  readonly heldBytes: number;
  readonly refused: number;
}

const SERVICE_RESTART = 1012;
/** For queries and mutations that are in work when the server closes. */
const ANSWER_WITHIN_MS = 4_000;
const CLOSE_WITHIN_MS = 1_000;
/** Of a flood of refusals, the log tells once in this time. */
const TELL_EVERY_MS = 10_000;
/** A message in more pieces than that is no client's: each takes a hundred bytes, however small it is. */
const MAX_PIECES = 4_096;

/** The refusal of a message with a number that would not be kept as it was sent; places are those of its payload. */
function refusalOf(text: string): BlobgraphError | undefined {
  const inexact = firstInexact(text);
  return inexact && inexactRefusal({ ...inexact, pointer: inexact.pointer.replace(/^\/payload/, '') });
}

/** Ends a connection that no longer answers: a half-open one says nothing by itself. */
function keepAlive(socket: WebSocket, everyMs: number): NodeJS.Timeout {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  return setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, everyMs);
}

/** Joins a connection to the protocol. Resolves nothing: it goes on until the connection is closed. */
function converse<Who>(
  server: Server<Conversation<Who>>,
  socket: WebSocket,
  conversation: Conversation<Who>,
  { logger, keepAliveMs = 15_000 }: OperationsOverWebSocket<Who>,
): void {
  const { connection, headers } = conversation;
  const pinging = keepAlive(socket, keepAliveMs);
  const take = (text: string, handle: (text: string) => Promise<void>) => {
    try {
      assertParsable(text);
    } catch (error) {
      return connection.end(CloseCode.BadRequest, (error as Error).message);
    }
    // The library asks for an operation's arguments before it returns.
    conversation.refusal = refusalOf(text);
    conversation.size = text.length;
    const handling = withTrace(traceFrom({ traceparent: headers['traceparent'] }), () => handle(text));
    conversation.refusal = undefined;
    handling.catch((error: unknown) => {
      logger.error({ err: error }, 'a message over WebSocket could not be handled');
      connection.end(CloseCode.InternalServerError, 'Internal server error');
    });
  };
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
  // Their results are sent a moment after they are there.
  await sent();
  const open = [...clients];
  const signal = AbortSignal.timeout(CLOSE_WITHIN_MS);
  const ended = open.map((socket) => once(socket, 'close', { signal }).catch(() => socket.terminate()));
  for (const socket of open) socket.close(SERVICE_RESTART, 'The service restarts: connect again');
  await Promise.all(ended);
}

type RefusedStatus = '404 Not Found' | '429 Too Many Requests' | '503 Service Unavailable';

function refuse(socket: Duplex, status: RefusedStatus): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  // Whoever does not read that keeps the connection open no longer than this.
  setTimeout(() => socket.destroy(), CLOSE_WITHIN_MS).unref();
}

/** Counts a query or mutation as the service's other requests are, and refuses it where there are too many. */
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
    'a connection over WebSocket was refused: its address has as many as it may; is it a proxy’s, name it in TRUSTED_PROXIES',
  sockets: 'a connection over WebSocket was refused: there are as many as may be',
};

/**
 * Serves GraphQL over WebSocket (protocol `graphql-transport-ws`) at `path`, beside what `app` serves there. Answers how
 * many connections there are.
 */
export function serveOperationsOverWebSocket<Who>(
  app: FastifyInstance,
  options: OperationsOverWebSocket<Who>,
): () => SocketsOpen {
  const { logger, trustedProxies = [] } = options;
  const limits = { ...defaultSocketLimits, ...options.limits };
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: BODY_LIMIT_BYTES,
    handleProtocols,
    maxFragments: MAX_PIECES,
    maxBufferedChunks: MAX_PIECES * 4,
  } as ConstructorParameters<typeof WebSocketServer>[0]);
  const inWork = new Set<Promise<unknown>>();
  const server = protocolServer({ ...options, execute: bearing(app.load, options.execute, inWork) });
  const admission = new Admission(limits);
  const held = new HeldBytes(limits.heldBytes);
  const addressOf = createClientAddress(trustedProxies);
  let refused = 0;
  let toldUntil = 0;

  function open(socket: WebSocket, request: IncomingMessage, address: string): void {
    const connection = new Connection(socket, request.socket, { address, held });
    admission.enter(connection);
    socket.once('close', () => admission.leave(connection));
    const admit = (userId: string) => admission.authenticated(connection, userId);
    converse(server, socket, { connection, headers: request.headers, admit, size: 0 }, options);
  }

  app.server.on('upgrade', (request, socket, head) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== options.path) return refuse(socket, '404 Not Found');
    if (app.load.retiring) return refuse(socket, '503 Service Unavailable');
    const address = addressOf(request);
    const refusal = admission.refusalOf(address);
    if (refusal) {
      refused += 1;
      if (performance.now() >= toldUntil) {
        toldUntil = performance.now() + TELL_EVERY_MS;
        logger.warn({ address, refused }, refusalMessage[refusal]);
      }
      return refuse(socket, refusalStatus[refusal]);
    }
    sockets.handleUpgrade(request, socket, head, (opened) => open(opened, request, address));
  });
  app.addHook('preClose', () => closeAll(sockets, inWork));
  return () => ({
    open: admission.sockets,
    unauthenticated: admission.unauthenticated,
    heldBytes: held.total,
    refused,
  });
}
