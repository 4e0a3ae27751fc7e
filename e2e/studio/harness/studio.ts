import type { BrowserContext, Locator, Page } from 'playwright-core';
import { type ServiceName, serviceNames } from '../../../platform/config/config.ts';
import { LOCAL_USER } from '../../../platform/identity/users/development-token.ts';
import { launchBrowser, type Watch, watch } from '../../harness/browser.ts';
import type { GraphClient } from '../../harness/client.ts';
import { type CuttableProxy, startCuttable } from '../../harness/cuttable.ts';
import { type Shape, type System, type SystemOptions, startSystem } from '../../harness/system.ts';

export interface StudioOptions extends Pick<SystemOptions, 'environment' | 'intercept'> {
  /** Default: `embedded`. */
  readonly shape?: Shape;
}

/** A badge by its word: a sign stands before it. */
export const badge = (within: Page | Locator, word: string): Locator =>
  within.getByText(new RegExp(`^.${word}$`, 'u'));

/** A system with all of its services, and a browser that has its Studio page open. */
export interface Studio {
  readonly system: System;
  /** The page's own user, by the API: to prepare what the page shows, and to look at what it did. */
  readonly user: GraphClient;
  readonly context: BrowserContext;
  /** Where the browser finds the gateway. */
  readonly url: string;
  /** Opens an address of the page, e.g. `#/books/ID`, in a new tab, and waits until its screen has a title. */
  open(address?: string): Promise<Page>;
  /** Cuts all connections of the browser, and new ones until {@link Studio.mend}. */
  cut(): void;
  mend(): void;
  /** Makes a service of `intercept` refuse what the graph asks of it, until {@link Studio.giveBack}. */
  takeAway(service: ServiceName): void;
  giveBack(service: ServiceName): void;
  /** `kill -9` of the process that runs a service: in one process, of the whole system. */
  kill(service: ServiceName): Promise<void>;
  /** Starts it again. Resolves once it is ready. */
  bringBack(service: ServiceName): Promise<void>;
  /** Problems in the browser so far, violations of the page's policy included; not those of {@link Studio.cut}. */
  problems(): string[];
  /** Origins that the browser asked, but for the gateway's. */
  strangers(): string[];
  close(): Promise<void>;
}

/** A browser's words for connections that were cut, or a gateway that was killed. */
const OF_THE_CUT = /net::ERR_(CONNECTION|EMPTY|NETWORK|SOCKET|INCOMPLETE)|WebSocket connection to/;

/** Of each step in the browser, on a busy machine; less than a test may take, so that the step is named. */
const PATIENCE_MS = 90_000;

class OpenStudio implements Studio {
  readonly system: System;
  readonly user: GraphClient;
  readonly context: BrowserContext;
  readonly #proxy: CuttableProxy;
  readonly #seen: Watch;
  readonly #close: () => Promise<void>;
  #wasCut = false;

  constructor(
    parts: Pick<Studio, 'system' | 'user' | 'context' | 'close'> & { readonly proxy: CuttableProxy },
  ) {
    this.system = parts.system;
    this.user = parts.user;
    this.context = parts.context;
    this.#proxy = parts.proxy;
    this.#close = parts.close;
    this.#seen = watch(parts.context);
  }

  get url(): string {
    return this.#proxy.url;
  }

  async open(address = '#/'): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(`${this.url}/studio/${address}`);
    // A text that is read on it may have one, too.
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    return page;
  }

  cut(): void {
    this.#wasCut = true;
    this.#proxy.cut();
  }

  mend(): void {
    this.#proxy.mend();
  }

  takeAway(service: ServiceName): void {
    this.system.proxy(service).intervene(() => 'refuse');
  }

  giveBack(service: ServiceName): void {
    this.system.proxy(service).release();
  }

  async kill(service: ServiceName): Promise<void> {
    this.#wasCut = true;
    await this.system.process(service).kill();
  }

  bringBack(service: ServiceName): Promise<void> {
    return this.system.restart(service);
  }

  problems(): string[] {
    return this.#seen.problems.filter((problem) => !(this.#wasCut && OF_THE_CUT.test(problem)));
  }

  strangers(): string[] {
    const own = [this.url, this.url.replace('http', 'ws')];
    return [...this.#seen.origins].filter((origin) => !own.includes(origin));
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** Starts both. The browser shows no motion, so that what is looked at stands still. */
export async function openStudio({ shape = 'embedded', ...options }: StudioOptions = {}): Promise<Studio> {
  const browser = await launchBrowser();
  const system = await startSystem(shape, { ...options, services: serviceNames }).catch(async (error) => {
    await browser.close();
    throw error;
  });
  const proxy = await startCuttable(system.urls.gateway);
  const context = await browser.newContext({
    viewport: { width: 1_280, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const user = await system.client(LOCAL_USER);
  const close = async () => {
    await browser.close();
    await proxy.close();
    await system.stop();
  };
  return new OpenStudio({ system, user, context, proxy, close });
}
