import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type OperationDefinitionNode, parse } from 'graphql';
import { projectFile } from '../../platform/paths.ts';
import type { ExampleOperation, GraphiqlConfig } from './config.ts';

/** The page's policy: everything comes from our own origin, and nothing may frame it. Monaco writes inline styles. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>GraphiQL is not built</title>
<h1>GraphiQL is not built</h1>
<p>Run <code>npm run build</code> in the project's folder, then reload this page.</p>
`;

const operationsFolder = projectFile('gateway', 'graphiql', 'operations');

async function readVariables(file: string): Promise<Pick<ExampleOperation, 'variables'>> {
  return existsSync(file) ? { variables: JSON.parse(await readFile(file, 'utf8')) } : {};
}

async function readOperation(stem: string): Promise<ExampleOperation> {
  const query = await readFile(join(operationsFolder, `${stem}.graphql`), 'utf8');
  const isOperation = (node: { kind: string }): node is OperationDefinitionNode =>
    node.kind === 'OperationDefinition';
  const name = parse(query).definitions.find(isOperation)?.name?.value ?? stem;
  return {
    name,
    query: query.trimEnd(),
    ...(await readVariables(join(operationsFolder, `${stem}.variables.json`))),
  };
}

/** The examples of the main job, in the order of their files' names. */
export async function exampleOperations(): Promise<ExampleOperation[]> {
  const files = (await readdir(operationsFolder)).filter((file) => file.endsWith('.graphql')).sort();
  return Promise.all(files.map((file) => readOperation(file.replace(/\.graphql$/, ''))));
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * A page of another site must not get hold of the token: not by naming this machine in its own DNS, where the host is
 * that site's, nor by a request from its own origin.
 */
function isFromOurPage(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'] ?? 'none';
  return loopback.has(request.hostname) && (site === 'same-origin' || site === 'none');
}

/** Every file but the page itself is named by a hash of its content. */
function setCaching(response: { setHeader(name: string, value: string): unknown }, path: string): void {
  const isPage = basename(path) === 'index.html';
  response.setHeader('cache-control', isPage ? 'no-cache' : 'public, max-age=31536000, immutable');
}

export interface GraphiqlOptions {
  /** A bearer token for the page, asked for at every visit; null where readers bring their own. */
  token: () => string | null | Promise<string | null>;
  /** The folder of the built page. Default: where `npm run build` puts it. */
  appFolder?: string;
}

/** Serves GraphiQL at `/graphiql` and its settings at `/graphiql/config.json`, to be registered on the gateway's app. */
export async function graphiqlRoutes(app: FastifyInstance, options: GraphiqlOptions): Promise<void> {
  const { token, appFolder = projectFile('dist', 'gateway', 'graphiql-app') } = options;
  const operations = await exampleOperations();

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });

  app.get('/graphiql/config.json', async (request, reply): Promise<GraphiqlConfig> => {
    reply.header('cache-control', 'no-store');
    return { token: isFromOurPage(request) ? await token() : null, operations };
  });

  await app.register(async (page) => {
    page.addHook('onRequest', async (_request, reply) => {
      if (existsSync(join(appFolder, 'index.html'))) return;
      return reply.code(503).header('cache-control', 'no-store').type('text/html').send(notBuilt);
    });
    await page.register(fastifyStatic, {
      root: appFolder,
      prefix: '/graphiql',
      redirect: true,
      decorateReply: false,
      cacheControl: false,
      setHeaders: setCaching,
    });
  });
}
