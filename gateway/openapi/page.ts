import type { FastifyInstance } from 'fastify';
import { projectFile } from '../../platform/process/paths.ts';
import { type PageOptions, serveBuiltPage } from '../pages/built-page.ts';
import type { PageConfig } from './page-config.ts';
import { API_DESCRIPTION_PATH, BEARER } from './parts/paths.ts';

/** The page's path, to which `/api` redirects. */
export const PAGE_PATH = '/api/v1/docs';

/** A Fastify plugin that serves the page to try the Studio API. */
export async function apiPage(app: FastifyInstance, options: PageOptions): Promise<void> {
  const { token, appFolder = projectFile('dist', 'gateway', 'api-page') } = options;
  await serveBuiltPage(app, {
    prefix: PAGE_PATH,
    folder: appFolder,
    name: 'The page of the Studio API',
    // All files come from this origin. Swagger UI's style sheet has images as data URLs.
    sources: {
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data:",
      'connect-src': "'self'",
    },
    token,
    settings: (given): PageConfig => ({ description: API_DESCRIPTION_PATH, scheme: BEARER, token: given }),
  });
  for (const path of ['/api', '/api/']) app.get(path, (_request, reply) => reply.redirect(`${PAGE_PATH}/`));
}
