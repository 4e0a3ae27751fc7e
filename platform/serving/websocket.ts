import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as sent } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import {
  type ExecutionArgs,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import {
  CloseCode,
  type Context,
  handleProtocols,
  makeServer,
  type OperationResult,
  type Server,
  type SubscribePayload,
} from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { bounded } from '../bounded.ts';
import type { Clock } from '../clock.ts';
import { BlobgraphError } from '../errors.ts';
import { firstInexact, inexactRefusal } from '../json/exact.ts';
import type { Logger } from '../logger.ts';
import { traceFrom, withTrace } from '../trace.ts';
import { formatGraphQLError } from './graphql.ts';
import { BODY_LIMIT_BYTES } from './http.ts';
import type { Load } from './load.ts';

/** A connection's credentials: the upgrade's headers, and over them `connection_init`'s payload. */
export type Credentials = Readonly<Record<string, unknown>>;

/** Who is at the other end of a connection. */
export interface Session<Who> {
  readonly who: Who;
  /** When they are no longer let in; the connection is closed then. Default: never. */
  readonly until?: Date;
}

export interface OperationsOverWebSocket<Who> {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @throws BlobgraphError when they may not come in */
  authenticate(credentials: Credentials): Promise<Session<Who>>;
  /** Checks an operation before anything of it is run: what to run, or the errors that it is refused with. */
  prepare(payload: SubscribePayload, who: Who): ExecutionArgs | readonly GraphQLError[];
  /** Runs a query or a mutation. */
  execute(args: ExecutionArgs): OperationResult;
  /** Starts a subscription. */
  subscribe(args: ExecutionArgs): OperationResult;
  /** Milliseconds within which a connection has to answer a ping. Default: 15,000. */
  readonly keepAliveMs?: number;
  /** Operations that one connection may have open at once. Default: 100. */
  readonly maxOperations?: number;
}

interface Connection<Who> {
  readonly socket: WebSocket;
  readonly headers: Credentials;
  session?: Session<Who>;
  /** Why the operation of the message that is being handled is refused before anything of it is looked at. */
  refusal?: BlobgraphError | undefined;
  expiry?: NodeJS.Timeout;
}

/** Close codes of the WebSocket registry: clients come back by themselves, as after no code of the protocol. */
const TRY_AGAIN_LATER = 1013;
const SERVICE_RESTART = 1012;
/** For queries and mutations that are in work when the server closes. */
const ANSWER_WITHIN_MS = 4_000;
const CLOSE_WITHIN_MS = 1_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const lowerCased = (params: Credentials = {}): Credentials =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name.toLowerCase(), value]));

/** The refusal of a message with a number that would not be kept as it was sent; places are those of its payload. */
function refusalOf(text: string): BlobgraphError | undefined {
  const inexact = firstInexact(text);
  return inexact && inexactRefusal({ ...inexact, pointer: inexact.pointer.replace(/^\/payload/, '') });
}

const asGraphQL = (error: BlobgraphError): GraphQLError =>
  new GraphQLError(error.message, { originalError: error });

/** Closes the connection when its token ends. The client may come back at once with a new one. */
function closeAtEnd<Who>(connection: Connection<Who>, until: Date, clock: Clock): void {
  const left = until.getTime() - clock.now().getTime();
  const end = () => connection.socket.close(CloseCode.Forbidden, 'The token has expired');
  const goOn = () => closeAtEnd(connection, until, clock);
  connection.expiry = setTimeout(left > LONGEST_TIMER_MS ? goOn : end, Math.min(left, LONGEST_TIMER_MS));
}

