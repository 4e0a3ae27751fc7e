import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OperationRefused } from '../../platform/serving/graphql/operation.ts';
import { parseBodies } from '../../platform/serving/http/body.ts';
import { belongTo } from '../../platform/serving/load/load.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../admission/context.ts';
import type { Streaming } from '../subscriptions/streaming.ts';
import { answer } from './answering/answer.ts';
import { following, type OpenRoute, openRoute, type RestGraph } from './answering/open-route.ts';
import { answerWithEvents } from './changes/event-route.ts';
import { errorTableRoutes, handleErrors, handleUnknownRoutes } from './problems/failures.ts';
import type { Route } from './routes/route.ts';

export interface RestDependencies {
  readonly graph: RestGraph;
  /** Those whose fields the graph lacks are left out, with a warning. */
  readonly routes: readonly Route[];
  /** Authenticates a request. @throws BlobgraphError UNAUTHENTICATED, RATE_LIMITED */
  authenticate(request: FastifyRequest): Promise<GatewayContext>;
  /** How subscriptions are followed. */
  readonly events: Streaming;
  /** Adds routes below `/api/v1` that are not operations of the graph. Their errors are answered alike. */
  others?(scope: FastifyInstance): void;
  readonly logger: Logger;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The context of the request's operation; set on every route that is an operation of the graph. */
    restContext: GatewayContext | null;
  }
}

/** Prepares routes for the graph. A route whose fields the graph lacks is left out: operators choose the subgraphs. */
export function openRoutes(graph: RestGraph, routes: readonly Route[], logger: Logger): readonly OpenRoute[] {
  return routes.flatMap((route) => {
    try {
      return [openRoute(graph, route)];
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      const { method, path } = route;
      logger.warn({ err: error, method, path }, 'route not served: the graph lacks some of its fields');
      return [];
    }
  });
}

/** Serves the REST API below `/api/v1`. @returns the routes that are served */
export async function serveRest(app: FastifyInstance, deps: RestDependencies): Promise<readonly OpenRoute[]> {
  const { graph, logger, authenticate } = deps;
  const routes = openRoutes(graph, deps.routes, logger);
  handleUnknownRoutes(app, logger);
  await app.register(async (scope) => {
    parseBodies(scope, { emptyIsNone: true });
    handleErrors(scope, logger);
    errorTableRoutes(scope);
    deps.others?.(scope);
    await scope.register(async (own) => {
      own.decorateRequest('restContext', null);
      own.addHook('onRequest', async (request) => {
        const context = await authenticate(request);
        request.restContext = context;
        await belongTo(request, context.viewer.userId);
      });
      for (const open of routes) serveRoute(own, open, deps);
    });
  });
  return routes;
}

function serveRoute(
  scope: FastifyInstance,
  first: OpenRoute,
  { graph, events, logger }: Pick<RestDependencies, 'graph' | 'events' | 'logger'>,
): void {
  const { method, path } = first.route;
  const current = following(graph, first);
  scope.route({
    method,
    url: path,
    // A stream has no headers without its events.
    exposeHeadRoute: !first.isSubscription,
    handler(request, reply) {
      const { restContext: context } = request;
      if (!context) throw new TypeError('The request was not authenticated');
      const open = current();
      return open.isSubscription
        ? answerWithEvents(request, reply, { open, context, events })
        : answer(request, reply, { open, context, logger });
    },
  });
}
