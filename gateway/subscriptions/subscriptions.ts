import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance } from 'fastify';
import type { ExecutionArgs, GraphQLError } from 'graphql';
import type { ExecutionResult, SubscribePayload } from 'graphql-ws';
import type { ChangeFeed } from '../../platform/changes/feed.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { OperationRefused } from '../../platform/serving/graphql/operation.ts';
import type { Shares } from '../../platform/serving/load/shares.ts';
import { type OpenSession, renewable } from '../../platform/serving/sessions/open-session.ts';
import type { Sessions } from '../../platform/serving/sessions/sessions.ts';
import type { SocketDoor } from '../../platform/serving/websocket/door.ts';
import { asGraphQL } from '../../platform/serving/websocket/protocol.ts';
import {
  type OperationsOverWebSocket,
  serveOperationsOverWebSocket,
} from '../../platform/serving/websocket/websocket.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Clock } from '../../platform/time/clock.ts';
import { withinTime } from '../../platform/time/deadline.ts';
import type { Callers } from '../admission/callers.ts';
import type { GatewayContext } from '../admission/context.ts';
import type { Documents } from '../documents/documents.ts';
import { type NamedDocument, namedDocumentOf } from '../documents/named-document.ts';
import type { ExecutionRequest, LaterResult } from '../execution/executor.ts';
import type { Declarations } from '../graph/graph.ts';
import type { Operation } from '../operations/operation.ts';
import type { Operations } from '../operations/operations.ts';
import { type Answer, presentable, presentableError, presentableLater } from '../operations/present.ts';
import { type Follow, Followed } from './followed.ts';
import { type Hydrate, shareHydrations } from './hydration.ts';
import { type ToldInParts, toldInParts } from './operation-in-parts.ts';

export interface SubscriptionDependencies {
  readonly operations: Operations<GatewayContext>;
  readonly documents: Documents<GatewayContext>;
  /** The subscription fields that can be followed. */
  readonly declarations: Declarations;
  /** Whether the viewer may run unlisted documents where only listed ones are allowed. */
  readonly mayRunAny: (viewer: Viewer) => boolean;
  /** Called for each subscription, which ends with SERVICE_UNAVAILABLE when it rejects. */
  readonly changeFeed: () => Promise<ChangeFeed>;
  readonly sessions: Pick<Sessions, 'open'>;
  /** Users' work in progress and waiting. */
  readonly shares: Shares;
  /** Redacts a refusal for its viewer. Default: unchanged. */
  readonly redact?: (error: OperationRefused, viewer: Viewer) => OperationRefused;
  /** Authenticates connections, and counts their operations. */
  readonly callers: Callers;
  /** Milliseconds for an operation, and for each change of a subscription. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Limits of connections over WebSocket. Default: those of `OperationsOverWebSocket`. */
  readonly sockets?: Pick<OperationsOverWebSocket<OpenSession>, 'maxOperations' | 'operationsPerMinute'>;
}

/** The context value of an execution: a checked operation, and for whom. */
interface Carried {
  readonly operation: Operation<GatewayContext>;
  readonly session: OpenSession;
  /** As the client named it. */
  readonly named: NamedDocument;
}

type Running = Pick<SubscriptionDependencies, 'requestTimeoutMs' | 'logger' | 'shares'>;

/** Runs an operation within its time. Failures become errors of the answer. */
async function run(
  operation: Operation<GatewayContext>,
  request: ExecutionRequest<GatewayContext>,
  { requestTimeoutMs, logger }: Running,
): Promise<Answer> {
  try {
    return presentable(await withinTime(requestTimeoutMs, () => operation.run(request)), logger);
  } catch (error) {
    return presentableError(error, logger);
  }
}

/** Made once: with no reason of its own, a signal makes an exception with a stack each time. */
const DONE = new Error('The work is done.');

/** Runs `work` in a turn of the user, which ends with it. @throws BlobgraphError OVERLOADED */
async function inTurn<T>(
  shares: Shares,
  viewer: Viewer,
  options: Parameters<Shares['turn']>[1],
  work: (context: GatewayContext) => Promise<T>,
): Promise<T> {
  const leave = await shares.turn(viewer.userId, options);
  // Made with the first large answer: most are small, and many.
  let done: AbortController | undefined;
  let large: Promise<void> | undefined;
  const makeLarge = () => {
    done ??= new AbortController();
    const { signal } = done;
    large ??= shares.large(viewer.userId, signal).then((leaveLarge) => {
      if (signal.aborted) leaveLarge();
      else signal.addEventListener('abort', leaveLarge, { once: true });
    });
    return large;
  };
  try {
    return await work({ viewer, makeLarge });
  } finally {
    leave();
    done?.abort(DONE);
  }
}

/** Runs an operation in a turn of its user. */
async function runInTurn(
  { operation, session: { viewer } }: Carried,
  variables: Readonly<Record<string, unknown>>,
  deps: Running,
): Promise<Answer> {
  try {
    return await inTurn(deps.shares, viewer, {}, (context) => run(operation, { variables, context }, deps));
  } catch (error) {
    return presentableError(error, deps.logger);
  }
}

async function* presented(parts: AsyncIterable<LaterResult>, logger: Logger) {
  for await (const part of parts) yield presentableLater(part, logger);
}

