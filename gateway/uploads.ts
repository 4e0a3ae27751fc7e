import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServiceHttp } from '../platform/clients/http.ts';
import type { UserTokens } from '../platform/identity/user-tokens.ts';
import { type RoutedPath, routed } from '../platform/service-path.ts';
import { bearerToken } from '../platform/serving/authenticate.ts';
import { takeTurnAs } from '../platform/serving/load/load.ts';

/** For a file of the largest size, which is read once. */
const TIMEOUT_MS = 30_000;

/**
 * Uploads for clients of the REST, as the graph has them: `POST /api/v1/uploads`, and
 * `POST /api/v1/uploads/:id/complete`, which answers the blob's id and may be sent again.
 */
export function uploadRoutes(
  app: FastifyInstance,
  { http, userTokens }: { http: Pick<ServiceHttp, 'call'>; userTokens: UserTokens },
): void {
  async function ask(request: FastifyRequest, path: string | RoutedPath) {
    const viewer = await userTokens.verify(bearerToken(request.headers.authorization));
    await takeTurnAs(request, viewer.userId);
    return http.call('image-processor', {
      method: 'POST',
      path,
      body: request.body ?? {},
      viewer,
      repeatable: true,
      timeoutMs: TIMEOUT_MS,
    });
  }
  app.post('/api/v1/uploads', async (request, reply) =>
    reply.status(201).send(await ask(request, '/uploads')),
  );
  app.post<{ Params: { id: string } }>('/api/v1/uploads/:id/complete', async (request) =>
    ask(request, routed`/uploads/${request.params.id}/complete`),
  );
}
