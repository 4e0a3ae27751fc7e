import type { FastifyInstance } from 'fastify';
import { isKnown } from '../../platform/files/answering.ts';
import { tagOf } from '../rest/answering/caching.ts';
import type { OpenRoute } from '../rest/answering/open-route.ts';
import { openApiDescription } from './api-description.ts';
import { API_DESCRIPTION_PATH } from './parts/paths.ts';

/**
 * `GET /api/v1/openapi.json`: the OpenAPI description of `routes` and the routes beside them. Public: it says no more
 * than docs/api.md, and pages and generators read it before anybody signs in.
 */
export async function openApiRoutes(
  app: FastifyInstance,
  { routes }: { readonly routes: readonly OpenRoute[] },
): Promise<void> {
  const build = () => {
    const text = JSON.stringify(openApiDescription(routes));
    return { text, tag: tagOf(text) };
  };
  // Built once: the routes do not change while the gateway runs.
  let built: ReturnType<typeof build> | undefined;
  app.get(API_DESCRIPTION_PATH, (request, reply) => {
    built ??= build();
    const { text, tag } = built;
    reply.headers({ etag: tag, 'cache-control': 'public, no-cache' });
    if (isKnown(request.headers['if-none-match'], tag)) return reply.status(304).send();
    return reply.type('application/json; charset=utf-8').send(text);
  });
}
