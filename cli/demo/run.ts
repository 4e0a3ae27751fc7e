import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, loadConfig, servicePorts } from '../../platform/config/config.ts';
import { localToken } from '../../platform/identity/users/development-token.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { type FolderBook, readBookFolder } from './book-folder.ts';
import { displayOn } from './display.ts';
import { DemoError } from './error.ts';
import { openGraph } from './graph.ts';
import { lineageTree } from './lineage.ts';
import { type PushedBook, pushBook } from './push.ts';

const DEMO_USER = 'demo';
const ANSWER_WITHIN_MS = 5_000;
const READY_WITHIN_MS = 60_000;
const EXPANDED_WITHIN_MS = 30 * 60_000;

type Say = (line: string) => void;

const sayOn =
  (stream: NodeJS.WriteStream): Say =>
  (line) =>
    void stream.write(`${line}\n`);
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
async function startOwn(config: Config, say: Say): Promise<() => Promise<void>> {
  const { urls, portOffset } = config;
  if (urls.gateway !== `http://127.0.0.1:${servicePorts.gateway + portOffset}`)
    throw new DemoError(
      `Nothing answers at GATEWAY_URL (${urls.gateway}): start it, or leave GATEWAY_URL unset.`,
    );
  say('No system answers: starting one for the demo.');
  const startedAt = performance.now();
  // Loaded only here: it takes longer than the rest of the demo on a running system.
  const { startAll } = await import('../system/system.ts');
  const system = await startAll(config);
  say(`Started in ${seconds(performance.now() - startedAt)}.`);
  return () => system.stop();
}

async function demoToken(config: Config): Promise<string> {
  const token = await localToken(config, DEMO_USER);
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

/** Writes the book's text, and tells of the book. @returns its file */
async function report(book: FolderBook, pushed: PushedBook, dataDir: string, say: Say): Promise<string> {
  const { compiled, lineage } = pushed;
  const folder = resolve(dataDir, 'demo');
  const file = join(folder, `${book.bookId}.md`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, compiled.fullText);
  say('\nLineage of the book:');
  const tree = lineage
    ? lineageTree(lineage, compiled.id, labelsOf(book, pushed))
    : ['The index does not have the book yet.'];
  for (const line of tree) say(`  ${line}`);
  if (pushed.stored === 0 && !pushed.isNew) say('\nEverything was already there: nothing was made twice.');
  say(
    `\n“${book.title}”, version ${compiled.version}: ${count(compiled.wordCount, 'word')} in ` +
      `${count(compiled.chapters.length, 'chapter')}, in ${seconds(pushed.expandedMs + pushed.compiledMs)} ` +
      `(drafts and expansions ${seconds(pushed.expandedMs)}, compiling ${seconds(pushed.compiledMs)})`,
  );
  say(file);
  return file;
}

/** How the demo runs. */
export interface DemoOptions {
  /** Folder of the book. Default: the story that comes with it. */
  readonly book?: string;
  /** Takes what it tells on its way. */
  readonly stream: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/** The book that it made. */
export interface DemoResult {
  readonly bookId: string;
  readonly compiledBookId: string;
  readonly version: number;
  readonly wordCount: number;
  /** How many drafts were stored; 0 where all were there. */
  readonly stored: number;
  /** Path of its text. */
  readonly file: string;
}

async function run(book: FolderBook, config: Config, { stream, signal }: DemoOptions): Promise<DemoResult> {
  const gateway = config.urls.gateway;
  const say = sayOn(stream);
  const graph = openGraph({ gateway, token: await demoToken(config), signal });
  say(`Pushing “${book.title}” (${count(book.chapters.length, 'chapter')}) through ${gateway}.\n`);
  try {
    const display = displayOn(stream, book.chapters.length);
    const pushed = await pushBook({ graph, display, waitMs: EXPANDED_WITHIN_MS, signal }, book);
    const file = await report(book, pushed, config.dataDir, say);
    const { id, version, wordCount } = pushed.compiled;
    return { bookId: book.bookId, compiledBookId: id, version, wordCount, stored: pushed.stored, file };
  } finally {
    await graph.close();
  }
}

/**
 * Runs a book through the running system, or through one that it starts itself.
 * @throws DemoError, GraphFault, GraphOutOfReach
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { signal, stream } = options;
  const config = loadConfig();
  const book = await readBookFolder(options.book ?? projectFile('cli', 'demo', 'story'));
  const running = await isRunning(config.urls.gateway, signal);
  const stop = running ? undefined : await startOwn(config, sayOn(stream));
  try {
    signal.throwIfAborted();
    return await run(book, config, options);
  } finally {
    await stop?.();
  }
}
