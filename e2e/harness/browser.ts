import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from '../../cli/services/chromium.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Debian's Chromium, without a window. @throws with the fix when it is not installed */
export async function launchBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`There is no ${CHROMIUM}: npm run services -- up installs it (apt-get install chromium)`);
  }
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** Problems and origins of a context's pages. */
export interface Watch {
  /** Errors and warnings of the console, uncaught exceptions, failed requests. */
  readonly problems: readonly string[];
  /** The origin of every request and WebSocket, workers' included. */
  readonly origins: ReadonlySet<string>;
}

/** Watches all pages that are opened in a context from now on. */
export function watch(context: BrowserContext): Watch {
  const problems: string[] = [];
  const origins = new Set<string>();
  const watchPage = (page: Page) => {
    page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
    page.on('websocket', (socket) => origins.add(new URL(socket.url()).origin));
  };
  context.on('page', watchPage);
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // Leaving a page aborts its requests.
    if (reason !== 'net::ERR_ABORTED') problems.push(`${request.url()}: ${reason}`);
  });
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    // `data:` and `blob:` URLs cause no requests.
    if (protocol !== 'data:' && protocol !== 'blob:') origins.add(origin);
  });
  return { problems, origins };
}
