import { on } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { BlobgraphError } from '../../../platform/errors.ts';
import { builtFile } from '../../../platform/paths.ts';
import type { BookInput } from './book/book.ts';
import type { ExportMessage, ExportTask } from './export.worker.ts';
import type { OnProgress } from './format.ts';
import type { FormatName, ThreadFormat } from './formats.ts';
import { setPdf } from './pdf/pdf.ts';

/** One file that is being made. */
export interface ExportRun {
  /** Whose turn it takes. */
  readonly userId: string;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

export interface ExporterOptions {
  /** Families of fonts of the machine for what no font of a PDF's own has. Default: none. */
  readonly fonts?: readonly string[];
}

/** Makes files of books off the event loop. */
export interface Exporter {
  /**
   * The file, piece by piece; the next is made when the one before was taken. `signal` ends the work at once.
   * @throws BlobgraphError PROCESSING_FAILED: it needs more memory than there is for one; what making it throws
   */
  export(format: FormatName, book: BookInput, run: ExportRun): AsyncIterable<Uint8Array>;
  /** Ends the threads; work that is under way rejects. */
  close(): Promise<void>;
}

const THREADS = 2;
const IDLE_MS = 10_000;
/** Of one thread: what a book of the largest size takes, several times. */
const MEMORY_MB = 2_048;
/** A thread's stack: trees are walked by calling oneself. */
const STACK_MB = 16;

const tooLarge = (cause: unknown) =>
  new BlobgraphError(
    'PROCESSING_FAILED',
    `The file needs more than the ${MEMORY_MB} MiB of memory that one may take: a chapter's marks are nested or repeated too often.`,
    { cause },
  );

class ThreadedExporter implements Exporter {
  readonly #filename = builtFile('subgraphs/book-compiler/exports/export.worker.ts');
  readonly #fonts: readonly string[];
  #pool: Piscina | null = null;

  constructor({ fonts = [] }: ExporterOptions) {
    this.#fonts = fonts;
  }

  #open(): Piscina {
    const opened = new Piscina({
      filename: this.#filename,
      minThreads: 0,
      maxThreads: THREADS,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, stackSizeMb: STACK_MB },
    });
    // After a thread broke down outside a task, what waited for it would wait for ever.
    opened.on('error', () => {
      if (this.#pool === opened) this.#pool = null;
      void opened.destroy();
    });
    return opened;
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
    this.#pool ??= this.#open();
    const { port1, port2 } = new MessageChannel();
    const ended = new AbortController();
    const task: ExportTask = { format, book, port: port2 };
    const running = this.#pool.run(task, {
      transferList: [port2],
      signal: AbortSignal.any([signal, ended.signal]),
    });
    const failed = running.then(
      () => new Promise<never>(() => undefined),
      (error: unknown) => Promise.reject(reasonOf(error, signal)),
    );
    failed.catch(() => undefined);
    const messages = on(port1, 'message');
    try {
      for (;;) {
        const { value } = await Promise.race([messages.next(), failed]);
        const [message] = value as [ExportMessage];
        if (message.kind === 'progress') onProgress(message.done, message.stage);
        if (message.kind === 'refused') throw new BlobgraphError(message.code, message.message);
        if (message.kind === 'end') return;
        if (message.kind !== 'bytes') continue;
        yield message.bytes;
        port1.postMessage('taken');
      }
    } finally {
      ended.abort();
      port1.close();
    }
  }

  async close(): Promise<void> {
    await this.#pool?.destroy();
  }
}

function reasonOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  return (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge(error) : error;
}

/** Starts no thread until there is work, and keeps none that idles. Runs the built code: see `builtFile`. */
export const createExporter = (options: ExporterOptions = {}): Exporter => new ThreadedExporter(options);
