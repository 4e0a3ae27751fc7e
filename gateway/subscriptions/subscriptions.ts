import type { FastifyInstance } from 'fastify';
import { type ExecutionArgs, type GraphQLError, stripIgnoredCharacters } from 'graphql';
import type { ExecutionResult, SubscribePayload } from 'graphql-ws';
import { pMapIterable } from 'p-map';
import type { ChangeFeed } from '../../platform/changes/feed.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { cancellable } from '../../platform/event-log/reading.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import type { UserTokens } from '../../platform/identity/users/user-tokens.ts';
import { bearerToken } from '../../platform/serving/access/authenticate.ts';
import { OperationRefused } from '../../platform/serving/graphql/operation.ts';
import type { Shares } from '../../platform/serving/load/shares.ts';
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
import { namedDocumentOf } from '../documents/named-document.ts';
import type { ExecutionRequest } from '../execution/executor.ts';
import type { Operation } from '../operations/operation.ts';
import type { Operations } from '../operations/operations.ts';
import { type Answer, presentable, presentableError } from '../operations/present.ts';
import { changesWanted, eventOf, type Hydrate, shareHydrations } from './hydration.ts';

export interface SubscriptionDependencies {
  readonly operations: Operations<GatewayContext>;
  readonly documents: Documents<GatewayContext>;
  /** Whether the viewer may run unlisted documents where only listed ones are allowed. */
  readonly mayRunAny: (viewer: Viewer) => boolean;
  /** Called for each subscription, which ends with SERVICE_UNAVAILABLE when it rejects. */
  readonly changeFeed: () => Promise<ChangeFeed>;
  /** Tells until when a connection's token is accepted. */
  readonly userTokens: Pick<UserTokens, 'acceptedUntil'>;
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
  readonly sockets?: Pick<OperationsOverWebSocket<Viewer>, 'maxOperations' | 'operationsPerMinute'>;
}

/** The context value of an execution: a checked operation and its viewer. */
interface Carried {
  readonly operation: Operation<GatewayContext>;
  readonly viewer: Viewer;
}

/** A subscription's result, with the cursor after which it goes on. */
export interface Told {
  readonly result: Answer;
  readonly cursor: string;
}

/** A checked subscription. */
export interface Subscription extends Carried {
  readonly variables: Readonly<Record<string, unknown>>;
  /** Called once it is good and there is nothing to tell yet. */
  readonly joined?: () => void;
}

/** Follows a subscription's results until it is returned. It throws at `next()`, as `ChangeFeed.subscribe`. */
export type Follow = (subscription: Subscription) => AsyncIterableIterator<Told, void, undefined>;

/** Changes of one subscription that are hydrated at once, also while its client reads slowly. They are told in order. */
const HYDRATED_AHEAD = 4;

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
  const done = new AbortController();
  let large: Promise<void> | undefined;
  const makeLarge = () => {
    large ??= shares.large(viewer.userId, done.signal).then((leaveLarge) => {
      if (done.signal.aborted) leaveLarge();
      else done.signal.addEventListener('abort', leaveLarge, { once: true });
    });
    return large;
  };
  try {
    return await work({ viewer, makeLarge });
  } finally {
    leave();
    done.abort(DONE);
  }
}

/** Runs an operation in a turn of its user. */
async function runInTurn(
  { operation, viewer }: Carried,
  variables: Readonly<Record<string, unknown>>,
  deps: Running,
): Promise<Answer> {
  try {
    return await inTurn(deps.shares, viewer, {}, (context) => run(operation, { variables, context }, deps));
  } catch (error) {
    return presentableError(error, deps.logger);
  }
}

/**
 * Runs hydrations as operations, which subscriptions with the same selection share. They take turns with the viewer's
 * other operations, and requests of all users go first. A hydration that waits too long ends the subscription. The
 * client resumes after its last cursor, so that no change is lost.
 */
function hydrateWith(deps: Running & Pick<SubscriptionDependencies, 'operations'>): Hydrate {
  const { operations, shares, requestTimeoutMs: patienceMs } = deps;
  return ({ query, operationName, variables }, viewer, change, measured) =>
    inTurn(shares, viewer, { later: true, patienceMs }, (context) => {
      const operation = operations.find(stripIgnoredCharacters(query), operationName);
      const request = { variables, context, event: eventOf(change), ...(measured && { measured }) };
      return run(operation, request, deps);
    });
}

async function* follow(
  { viewer, operation, variables, joined }: Subscription,
  {
    changeFeed,
    hydrate,
    logger,
    operations: { schema },
  }: { hydrate: Hydrate } & Pick<SubscriptionDependencies, 'changeFeed' | 'logger' | 'operations'>,
  signal: AbortSignal,
): AsyncGenerator<Told, void, undefined> {
  const { document } = operation;
  const { filter, after, hydration } = changesWanted({ schema, document, variableValues: variables });
  const feed = await changeFeed().catch((error: unknown) => {
    logger.error({ err: error }, 'opening the change feed failed');
    throw new BlobgraphError('SERVICE_UNAVAILABLE', 'The event log does not answer. Try again later.');
  });
  yield* pMapIterable(
    feed.subscribe({ viewer, filter, after, signal, joined }),
    async (change): Promise<Told> => ({
      result: await hydrate(hydration, viewer, change),
      cursor: change.cursor,
    }),
    { concurrency: HYDRATED_AHEAD },
  );
}

/** Follows subscriptions, whichever protocol they come by: those with the same selection share their hydrations. */
export function openSubscriptions(deps: SubscriptionDependencies): Follow {
  const hydrate = shareHydrations(hydrateWith(deps));
  return (subscription) => cancellable((signal) => follow(subscription, { ...deps, hydrate }, signal));
}

/** A subscription's results without their cursors. Returning it ends the subscription at once, also while it waits. */
function resultsOf(
  told: AsyncIterableIterator<Told, void, undefined>,
): AsyncIterableIterator<ExecutionResult> {
  return {
    async next() {
      const { done, value } = await told.next();
      return done ? { done, value: undefined } : { value: value.result as ExecutionResult };
    },
    async return() {
      await told.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Checks a payload: the arguments for its execution, or the errors that refuse it. */
function prepareWith(deps: SubscriptionDependencies) {
  const { operations, documents, mayRunAny, shares, redact = (error) => error } = deps;
  return async (
    payload: SubscribePayload,
    viewer: Viewer,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const { variables } = payload;
    try {
      const user = { userId: viewer.userId, mayRunAny: mayRunAny(viewer) };
      const named = namedDocumentOf({ ...payload });
      const operation = await shares.short(viewer.userId, () => documents.find(named, user));
      operation.check(variables ?? {});
      const contextValue: Carried = { operation, viewer };
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
  const { callers, userTokens, clock, logger } = deps;
  serveOperationsOverWebSocket<Viewer>(app, door, {
    ...deps.sockets,
    path: '/graphql',
    clock,
    logger,
    async authenticate({ authorization }, address) {
      const who = await callers.ofConnection(authorization, address);
      const until = userTokens.acceptedUntil(bearerToken(authorization));
      return { who, userId: who.userId, until };
    },
    count: callers.count,
    prepare: prepareWith(deps),
    async execute({ variableValues, contextValue }) {
      return (await runInTurn(contextValue as Carried, variableValues ?? {}, deps)) as ExecutionResult;
    },
    subscribe: ({ variableValues, contextValue }) =>
      resultsOf(follow({ ...(contextValue as Carried), variables: variableValues ?? {} })),
  });
}
