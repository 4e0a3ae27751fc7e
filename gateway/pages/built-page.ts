import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pageHeaders, type Sources } from '../../platform/serving/doors/headers.ts';

export interface PageOptions {
  /** A bearer token for the page, requested at every visit; null when users enter their own. */
  readonly token: () => string | null | Promise<string | null>;
  /** The folder of the built page. Default: the one that `npm run build` writes. */
  readonly appFolder?: string;
}

/** A page that `npm run build` builds. */
export interface BuiltPage extends Pick<PageOptions, 'token'> {
  /** Its path, e.g. `/graphiql`. */
  readonly prefix: string;
  /** While it has no `index.html`, the page is answered 503 with how to build it. */
  readonly folder: string;
  /** For a message, at the start of a sentence. */
  readonly name: string;
  /** For its Content-Security-Policy; a function where they may change. */
  readonly sources: Sources | (() => Promise<Sources>);
  /** The answer of its `config.json`. `token` is null for requests from other sites, too. */
  readonly settings: (token: string | null) => object | Promise<object>;
}

const notBuilt = (name: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${name} is not built</title>
<h1>${name} is not built</h1>
<p>Run <code>npm run build</code> in the project's folder, then reload this page.</p>
`;

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Pages of other sites must not get the token: neither by DNS rebinding, where the `Host` is theirs, nor by a
 * cross-origin request.
 */
function isFromOurPage(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'] ?? 'none';
  return loopback.has(request.hostname) && (site === 'same-origin' || site === 'none');
}

/** Every file except the page itself has a content hash in its name. */
function setCaching(response: { setHeader(name: string, value: string): unknown }, path: string): void {
  response.setHeader('vary', 'accept-encoding');
  const isPage = basename(path).startsWith('index.html');
  response.setHeader('cache-control', isPage ? 'no-cache' : 'public, max-age=31536000, immutable');
}

/**
 * Serves a page with its files, and its settings at `config.json`.
 * @param app a scope of its own: all of its routes get the page's headers
 */
export async function serveBuiltPage(app: FastifyInstance, page: BuiltPage): Promise<void> {
  const { prefix, folder, name, sources, token, settings } = page;
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(pageHeaders(typeof sources === 'function' ? await sources() : sources));
  });

  app.get(`${prefix}/config.json`, async (request, reply) => {
    // It holds a token, so it is not compressed either.
    reply.header('cache-control', 'no-store, no-transform');
    return settings(isFromOurPage(request) ? await token() : null);
  });

  await app.register(async (files) => {
    files.addHook('onRequest', async (_request, reply) => {
      if (existsSync(join(folder, 'index.html'))) return;
      return reply.code(503).header('cache-control', 'no-store').type('text/html').send(notBuilt(name));
    });
    await files.register(fastifyStatic, {
      root: folder,
      prefix,
      redirect: true,
      decorateReply: false,
      // Files that `npm run build` compressed.
      preCompressed: true,
      cacheControl: false,
      setHeaders: setCaching,
    });
  });
}
