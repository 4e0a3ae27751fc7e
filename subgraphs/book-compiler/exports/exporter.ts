import { on } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Threads } from '../../../platform/concurrency/threads.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { BookInput } from './book/book.ts';
import type { ExportMessage, ExportTask } from './export.worker.ts';
import type { OnProgress } from './formats/format.ts';
import type { FormatName, ThreadFormat } from './formats/formats.ts';
import { setPdf } from './pdf/pdf.ts';

/** The context of one export. */
export interface ExportRun {
  /** Users share the exporter fairly. */
  readonly userId: string;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

export interface ExporterOptions {
  /** The machine's font families for characters that the PDF's own fonts lack. Default: none. */
  readonly fonts?: readonly string[];
}

/** Exports books to files, off the event loop. */
export interface Exporter {
  /**
   * The file as a stream; each piece is made when the one before was taken. Aborting the signal ends the work at once.
   * @throws BlobgraphError PROCESSING_FAILED when it needs too much memory; errors of the format
   */
  export(format: FormatName, book: BookInput, run: ExportRun): AsyncIterable<Uint8Array>;
  /** Ends the threads. Running work rejects. */
  close(): Promise<void>;
}

const THREADS = 2;
/** Of one thread: several times the need of the largest book. */
const MEMORY_MB = 2_048;
/** A thread's stack: trees are walked recursively. */
const STACK_MB = 16;

const tooLarge = (cause: unknown) =>
  new BlobgraphError(
    'PROCESSING_FAILED',
    `The file needs more than the ${MEMORY_MB} MiB of memory that one may take: a chapter's marks are nested or repeated too often.`,
    { cause },
  );

/** Rejects when the work does; never resolves. */
function failureOf(work: Promise<unknown>, signal: AbortSignal): Promise<never> {
  const failure = work.then(
    () => new Promise<never>(() => undefined),
    (error: unknown) => Promise.reject(reasonOf(error, signal)),
  );
  failure.catch(() => undefined);
  return failure;
}

function reasonOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  return (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge(error) : error;
}

/** The bytes that a thread sends to `port`. Acknowledges each piece when it was taken. */
async function* bytesFrom(
  port: MessagePort,
  failure: Promise<never>,
  onProgress: OnProgress,
): AsyncGenerator<Uint8Array> {
  const messages = on(port, 'message');
  for (;;) {
    const { value } = await Promise.race([messages.next(), failure]);
    const [message] = value as [ExportMessage];
    if (message.kind === 'progress') onProgress(message.done, message.stage);
    if (message.kind === 'refused') throw new BlobgraphError(message.code, message.message);
    if (message.kind === 'end') return;
    if (message.kind !== 'bytes') continue;
    yield message.bytes;
    port.postMessage('taken');
  }
}

class ThreadedExporter implements Exporter {
  readonly #fonts: readonly string[];
  readonly #threads = new Threads<ExportTask>({
    source: 'subgraphs/book-compiler/exports/export.worker.ts',
    threads: THREADS,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, stackSizeMb: STACK_MB },
  });

  constructor({ fonts = [] }: ExporterOptions) {
    this.#fonts = fonts;
  }

  export(format: FormatName, book: BookInput, run: ExportRun): AsyncIterable<Uint8Array> {
    return format === 'pdf'
      ? setPdf(book, { ...run, fonts: this.#fonts })
      : this.#inThread(format, book, run);
  }

  async *#inThread(
    format: ThreadFormat,
    book: BookInput,
    { signal, onProgress }: ExportRun,
  ): AsyncGenerator<Uint8Array> {
    const { port1: port, port2 } = new MessageChannel();
    const ended = new AbortController();
    const task: ExportTask = { format, book, port: port2 };
    const until = AbortSignal.any([signal, ended.signal]);
    const work = this.#threads.run(task, until, undefined, [port2]);
    try {
      yield* bytesFrom(port, failureOf(work, signal), onProgress);
    } finally {
      ended.abort();
      port.close();
    }
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}

/** Threads start with the first task and end when idle. They run the built code: see `builtFile`. */
export const createExporter = (options: ExporterOptions = {}): Exporter => new ThreadedExporter(options);
