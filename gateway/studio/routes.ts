import type { FastifyInstance } from 'fastify';
import { projectFile } from '../../platform/process/paths.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { type PageOptions, serveBuiltPage } from '../pages/built-page.ts';
import type { OpenIdClient, StudioConfig } from './config.ts';
import { openProvider, originsOf } from './provider.ts';

export interface StudioOptions extends PageOptions, Pick<StudioConfig, 'graphiql'> {
  /** Undefined where users paste a token. */
  readonly openId: Omit<OpenIdClient, 'server'> | undefined;
  /** Origin of the object store, where browsers reach it themselves. */
  readonly objectStore: string | undefined;
  readonly logger: Pick<Logger, 'warn'>;
}

const ownAnd = (...others: (string | undefined)[]): string =>
  ["'self'", ...others.filter((each) => each !== undefined)].join(' ');

/** A Fastify plugin that serves the Studio page below `/studio/`, and its settings at `/studio/config.json`. */
export async function studioRoutes(app: FastifyInstance, options: StudioOptions): Promise<void> {
  const { token, openId, graphiql, objectStore, logger } = options;
  const provider = openId && openProvider(openId.issuer, { logger });
  const server = async () => (await provider?.server()) ?? null;
  await serveBuiltPage(app, {
    prefix: '/studio',
    folder: options.appFolder ?? projectFile('dist', 'gateway', 'studio-app'),
    name: 'The Studio page',
    // The editor and the graph of a lineage write inline styles; that graph is laid out in a worker.
    sources: async () => ({
      'script-src': "'self'",
      'worker-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'font-src': "'self'",
      'img-src': ownAnd(objectStore, 'data:', 'blob:'),
      'connect-src': ownAnd(objectStore, ...(openId ? originsOf(openId.issuer, await server()) : [])),
    }),
    token,
    settings: async (given): Promise<StudioConfig> => ({
      token: given,
      openId: openId ? { ...openId, server: await server() } : null,
      graphiql,
    }),
  });
}
