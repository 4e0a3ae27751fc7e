import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { serialize } from 'node:v8';
import { FairQueue } from '../../../../platform/concurrency/fair-queue.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import { builtFile } from '../../../../platform/process/paths.ts';
import type { BookInput } from '../book/book.ts';
import type { OnProgress } from '../formats/format.ts';
import type { PdfMessage, PdfRequest } from './request.ts';

export interface PdfOptions {
  /** Users share the exporter fairly. */
  readonly userId: string;
  /** Aborting it ends the work at once. */
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** The machine's font families for characters that our fonts lack. */
  readonly fonts: readonly string[];
  /** Bytes of memory that one book may take. Default: 1.5 GiB. */
  readonly maxMemory?: number;
}

const MAX_MEMORY = 1_536 * 1_048_576;
/** JavaScript's share of it. */
const HEAP = 2 / 3;
/** Books set at once in a process of the service, one for each user. */
const AT_ONCE = 2;
const MAX_WAITING = 100;
/** UTF-16 units of a process's last output that are kept. */
const LAST_WORDS = 2_000;

const places = new FairQueue({
  name: 'PDFs that are being set',
  capacity: AT_ONCE,
  capacityPerKey: 1,
  maxWaiting: MAX_WAITING,
  patienceMs: 60_000,
});

type Failure = Extract<PdfMessage, { kind: 'failed' }>;

const REASONS: Readonly<Record<Failure['reason'], (message: string) => Error>> = {
  memory: () =>
    new BlobgraphError(
      'PROCESSING_FAILED',
      'The book takes more memory than a PDF may. Ask for another format, or compile it as several books.',
    ),
  fault: (message) => new Error(`The PDF could not be set: ${message}`),
};

/** A process of its own: native code cannot be interrupted, and may crash. */
function start({ signal, maxMemory = MAX_MEMORY }: PdfOptions): ChildProcess {
  const heap = Math.floor((maxMemory * HEAP) / 1_048_576);
  const entry = builtFile('subgraphs/book-compiler/exports/pdf/pdf.child.ts');
  return spawn(process.execPath, [`--max-old-space-size=${heap}`, entry], {
    // The service's environment holds keys.
    env: {},
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
}

/** Reads the process's messages to their end. Returns the failure that it reported. */
async function hear(channel: Readable, { onProgress }: PdfOptions): Promise<Failure | null> {
  let failure: Failure | null = null;
  for await (const line of createInterface({ input: channel })) {
    const message = JSON.parse(line) as PdfMessage;
    if (message.kind === 'progress') onProgress(message.done, message.stage);
    else failure ??= message;
  }
  return failure;
}

async function lastWords(channel: Readable): Promise<string> {
  let words = '';
  for await (const chunk of channel.setEncoding('utf8')) words = `${words}${chunk}`.slice(-LAST_WORDS);
  return words;
}

function hand(book: BookInput, { fonts, maxMemory = MAX_MEMORY }: PdfOptions, input: Writable): void {
  const request: PdfRequest = { book, fonts, maxMemory };
  // The process may have died; its exit tells why.
  input.on('error', () => undefined);
  input.end(serialize(request));
}

/** The failure of a process that ended without a message. */
function silentEnd(code: number | null, signal: NodeJS.Signals | null, words: string): Failure {
  const isMemory = /heap out of memory|allocation failed|memory allocation/i.test(words);
  const message = `its process ended with ${signal ?? code}. ${words.slice(-500)}`;
  return { kind: 'failed', reason: isMemory ? 'memory' : 'fault', message };
}

async function* run(book: BookInput, options: PdfOptions): AsyncGenerator<Uint8Array> {
  const child = start(options);
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  ended.catch(() => undefined);
  child.on('error', () => undefined);
  try {
    const { stdin, stdout, stderr, stdio } = child;
    if (!stdin || !stdout || !stderr) throw new Error('the process has no streams');
    const [failed, words] = [hear(stdio[3] as Readable, options), lastWords(stderr)];
    hand(book, options, stdin);
    yield* stdout;
    const [code, signal] = await ended;
    options.signal.throwIfAborted();
    if (code === 0) return;
    const { reason, message } = (await failed) ?? silentEnd(code, signal, await words);
    throw REASONS[reason](message);
  } catch (error) {
    throw options.signal.aborted ? options.signal.reason : error;
  } finally {
    child.kill('SIGKILL');
  }
}

/**
 * Sets a book as a PDF: tagged (PDF/UA-1), with contents, bookmarks and embedded fonts. Deterministic on one machine.
 * @throws BlobgraphError PROCESSING_FAILED, OVERLOADED; the signal's reason
 */
export async function* setPdf(book: BookInput, options: PdfOptions): AsyncGenerator<Uint8Array> {
  const leave = await places.enter(options.userId, { signal: options.signal });
  try {
    yield* run(book, options);
  } finally {
    leave();
  }
}
