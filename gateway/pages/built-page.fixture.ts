import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect } from 'vitest';
import { createHttpServer } from '../../platform/serving/http/http.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import type { PageOptions } from './built-page.ts';

/** A built page's routes in front of a folder of their own, anew for each test. They hand out the token `a.b.c`. */
export interface PageUnderTest {
  /** E.g. `/studio`. */
  readonly prefix: string;
  readonly app: () => FastifyInstance;
  readonly folder: () => string;
  /** Puts a build into the folder, which holds none before. */
  build(): Promise<void>;
  /** Answer of its `config.json`. */
  config(headers?: Record<string, string>): Promise<Record<string, unknown>>;
  /** Its Content-Security-Policy, by directives. */
  policy(): Promise<Record<string, string>>;
}

/** Sets it up around the tests of the calling suite. */
export function pageUnderTest(
  prefix: string,
  install: (app: FastifyInstance, options: PageOptions) => unknown,
): PageUnderTest {
  let folder: string;
  let app: FastifyInstance;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'built-page-'));
    app = createHttpServer({ logger: createLogger('silent') });
    await install(app, { token: async () => 'a.b.c', appFolder: folder });
  });

  afterEach(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  return {
    prefix,
    app: () => app,
    folder: () => folder,
    async build() {
      await mkdir(join(folder, 'assets'));
      await writeFile(join(folder, 'index.html'), '<!doctype html>');
      await writeFile(join(folder, 'assets', 'index-AbCd1234.js'), 'export {};');
    },
    async config(headers = {}) {
      const response = await app.inject({ url: `${prefix}/config.json`, headers });
      expect(response.headers['cache-control']).toBe('no-store, no-transform');
      return response.json() as Record<string, unknown>;
    },
    async policy() {
      const { headers } = await app.inject(`${prefix}/config.json`);
      const directives = String(headers['content-security-policy']).split('; ');
      return Object.fromEntries(
        directives.map((directive) => {
          const [name = '', ...sources] = directive.split(' ');
          return [name, sources.join(' ')];
        }),
      );
    },
  };
}