/** Runs an operation in a turn of its user, and tells it in parts: the turn ends when all of them are made. */
function runInParts(
  { operation, session: { viewer } }: Carried,
  variables: Readonly<Record<string, unknown>>,
  { shares, requestTimeoutMs, logger }: Running,
): Promise<Answer | ToldInParts['results']> {
  return new Promise((resolve) => {
    const left = new AbortController();
    const { signal } = left;
    const tell = async (context: GatewayContext) => {
      const request = { variables, context, signal };
      const result = await withinTime(requestTimeoutMs, () => operation.answerInParts(request));
      if ('json' in result) return resolve(JSON.parse(result.json));
      const { later, ...first } = result;
      const shown = presentable(first, logger);
      if (!later) return resolve(shown);
      const told = toldInParts(shown, presented(later, logger), () => left.abort(DONE));
      resolve(told.results);
      await told.made;
    };
    inTurn(shares, viewer, {}, tell).catch((error: unknown) => resolve(presentableError(error, logger)));
  });
}

/** Finds an operation that was good with the supergraph before. @throws GraphQLError why it no longer is */
function findAgain(
  operations: SubscriptionDependencies['operations'],
  query: string,
  operationName: string | undefined,
): Operation<GatewayContext> {
  try {
    return operations.find(query, operationName);
  } catch (error) {
    throw error instanceof OperationRefused ? error.errors[0] : error;
  }
}

/**
 * Runs hydrations as operations, which subscriptions with the same selection share. They take turns with the viewer's
 * other operations, and requests of all users go first. A hydration that waits too long ends the subscription. The
 * client resumes after its last cursor, so that no change is lost.
 */
function hydrateWith(deps: Running & Pick<SubscriptionDependencies, 'operations'>): Hydrate {
  const { operations, shares, requestTimeoutMs: patienceMs } = deps;
  return ({ field, declared, hydration }, viewer, told, measured) =>
    inTurn(shares, viewer, { later: true, patienceMs }, (context) => {
      const { query, operationName, variables } = hydration;
      const operation = findAgain(operations, query, operationName);
      const event = { [field]: declared.payload(told) };
      const telling = { ...context, isTelling: true };
      const request = { variables, context: telling, event, ...(measured && { measured }) };
      return run(operation, request, deps);
    });
}

/** Follows subscriptions, whichever protocol they come by: those with the same selection share their hydrations. */
export function openSubscriptions(deps: SubscriptionDependencies): Follow {
  const following = { ...deps, hydrate: shareHydrations(hydrateWith(deps)) };
  return (subscription) => {
    subscription.operation.count();
    return new Followed(subscription, following);
  };
}

/** Finds a document for a viewer, who may have to name a listed one. @throws as `Documents.find` */
function documentFor(
  { documents, mayRunAny, shares }: SubscriptionDependencies,
  named: NamedDocument,
  viewer: Viewer,
): Promise<Operation<GatewayContext>> {
  const user = { userId: viewer.userId, mayRunAny: mayRunAny(viewer) };
  return shares.short(viewer.userId, () => documents.find(named, user));
}

/** Ends a subscription whose document is not for the session's viewer any more. @returns a function that calls that off */
function endWithRoles({ session, named }: Carried, told: Followed, deps: SubscriptionDependencies) {
  return session.onOtherRoles(() => {
    documentFor(deps, named, session.viewer).catch((error: unknown) => told.end(error));
  });
}

/** How subscribers have named an operation last: nearly all do in the same way, and it is kept for each. */
const namings = new WeakMap<object, NamedDocument>();

function shared(operation: object, named: NamedDocument): NamedDocument {
  const last = namings.get(operation);
  if (last && isDeepStrictEqual(last, named)) return last;
  namings.set(operation, named);
  return named;
}

/** Checks a payload: the arguments for its execution, or the errors that refuse it. */
function prepareWith(deps: SubscriptionDependencies) {
  const { operations, redact = (error) => error } = deps;
  return async (
    payload: SubscribePayload,
    session: OpenSession,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const { variables } = payload;
    const { viewer } = session;
    try {
      session.assertOpen();
      const named = namedDocumentOf({ ...payload });
      const operation = await documentFor(deps, named, viewer);
      operation.check(variables ?? {});
      const contextValue: Carried = { operation, session, named: shared(operation, named) };
      const { document } = operation;
      return { schema: operations.schema, document, variableValues: variables, contextValue };
    } catch (error) {
      if (error instanceof OperationRefused) return redact(error, viewer).errors;
      if (error instanceof BlobgraphError) return [asGraphQL(error)];
      throw error;
    }
  };
}

/** Serves the graph over WebSocket at `/graphql`: subscriptions, queries and mutations. */
export function serveSubscriptions(
  app: FastifyInstance,
  door: SocketDoor,
  { follow, ...deps }: SubscriptionDependencies & { readonly follow: Follow },
): void {
  const { callers, sessions, clock, logger } = deps;
  serveOperationsOverWebSocket<OpenSession>(app, door, {
    ...deps.sockets,
    path: '/graphql',
    clock,
    logger,
    async authenticate({ authorization }, address) {
      const viewer = await callers.ofConnection(authorization, address);
      const session = sessions.open(viewer, authorization);
      const verify = (another: unknown) => callers.ofConnection(another, address);
      return { who: session, session: renewable(session, verify) };
    },
    count: ({ viewer }) => callers.count(viewer),
    prepare: prepareWith(deps),
    async execute({ variableValues, contextValue }) {
      const carried = contextValue as Carried;
      const run = carried.operation.defers ? runInParts : runInTurn;
      return (await run(carried, variableValues ?? {}, deps)) as ExecutionResult;
    },
    subscribe({ variableValues, contextValue }) {
      const carried = contextValue as Carried;
      const { operation, session } = carried;
      const told = follow({ operation, session, variables: variableValues ?? {} });
      told.onReturn(endWithRoles(carried, told, deps));
      return told;
    },
  });
}
