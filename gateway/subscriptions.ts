import type { FastifyInstance } from 'fastify';
import {
  type ExecutionArgs,
  type FormattedExecutionResult,
  GraphQLError,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
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
import { createOperationCheck, type OperationCheck } from '../platform/serving/operation.ts';
import { serveOperationsOverWebSocket } from '../platform/serving/websocket.ts';
import type { GatewayContext } from './context.ts';
import { changesWanted, type Hydrate, type Hydration, shareHydrations } from './hydration.ts';
import { limitsRule, type OperationLimits } from './operations/limits.ts';
import type { GraphServer } from './server.ts';

export interface SubscriptionDependencies {
  readonly graph: GraphServer;
  readonly changeFeed: () => Promise<ChangeFeed>;
  readonly userTokens: UserTokens;
  readonly limits: OperationLimits;
  /** Milliseconds that an operation may take, and each change of a subscription. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A WebSocket operation's state between its check and its run. */
interface Carried {
  readonly payload: SubscribePayload;
  readonly viewer: Viewer;
}

async function run(
  { graph, requestTimeoutMs }: Pick<SubscriptionDependencies, 'graph' | 'requestTimeoutMs'>,
  { query, operationName, variables }: Hydration,
  contextValue: GatewayContext,
): Promise<FormattedExecutionResult> {
  const named = operationName === undefined ? {} : { operationName };
  const request = { query, variables: { ...variables }, ...named };
  const { body } = await withinTime(requestTimeoutMs, () =>
    graph.apollo.executeOperation(request, { contextValue }),
  );
  if (body.kind !== 'single') throw new TypeError('A result in parts was not asked for');
  return body.singleResult;
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

function prepareWith(check: OperationCheck, { assertAffordable }: GraphServer) {
  return (payload: SubscribePayload, viewer: Viewer): ExecutionArgs | readonly GraphQLError[] => {
    const args = check(payload);
    if (!('document' in args)) return args;
    const operation = getOperationAST(args.document, args.operationName);
    if (operation?.operation === OperationTypeNode.SUBSCRIPTION) {
      try {
        assertAffordable({ document: args.document, operation, variables: payload.variables ?? {} });
      } catch (error) {
        if (error instanceof GraphQLError) return [error];
        throw error;
      }
    }
    const contextValue: Carried = { payload, viewer };
    return { ...args, contextValue };
  };
}

/** Serves the graph over WebSocket at `/graphql`: subscriptions, and queries and mutations as well. */
export function serveSubscriptions(app: FastifyInstance, deps: SubscriptionDependencies): void {
  const { graph, limits, userTokens, clock, logger } = deps;
  const check = createOperationCheck(graph.schema, { maxTokens: limits.tokens, rules: [limitsRule(limits)] });
  const hydrate = shareHydrations((hydration, viewer, change) => run(deps, hydration, { viewer, change }));
  serveOperationsOverWebSocket<Viewer>(app, {
    path: '/graphql',
    clock,
    logger,
    async authenticate({ authorization }) {
      const token = bearerToken(authorization);
      return { who: await userTokens.verify(token), until: acceptedUntil(token) };
    },
    prepare: prepareWith(check, graph),
    async execute({ contextValue }) {
      const { payload, viewer } = contextValue as Carried;
      const { query, operationName, variables } = payload;
      const operation = { query, operationName: operationName ?? undefined, variables: variables ?? {} };
      return (await run(deps, operation, { viewer })) as ExecutionResult;
    },
    subscribe: (args) => cancellable((signal) => follow(args, { ...deps, hydrate }, signal)),
  });
}
