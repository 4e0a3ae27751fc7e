import type { FastifyInstance } from 'fastify';
import type { ServiceHttp } from '../platform/clients/http.ts';
import type { UserTokens } from '../platform/identity/user-tokens.ts';
import { bearerToken, requireOperator } from '../platform/serving/authenticate.ts';

/** Until its first line. */
const TIMEOUT_MS = 30_000;

/**
 * `POST /api/v1/reconciliations` for operators: state's own answer, line by line, see there. It is broken off when the
 * client goes.
 */
export function reconciliationRoute(
  app: FastifyInstance,
  { http, userTokens }: { http: Pick<ServiceHttp, 'stream'>; userTokens: UserTokens },
): void {
  app.post('/api/v1/reconciliations', async ({ headers, body }, reply) => {
    const viewer = await userTokens.verify(bearerToken(headers.authorization));
    requireOperator({ service: 'gateway', viewer });
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const answer = await http.stream('state', {
      method: 'POST',
      path: '/api/v1/reconciliations',
      body: body ?? {},
      viewer,
      timeoutMs: TIMEOUT_MS,
      signal: gone.signal,
    });
    return reply.type('application/x-ndjson').send(answer.body);
  });
}
