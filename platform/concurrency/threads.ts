import { pathToFileURL } from 'node:url';
import { parentPort, type ResourceLimits, type TransferListItem } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { builtFile } from '../process/paths.ts';

export interface ThreadsOptions {
  /** The threads' module, relative to the project's root, as of its source: what runs is the built code. */
  readonly source?: string;
  /** The threads' module as a file, in the place of `source`. */
  readonly filename?: string;
  /** Threads at most. Default 1. */
  readonly threads?: number | undefined;
  /** A thread without work for this long ends. Default 10 s. */
  readonly idleMs?: number | undefined;
  /** Limits of each thread. Default: {@link MEMORY_MB}, and Node's. A task that needs more fails, and its thread ends. */
  readonly resourceLimits?: ResourceLimits;
  /** Whether its work gives way to event loops. Default: true. False for what is rare, short, and waited for within a time. */
  readonly givesWay?: boolean;
}

/** Of what a thread keeps in V8's old generation: several times what the largest blobs need. */
const MEMORY_MB = 1_024;

/** `execArgv` of a thread that gives way to event loops. */
export const givingWay = ['--import', pathToFileURL(builtFile('platform/process/priority.preload.ts')).href];

type OnProgress = (done: number) => void;

/** A task that tells how far it is: {@link progressOf}. */
export interface Progressing {
  /** Set by {@link Threads.run} where it is given `onProgress`. */
  readonly progressId?: number;
}

interface ProgressMessage {
  readonly progressId: number;
  readonly done: number;
}

/**
 * Threads for work that would hold up the event loop, none of them until there is work. They are made anew after one broke
 * down outside a task: what waited for it would wait for ever.
 */
export class Threads<Task extends object> {
  readonly #options: ConstructorParameters<typeof Piscina>[0];
  readonly #listeners = new Map<number, OnProgress>();
  #pool: Piscina | null = null;
  #tasks = 0;

  constructor(options: ThreadsOptions) {
    const {
      source = '',
      filename = builtFile(source),
      threads = 1,
      idleMs = 10_000,
      givesWay = true,
    } = options;
    this.#options = {
      filename,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: idleMs,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, ...options.resourceLimits },
      // Not asleep between tasks: V8 leaves to tasks of the event loop what it does against garbage that stays.
      atomics: 'disabled',
      ...(givesWay ? { execArgv: givingWay } : {}),
    };
  }

  #open(): Piscina {
    const pool = new Piscina(this.#options);
    pool.on('error', () => {
      if (this.#pool === pool) this.#pool = null;
      void pool.destroy();
    });
    // Not a port for each task: of one that is moved to a thread, Node 20 keeps some kilobytes until the thread ends.
    pool.on('message', ({ progressId, done }: ProgressMessage) => this.#listeners.get(progressId)?.(done));
    return pool;
  }

  /**
   * A signal that aborts ends the work at once: the promise rejects with its reason.
   * @param transferList members of the task that are moved to the thread, such as a port
   */
  async run<Result>(
    task: Task,
    signal: AbortSignal,
    onProgress?: OnProgress,
    transferList: readonly TransferListItem[] = [],
  ): Promise<Result> {
    this.#pool ??= this.#open();
    this.#tasks += 1;
    const progressId = this.#tasks;
    if (onProgress) this.#listeners.set(progressId, onProgress);
    try {
      const options = { signal, transferList: [...transferList] };
      return await this.#pool.run(onProgress ? { ...task, progressId } : task, options);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      this.#listeners.delete(progressId);
    }
  }

  /** Ends the threads; work that is under way rejects. */
  async close(): Promise<void> {
    await this.#pool?.destroy();
  }
}

/** In a thread: tells whoever runs the task how far it is. */
export const progressOf =
  ({ progressId }: Progressing): OnProgress =>
  (done) => {
    if (progressId === undefined) return;
    const message: ProgressMessage = { progressId, done };
    parentPort?.postMessage(message);
  };
