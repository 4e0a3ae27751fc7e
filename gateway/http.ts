import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { Viewer } from '../platform/identity/service-tokens.ts';
import type { UserTokens } from '../platform/identity/user-tokens.ts';
import type { Logger } from '../platform/logger.ts';
import { bearerToken } from '../platform/serving/authenticate.ts';
import { describeError, refuse } from '../platform/serving/http.ts';
import { currentTrace } from '../platform/trace.ts';
import type { GraphServer } from './server.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The user whose token the request carries; set on the gateway's `/graphql`. */
    viewer: Viewer;
  }
}

/** Errors that come before GraphQL does, in the form of its results. */
function answerErrorsAsGraphQL(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, _request, reply) => {
    const requestId = currentTrace()?.requestId;
    const [described] = describeError(error) ?? [];
    if (!described) logger.error({ err: error, requestId }, 'request failed');
    const { code, message } = described ?? { code: 'INTERNAL', message: 'Something went wrong on our side.' };
    return refuse(reply, code).send({ errors: [{ message, extensions: { code, requestId } }] });
  });
}

/** Serves the graph at `/graphql` over HTTP, to users with a valid token. */
export async function serveGraphOverHttp(
  app: FastifyInstance,
  { graph, userTokens, logger }: { graph: GraphServer; userTokens: UserTokens; logger: Logger },
): Promise<void> {
  await app.register(async (scope) => {
    answerErrorsAsGraphQL(scope, logger);
    scope.decorateRequest('viewer');
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      request.viewer = await userTokens.verify(bearerToken(request.headers.authorization));
    });
    scope.route({
      url: '/graphql',
      method: ['GET', 'POST'],
      handler: fastifyApolloHandler(graph.apollo, { context: async ({ viewer }) => ({ viewer }) }),
    });
  });
}
