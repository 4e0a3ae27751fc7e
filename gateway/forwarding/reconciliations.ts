import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServiceHttp } from '../../platform/clients/http/http.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { assertMayWrite } from '../../platform/identity/users/scopes.ts';
import { requireOperator } from '../../platform/serving/access/authenticate.ts';
import { whileOpen } from '../../platform/serving/http/while-open.ts';

/** Milliseconds to the first line. */
const TIMEOUT_MS = 30_000;

/**
 * `POST /api/v1/reconciliations`, for operators: passes on the answer of the state subgraph, line by line. The work is
 * aborted when the client disconnects.
 */
export function reconciliationRoute(
  app: FastifyInstance,
  {
    http,
    viewerOf,
  }: { http: Pick<ServiceHttp, 'stream'>; viewerOf(request: FastifyRequest): Promise<Viewer> },
): void {
  app.post('/api/v1/reconciliations', async (request, reply) => {
    const viewer = await viewerOf(request);
    requireOperator({ service: 'gateway', viewer });
    assertMayWrite(viewer);
    const answer = await http.stream('state', {
      method: 'POST',
      path: '/api/v1/reconciliations',
      body: request.body ?? {},
      viewer,
      timeoutMs: TIMEOUT_MS,
      signal: whileOpen(reply, null),
    });
    return reply.type('application/x-ndjson').send(answer.body);
  });
}
