import type { FastifyInstance } from 'fastify';
import { isLoopback } from '../../platform/config.ts';
import { varyBy } from './compression.ts';

const PREFLIGHT_SECONDS = 600;
/** Of an answer, what pages may read beside its body. */
const EXPOSED = 'x-request-id, retry-after';

/** Whether an origin is of this machine, at any port. */
export function isLocalOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return /^https?:$/.test(protocol) && isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
}

/**
 * Lets pages of other origins use what `scope` serves at `url` (https://fetch.spec.whatwg.org/#http-cors-protocol). No
 * cookie is heeded, so no credentials are allowed. To be called before hooks that ask who it is: a browser's question
 * ahead of a request tells nothing of that.
 */
export function allowOrigins(scope: FastifyInstance, url: string, mayAsk: (origin: string) => boolean): void {
  scope.addHook('onRequest', async ({ method, headers }, reply) => {
    const { origin } = headers;
    if (origin !== undefined) varyBy(reply, 'origin');
    if (origin !== undefined && mayAsk(origin)) {
      reply.header('access-control-allow-origin', origin);
      reply.header('access-control-expose-headers', EXPOSED);
      if (method === 'OPTIONS') {
        reply.header('access-control-allow-methods', 'GET, POST');
        reply.header('access-control-allow-headers', headers['access-control-request-headers'] ?? '');
        reply.header('access-control-max-age', PREFLIGHT_SECONDS);
      }
    }
    return method === 'OPTIONS' ? reply.status(204).send() : undefined;
  });
  scope.route({ url, method: 'OPTIONS', handler: (_request, reply) => reply.status(204).send() });
}
