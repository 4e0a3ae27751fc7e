import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Method, pathOf, withoutSlash } from '../../platform/serving/doors/methods.ts';
import { varyBy } from '../../platform/serving/http/vary.ts';

const PREFLIGHT_SECONDS = 600;

/** Response headers that pages may read, besides the CORS-safelisted ones. */
const EXPOSED = [
  'accept-ranges',
  'allow',
  'content-disposition',
  'content-range',
  'etag',
  'link',
  'location',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'x-request-id',
].join(', ');

/** For unknown paths, so that pages can read the 404. */
const ANY: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Whether pages of allowed origins may use a path. Files have a rule of their own: any page may read them by address.
 */
const isShared = (path: string): boolean =>
  /^\/(?:graphql|api\/v1)(?:\/|$)/.test(path) && !path.startsWith('/api/v1/files/');

const HEADER_NAMES = /^[\w!#$%&'*+.^`|~, -]{0,2048}$/;

function answerPreflight(request: FastifyRequest, reply: FastifyReply, methods: readonly Method[]): void {
  const { headers } = request;
  const asked = headers['access-control-request-headers'] ?? '';
  reply.headers({
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': HEADER_NAMES.test(asked) ? asked : '',
    'access-control-max-age': PREFLIGHT_SECONDS,
  });
  // A public page that calls a system in a private network, e.g. on the user's own machine.
  if (headers['access-control-request-private-network'] === 'true')
    reply.header('access-control-allow-private-network', 'true');
}

/**
 * Lets pages of other origins use `/graphql` and `/api/v1` (https://fetch.spec.whatwg.org/#http-cors-protocol). Cookies
 * are ignored, so that credentials are not allowed. Call it before adding hooks that authenticate: preflight requests
 * carry no token.
 */
export function allowOrigins(app: FastifyInstance, mayAsk: (origin: string) => boolean): void {
  app.addHook('onRequest', async (request, reply) => {
    const path = pathOf(request.url);
    if (!isShared(path)) return undefined;
    // Also without an `Origin`: a cache must not serve that answer to a page.
    varyBy(reply, 'origin');
    const { method, headers } = request;
    const isAllowed = headers.origin !== undefined && mayAsk(headers.origin);
    if (isAllowed) {
      reply.headers({
        'access-control-allow-origin': headers.origin,
        'access-control-expose-headers': EXPOSED,
      });
    }
    if (method !== 'OPTIONS') return undefined;
    const known = app.methodsAt(withoutSlash(path) ?? path);
    const methods = known.length > 0 ? known : ANY;
    if (isAllowed) answerPreflight(request, reply, methods);
    return reply.status(204).header('allow', methods.join(', ')).send();
  });
}
