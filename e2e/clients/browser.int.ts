import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { launchBrowser, type Watch, watch } from '../harness/browser.ts';
import type { GraphClient } from '../harness/client.ts';
import { type CuttableProxy, startCuttable } from '../harness/cuttable.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';
import { storeNotes } from './cut.fixture.ts';

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript' };

let system: SharedSystem;
let user: GraphClient;
let proxy: CuttableProxy;
let pages: Server;
let browser: Browser;
let context: BrowserContext;
let seen: Watch;
let page: Page;

/** Serves the example from another origin than the gateway's, as a frontend's server does. */
async function servePage(): Promise<Server> {
  const built = (await build({
    configFile: false,
    root: projectFile('examples', 'browser'),
    logLevel: 'error',
    build: { write: false, target: 'es2022' },
  })) as Rolldown.RolldownOutput;
  const files = new Map(
    built.output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]),
  );
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    const file = files.get(path);
    if (file === undefined) return void response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
    response
      .writeHead(200, { 'content-type': TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain' })
      .end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

beforeAll(async () => {
  browser = await launchBrowser();
  pages = await servePage();
  system = await sharedSystem();
  proxy = await startCuttable(system.urls.gateway);
  user = await system.client();
  context = await browser.newContext();
  seen = watch(context);
});
afterAll(async () => {
  await browser?.close();
  pages?.close();
  await proxy?.close();
  await system?.leave();
});

const origin = () => `http://localhost:${(pages.address() as AddressInfo).port}`;

async function open(token: string): Promise<Page> {
  const opened = await context.newPage();
  const given = new URLSearchParams({ url: `${proxy.url}/graphql`, token });
  await opened.goto(`${origin()}/#${given}`);
  return opened;
}

const titles = (opened: Page) => opened.locator('li').allInnerTexts();

describe('a page on another origin', () => {
  it('shows what a query answers', async () => {
    await storeNotes(user, 'there before');
    page = await open(user.token);
    await expect.poll(() => titles(page), { timeout: 60_000 }).toEqual(['there before']);
  });

  it('stores by a mutation, and is told by the subscription', async () => {
    await page.getByLabel('Note').fill('from the page');
    await page.getByRole('button', { name: 'Store' }).click();
    await expect.poll(() => titles(page), { timeout: 60_000 }).toEqual(['there before', 'from the page']);
    await storeNotes(user, 'from elsewhere');
    await expect.poll(() => titles(page), { timeout: 60_000 }).toHaveLength(3);
  });

  it('asks its own origin and the graph, and nothing goes wrong', () => {
    const graph = new URL(proxy.url).origin;
    expect([...seen.origins].sort()).toEqual([origin(), graph, graph.replace('http', 'ws')].sort());
    expect(seen.problems).toEqual([]);
  });

  it('loses nothing while it was cut off', async () => {
    proxy.cut();
    await storeNotes(user, 'while it was cut off');
    proxy.mend();
    await storeNotes(user, 'after that');
    await expect
      .poll(() => titles(page), { timeout: 60_000 })
      .toEqual(['there before', 'from the page', 'from elsewhere', 'while it was cut off', 'after that']);
  });

  it('reads by which id to look for what was refused, and when to try again', async () => {
    const refused = await open('none');
    const alert = refused.getByRole('alert');
    await expect
      .poll(() => alert.innerText(), { timeout: 60_000 })
      .toMatch(/^UNAUTHENTICATED: .*\(request [\w-]{16,}\)$/);
    const url = `${proxy.url}/graphql`;
    const answer = await fetch(url, { method: 'POST', headers: { origin: origin() } });
    const readable = answer.headers.get('access-control-expose-headers')?.split(', ');
    expect(readable).toEqual(expect.arrayContaining(['x-request-id', 'retry-after']));
  });
});
