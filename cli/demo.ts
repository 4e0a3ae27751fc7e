import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Config, loadConfig, servicePorts } from '../platform/config/config.ts';
import { developmentKeys } from '../platform/identity/keys/development-keys.ts';
import { developmentToken } from '../platform/identity/users/development-token.ts';
import { exitWith } from '../platform/process/exit.ts';
import { projectFile } from '../platform/process/paths.ts';
import { type FolderBook, readBookFolder } from './demo/book-folder.ts';
import { displayOn } from './demo/display.ts';
import { DemoError } from './demo/error.ts';
import { GraphFault, GraphOutOfReach, openGraph } from './demo/graph.ts';
import { lineageTree } from './demo/lineage.ts';
import { type PushedBook, pushBook } from './demo/push.ts';

/** `npm run demo [-- --book DIR]`: runs a book through the running system, or through one that it starts itself. */

const DEMO_USER = 'demo';
const ANSWER_WITHIN_MS = 5_000;
const READY_WITHIN_MS = 60_000;
const EXPANDED_WITHIN_MS = 30 * 60_000;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const count = (number: number, noun: string): string =>
  `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

/**
 * Whether a system answers at the gateway's address.
 * @throws DemoError when something else answers there, or the gateway does not become ready
 */
async function isRunning(gateway: string, signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const answer = await fetch(`${gateway}/ready`, { signal: within }).catch(() => undefined);
    signal.throwIfAborted();
    if (!answer) return false;
    if (answer.ok) return true;
    if (answer.status !== 503)
      throw new DemoError(`Something other than a gateway answers at ${gateway}: set PORT_OFFSET.`);
    if (performance.now() > until)
      throw new DemoError(`The gateway at ${gateway} did not become ready: ${gateway}/ready says why.`);
    await delay(250, undefined, { signal });
  }
}

/**
 * Starts a system of the demo's own.
 * @returns a function that stops it
 * @throws DemoError when GATEWAY_URL points elsewhere
 */
async function startOwn(config: Config): Promise<() => Promise<void>> {
  const { urls, portOffset } = config;
  if (urls.gateway !== `http://127.0.0.1:${servicePorts.gateway + portOffset}`)
    throw new DemoError(
      `Nothing answers at GATEWAY_URL (${urls.gateway}): start it, or leave GATEWAY_URL unset.`,
    );
  console.log('No system answers: starting one for the demo.');
  const startedAt = performance.now();
  // Loaded only here: it takes longer than the rest of the demo on a running system.
  const { startAll } = await import('./system/system.ts');
  const system = await startAll(config);
  console.log(`Started in ${seconds(performance.now() - startedAt)}.`);
  return () => system.stop();
}

async function demoToken(config: Config): Promise<string> {
  const token = await developmentToken({ config, keys: developmentKeys(config.dataDir) }, DEMO_USER);
  if (token) return token;
  throw new DemoError(
    'The demo signs its own token, which this system does not accept: JWKS_URL or JWT_PUBLIC_KEY is set.',
  );
}

/** Labels of the lineage, by blob id: the book with its version, its sources with chapter numbers, as titles repeat. */
function labelsOf({ title }: FolderBook, { compiled }: PushedBook): Map<string, string> {
  const labels = new Map([[compiled.id, `${title}, version ${compiled.version}`]]);
  for (const { chapterNum, title, draftBlobId, expandedBlobId } of compiled.chapters)
    labels.set(expandedBlobId ?? draftBlobId, `${chapterNum}. ${title}`);
  return labels;
}

async function report(book: FolderBook, pushed: PushedBook, dataDir: string): Promise<void> {
  const { compiled, lineage } = pushed;
  const folder = resolve(dataDir, 'demo');
  const file = join(folder, `${book.bookId}.md`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, compiled.fullText);
  console.log('\nLineage of the book:');
  const tree = lineage
    ? lineageTree(lineage, compiled.id, labelsOf(book, pushed))
    : ['The index does not have the book yet.'];
  for (const line of tree) console.log(`  ${line}`);
  if (pushed.stored === 0 && !pushed.isNew)
    console.log('\nEverything was already there: nothing was made twice.');
  console.log(
    `\n“${book.title}”, version ${compiled.version}: ${count(compiled.wordCount, 'word')} in ` +
      `${count(compiled.chapters.length, 'chapter')}, in ${seconds(pushed.expandedMs + pushed.compiledMs)} ` +
      `(drafts and expansions ${seconds(pushed.expandedMs)}, compiling ${seconds(pushed.compiledMs)})`,
  );
  console.log(file);
}

async function run(book: FolderBook, config: Config, signal: AbortSignal): Promise<void> {
  const gateway = config.urls.gateway;
  const graph = openGraph({ gateway, token: await demoToken(config), signal });
  console.log(`Pushing “${book.title}” (${count(book.chapters.length, 'chapter')}) through ${gateway}.\n`);
  try {
    const display = displayOn(process.stdout, book.chapters.length);
    const pushed = await pushBook({ graph, display, waitMs: EXPANDED_WITHIN_MS, signal }, book);
    await report(book, pushed, config.dataDir);
  } finally {
    await graph.close();
  }
}

/** A message for people, for failures that are expected; undefined for others. */
function explain(error: unknown, signal: AbortSignal): string | undefined {
  if (signal.aborted) return 'Stopped. Run the demo again to continue.';
  if (error instanceof GraphFault && error.code === 'UNAUTHENTICATED')
    return 'The system that answers does not know the demo’s token: set DATA_DIR to that system’s data directory.';
  if (error instanceof GraphFault) return `The graph answered ${error.code}: ${error.message}`;
  return error instanceof DemoError || error instanceof GraphOutOfReach ? error.message : undefined;
}

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({ options: { book: { type: 'string' } } });
  const config = loadConfig();
  const book = await readBookFolder(values.book ?? projectFile('cli', 'demo', 'story'));
  const stop = (await isRunning(config.urls.gateway, signal)) ? undefined : await startOwn(config);
  try {
    signal.throwIfAborted();
    await run(book, config, signal);
  } finally {
    await stop?.();
  }
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
try {
  await main(interrupted.signal);
} catch (error) {
  const message = explain(error, interrupted.signal);
  if (message === undefined) exitWith(error);
  console.error(message);
  process.exitCode = 1;
}
