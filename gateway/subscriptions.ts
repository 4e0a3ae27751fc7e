import type { FastifyInstance } from 'fastify';
import { type ExecutionArgs, type GraphQLError, stripIgnoredCharacters } from 'graphql';
import type { ExecutionResult, SubscribePayload } from 'graphql-ws';
import type { ChangeFeed } from '../platform/changes/feed.ts';
import type { Clock } from '../platform/clock.ts';
import { withinTime } from '../platform/deadline.ts';
import { BlobgraphError } from '../platform/errors.ts';
import { cancellable } from '../platform/event-log/reading.ts';
import type { Viewer } from '../platform/identity/service-tokens.ts';
import { acceptedUntil, type UserTokens } from '../platform/identity/user-tokens.ts';
import type { Logger } from '../platform/logger.ts';
import { bearerToken } from '../platform/serving/authenticate.ts';
import { OperationRefused } from '../platform/serving/operation.ts';
import type { Shares } from '../platform/serving/shares.ts';
import {
  type OperationsOverWebSocket,
  type SocketsOpen,
  serveOperationsOverWebSocket,
} from '../platform/serving/websocket/websocket.ts';
import type { GatewayContext } from './context.ts';
import type { ExecutionRequest } from './execution/executor.ts';
import { changesWanted, eventOf, type Hydrate, shareHydrations } from './hydration.ts';
import type { Operation } from './operations/operation.ts';
import type { Operations } from './operations/operations.ts';
import { type Answer, presentable, presentableError } from './operations/present.ts';

export interface SubscriptionDependencies {
  readonly operations: Operations<GatewayContext>;
  readonly changeFeed: () => Promise<ChangeFeed>;
  readonly userTokens: UserTokens;
  /** Milliseconds that an operation may take, and each change of a subscription. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: those of `OperationsOverWebSocket`. */
  readonly sockets?: Pick<OperationsOverWebSocket<Viewer>, 'limits' | 'trustedProxies'>;
}

/** A WebSocket operation's state between its check and its run. */
interface Carried {
  readonly operation: Operation<GatewayContext>;
  readonly viewer: Viewer;
}

type Running = Pick<SubscriptionDependencies, 'requestTimeoutMs' | 'logger'> & { readonly shares: Shares };

/** An operation's answer within its time; it tells of all that fails as errors. */
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

/** Does `work` when it is the user's turn, which lasts until it is done. @throws BlobgraphError OVERLOADED */
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
    done.abort();
  }
}

/** Runs an operation when it is its user's turn. */
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
 * Runs hydrations as operations of their own, which subscriptions of the same selection have in common. They take turns
 * with what their viewer asks for, and let all users' requests go first; one that waits for too long ends the
 * subscription, which resumes after its last cursor: no change is left out.
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
  args: ExecutionArgs,
  {
    changeFeed,
    hydrate,
    logger,
  }: { hydrate: Hydrate } & Pick<SubscriptionDependencies, 'changeFeed' | 'logger'>,
  signal: AbortSignal,
) {
  const { viewer } = args.contextValue as Carried;
  const { filter, after, hydration } = changesWanted(args);
  const feed = await changeFeed().catch((error: unknown) => {
    logger.error({ err: error }, 'the change feed could not be opened');
    throw new BlobgraphError('SERVICE_UNAVAILABLE', 'The event log does not answer. Try again later.');
  });
  for await (const change of feed.subscribe({ viewer, filter, after, signal })) {
    yield (await hydrate(hydration, viewer, change)) as ExecutionResult;
  }
}

/** The arguments of an execution, as the protocol's library hands them on, or the errors that refuse it. */
function prepareWith(operations: Operations<GatewayContext>) {
  return (payload: SubscribePayload, viewer: Viewer): ExecutionArgs | readonly GraphQLError[] => {
    const { query, operationName, variables } = payload;
    try {
      const operation = operations.find(query, operationName);
      operation.check(variables ?? {});
      const contextValue: Carried = { operation, viewer };
      const { document } = operation;
      return { schema: operations.schema, document, variableValues: variables, contextValue };
    } catch (error) {
      if (error instanceof OperationRefused) return error.errors;
      throw error;
    }
  };
}

/** Serves the graph over WebSocket at `/graphql`: subscriptions, and queries and mutations as well. */
export function serveSubscriptions(app: FastifyInstance, deps: SubscriptionDependencies): () => SocketsOpen {
  const { operations, userTokens, clock, logger } = deps;
  const running = { ...deps, shares: app.load.shares };
  const hydrate = shareHydrations(hydrateWith(running));
  return serveOperationsOverWebSocket<Viewer>(app, {
    ...deps.sockets,
    path: '/graphql',
    clock,
    logger,
    async authenticate({ authorization }) {
      const token = bearerToken(authorization);
      const who = await userTokens.verify(token);
      return { who, userId: who.userId, until: acceptedUntil(token) };
    },
    prepare: prepareWith(operations),
    async execute({ variableValues, contextValue }) {
      return (await runInTurn(contextValue as Carried, variableValues ?? {}, running)) as ExecutionResult;
    },
    subscribe: (args) => cancellable((signal) => follow(args, { ...deps, hydrate }, signal)),
  });
}
