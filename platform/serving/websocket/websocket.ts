import { setImmediate as sent } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ExecutionArgs } from 'graphql';
import { handleProtocols, type OperationResult, type Server } from 'graphql-ws';
import { Endable } from '../../concurrency/endable.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Load } from '../load/load.ts';
import { Conversation } from './conversation.ts';
import type { Opened, SocketDoor } from './door.ts';
import { asGraphQL, protocolServer, type Serving } from './protocol.ts';

export type { Admitted } from './conversation.ts';
export type { Credentials } from './credentials.ts';

export interface OperationsOverWebSocket<Who> extends Serving<Who> {
  /** As of an `Endpoint`. */
  readonly path: string;
}

/** Runs the protocol on a connection until it is closed. */
function converse<Who>(
  server: Server<Conversation<Who>>,
  { socket, connection, request }: Opened,
  serving: Serving<Who>,
): void {
  const conversation = new Conversation<Who>(connection, request.headers, serving);
  const closed = server.opened(conversation, conversation);
  // The library closes the connection with the code that fits.
  socket.on('error', (error) => serving.logger.debug({ err: error }, 'WebSocket failed'));
  connection.onClosed((code, reason) => {
    conversation.closed();
    void closed(code, reason);
  });
}

type Results = AsyncGenerator<object, void, undefined>;

const isResults = (result: unknown): result is Results =>
  typeof result === 'object' && result !== null && Symbol.asyncIterator in result;

/** Counts a query or mutation as one of the service's requests, and refuses it where there are too many. */
function bearing(
  load: Load,
  execute: (args: ExecutionArgs) => OperationResult,
  inWork: Set<Promise<unknown>>,
) {
  async function bear(args: ExecutionArgs, ended: () => void) {
    const part = load.enter();
    const end = () => {
      part.end();
      ended();
    };
    try {
      const result = await execute(args);
      // It is in work until the last of its parts is taken.
      if (isResults(result)) return new Endable(result, end) as typeof result;
      end();
      return result;
    } catch (error) {
      end();
      throw error;
    }
  }
  return (args: ExecutionArgs): OperationResult => {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    inWork.add(ended);
    void ended.then(() => inWork.delete(ended));
    return bear(args, end).catch((error: unknown) => {
      end();
      if (!(error instanceof BlobgraphError)) throw error;
      return { errors: [asGraphQL(error)] };
    });
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
