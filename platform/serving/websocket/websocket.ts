import { setImmediate as sent } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ExecutionArgs } from 'graphql';
import { CloseCode, handleProtocols, type OperationResult, type Server } from 'graphql-ws';
import { BlobgraphError } from '../../errors/errors.ts';
import { firstInexact, inexactRefusal } from '../../json/exact.ts';
import { assertParsable } from '../../json/extent.ts';
import { isObject } from '../../json/is-object.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { traceFrom, withTrace } from '../../telemetry/trace.ts';
import type { Load } from '../load/load.ts';
import type { Opened, SocketDoor } from './door.ts';
import { OperationIds } from './operation-ids.ts';
import { asGraphQL, type Conversation, protocolServer, type Serving } from './protocol.ts';
import { Renewals } from './renewals.ts';
import { withQuery } from './without-text.ts';

export type { Admitted, Credentials } from './protocol.ts';

export interface OperationsOverWebSocket<Who> extends Serving<Who> {
  /** As of an `Endpoint`. */
  readonly path: string;
}

/** The library throws when a client sends a message that only servers send, e.g. `next`. */
const OF_SERVERS = /^Unexpected message of type \w+ received$/;

/** The error for a message with a number that would lose precision. Pointers are relative to its payload. */
function refusalOf(text: string): BlobgraphError | undefined {
  const inexact = firstInexact(text);
  return inexact && inexactRefusal({ ...inexact, pointer: inexact.pointer.replace(/^\/payload/, '') });
}

/**
 * A message for the library, which takes it parsed as well, and has what it takes for as long as a subscription lasts. One
 * that cannot be parsed is refused by it.
 */
function parsed(text: string): string {
  const whole = withQuery(text);
  try {
    const message: unknown = JSON.parse(whole);
    return isObject(message) ? (message as unknown as string) : text;
  } catch {
    return text;
  }
}

/** The id of the operation that a message completes; undefined where it is another message, or none. */
function completedBy(text: string): string | undefined {
  try {
    const { type, id } = (JSON.parse(text) ?? {}) as { readonly type?: unknown; readonly id?: unknown };
    return type === 'complete' && typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Notes which operation a message has begun, or has it handled once more when that of the same id has ended. */
function noteBegun<Who>(conversation: Conversation<Who>, handling: Promise<void>, again: () => void): void {
  const { connection, ids, begun, early } = conversation;
  conversation.begun = undefined;
  conversation.early = undefined;
  if (begun !== undefined) ids.begins(begun, handling);
  if (early !== undefined && !ids.wait(early, again))
    connection.end(CloseCode.SubscriberAlreadyExists, `Subscriber for ${early} already exists`);
}

/** Has the library handle a message. A message outside the protocol closes the connection. */
function handleMessage<Who>(
  conversation: Conversation<Who>,
  text: string,
  handle: (text: string) => Promise<void>,
  logger: Logger,
): void {
  const { connection } = conversation;
  try {
    assertParsable(text);
  } catch (error) {
    connection.end(CloseCode.BadRequest, (error as Error).message);
    return;
  }
  const completed = conversation.ids.hasWaiting ? completedBy(text) : undefined;
  if (completed !== undefined) conversation.ids.complete(completed);
  // The library asks for an operation's arguments before it returns.
  conversation.refusal = refusalOf(text);
  conversation.size = text.length;
  const handling = withTrace(traceFrom({ traceparent: conversation.headers['traceparent'] }), () =>
    handle(parsed(text)),
  );
  conversation.refusal = undefined;
  noteBegun(conversation, handling, () => handleMessage(conversation, text, handle, logger));
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
  { socket, connection, request, admit }: Opened,
  { logger, clock }: Pick<Serving<Who>, 'logger' | 'clock'>,
): void {
  const { headers } = request;
  const conversation: Conversation<Who> = { connection, headers, admit, size: 0, ids: new OperationIds() };
  const renewals = new Renewals({ connection, session: () => conversation.admitted?.session, clock });
  const take = (text: string, handle: (text: string) => Promise<void>) =>
    handleMessage(conversation, text, handle, logger);
  const closed = server.opened(
    {
      protocol: connection.protocol,
      send: (text) => connection.send(text),
      close: (code = CloseCode.InternalServerError, reason = '') => connection.end(code, reason),
      onMessage: (handle) => connection.onMessage((text) => take(text, handle)),
      onPing: (payload) => renewals.answer(payload),
    },
    conversation,
  );
  // The library closes the connection with the code that fits.
  socket.on('error', (error) => logger.debug({ err: error }, 'WebSocket failed'));
  socket.on('close', (code, reason) => {
    conversation.admitted?.session.close();
    conversation.ids.clear();
    void closed(code, String(reason));
  });
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

/** Serves GraphQL over WebSocket (protocol `graphql-transport-ws`) at `path` of a door. */
export function serveOperationsOverWebSocket<Who>(
  { load }: Pick<FastifyInstance, 'load'>,
  door: SocketDoor,
  options: OperationsOverWebSocket<Who>,
): void {
  const inWork = new Set<Promise<unknown>>();
  const server = protocolServer({ ...options, execute: bearing(load, options.execute, inWork) });
  door.serve({
    path: options.path,
    handleProtocols,
    open: (opened) => converse(server, opened, options),
    async answered() {
      await Promise.allSettled(inWork);
      // Results are sent in the next turn of the event loop.
      await sent();
    },
  });
}