function protocolServer<Who>(options: OperationsOverWebSocket<Who>): Server<Connection<Who>> {
  const { clock, logger, maxOperations = 100 } = options;
  const format = (error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError =>
    error instanceof GraphQLError ? formatGraphQLError(error.toJSON(), error, logger) : error;
  const tooMany = new BlobgraphError(
    'QUERY_TOO_COMPLEX',
    `A connection may have ${maxOperations} operations open at once. Complete one first.`,
  );
  type Ctx = Context<Credentials, Connection<Who>>;
  return makeServer<Credentials, Connection<Who>>({
    async onConnect({ extra, connectionParams }: Ctx) {
      try {
        const session = await options.authenticate({ ...extra.headers, ...lowerCased(connectionParams) });
        extra.session = session;
        if (session.until) closeAtEnd(extra, session.until, clock);
        return true;
      } catch (error) {
        logger.debug({ err: error }, 'a connection over WebSocket was refused');
        if (error instanceof BlobgraphError && error.code === 'SERVICE_UNAVAILABLE')
          extra.socket.close(TRY_AGAIN_LATER, error.message);
        else extra.socket.close(CloseCode.Unauthorized, 'A valid token is needed as `authorization`');
        return false;
      }
    },
    onSubscribe({ extra, subscriptions }: Ctx, _id, payload) {
      if (!extra.session) return [new GraphQLError('Unauthorized')];
      if (Object.keys(subscriptions).length > maxOperations) {
        return [asGraphQL(tooMany)];
      }
      if (extra.refusal) return [asGraphQL(extra.refusal)];
      return options.prepare(payload, extra.session.who);
    },
    execute: options.execute,
    subscribe: options.subscribe,
    onNext: (_ctx, _id, _payload, _args, { errors, ...result }) =>
      ({ ...result, ...(errors && { errors: errors.map(format) }) }) as FormattedExecutionResult,
    onError: (_ctx, _id, _payload, errors) => errors.map(format),
  });
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

function connect<Who>(
  server: Server<Connection<Who>>,
  socket: WebSocket,
  request: IncomingMessage,
  { logger, keepAliveMs = 15_000 }: OperationsOverWebSocket<Who>,
): void {
  const connection: Connection<Who> = { socket, headers: request.headers };
  const { traceparent } = request.headers;
  const pinging = keepAlive(socket, keepAliveMs);
  const closed = server.opened(
    {
      protocol: socket.protocol,
      // Resolves once the kernel has it: a subscription waits for a client that does not read.
      send: (text) =>
        new Promise((resolve) => {
          if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
          else resolve();
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => {
        socket.on('message', (data) => {
          const text = String(data);
          // The library asks for an operation's arguments before it returns.
          connection.refusal = refusalOf(text);
          const handling = withTrace(traceFrom({ traceparent }), () => handle(text));
          connection.refusal = undefined;
          handling.catch((error: unknown) => {
            logger.error({ err: error }, 'a message over WebSocket could not be handled');
            socket.close(CloseCode.InternalServerError, 'Internal server error');
          });
        });
      },
    },
    connection,
  );
  // The library closes the connection with the code that fits.
  socket.on('error', (error) => logger.debug({ err: error }, 'WebSocket failed'));
  socket.once('close', (code, reason) => {
    clearInterval(pinging);
    clearTimeout(connection.expiry);
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

function refuse(socket: Duplex, status: '404 Not Found' | '503 Service Unavailable'): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
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

/** Serves GraphQL over WebSocket (protocol `graphql-transport-ws`) at `path`, beside what `app` serves there. */
export function serveOperationsOverWebSocket<Who>(
  app: FastifyInstance,
  options: OperationsOverWebSocket<Who>,
): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: BODY_LIMIT_BYTES, handleProtocols });
  const inWork = new Set<Promise<unknown>>();
  const server = protocolServer({ ...options, execute: bearing(app.load, options.execute, inWork) });
  app.server.on('upgrade', (request, socket, head) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== options.path) return refuse(socket, '404 Not Found');
    if (app.load.retiring) return refuse(socket, '503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, (opened) => connect(server, opened, request, options));
  });
  app.addHook('preClose', () => closeAll(sockets, inWork));
}
