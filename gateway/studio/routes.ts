import type { FastifyInstance } from 'fastify';
import { projectFile } from '../../platform/process/paths.ts';
import { type PageOptions, serveBuiltPage } from '../pages/built-page.ts';
import type { StudioConfig } from './config.ts';

export interface StudioOptions extends PageOptions, Pick<StudioConfig, 'openId' | 'graphiql'> {
  /** Origin of the object store, where browsers reach it themselves. */
  readonly objectStore: string | undefined;
}

/** A Fastify plugin that serves the Studio page below `/studio/`, and its settings at `/studio/config.json`. */
export async function studioRoutes(app: FastifyInstance, options: StudioOptions): Promise<void> {
  const { token, openId, graphiql, objectStore } = options;
  const ownAnd = (...others: (string | undefined)[]): string =>
    ["'self'", ...others.filter((each) => each !== undefined)].join(' ');
  await serveBuiltPage(app, {
    prefix: '/studio',
    folder: options.appFolder ?? projectFile('dist', 'gateway', 'studio-app'),
    name: 'The Studio page',
    // The editor and the graph of a lineage write inline styles; that graph is laid out in a worker.
    sources: {
      'script-src': "'self'",
      'worker-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'font-src': "'self'",
      'img-src': ownAnd(objectStore, 'data:', 'blob:'),
      'connect-src': ownAnd(objectStore, openId ? new URL(openId.issuer).origin : undefined),
    },
    token,
    settings: (given): StudioConfig => ({ token: given, openId, graphiql }),
  });
}
