import { parentPort, type ResourceLimits } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { builtFile } from './paths.ts';

export interface ThreadsOptions {
  /** The threads' module, relative to the project's root, as of its source: what runs is the built code. */
  readonly source?: string;
  /** The threads' module as a file, in the place of `source`. */
  readonly filename?: string;
  /** Threads at most. Default 1. */
  readonly threads?: number | undefined;
  /** A thread without work for this long ends. Default 10 s. */
  readonly idleMs?: number | undefined;
  /** Of each thread. Default: those of Node. */
  readonly resourceLimits?: ResourceLimits;
}

type OnProgress = (done: number) => void;

/** A task that tells how far it is: {@link progressOf}. */
export interface Progressing {
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
    const { source = '', filename = builtFile(source), threads = 1, idleMs = 10_000 } = options;
    const { resourceLimits = {} } = options;
    this.#options = { filename, minThreads: 0, maxThreads: threads, idleTimeout: idleMs, resourceLimits };
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

  /** A signal that aborts ends the work at once: the promise rejects with its reason. */
  async run<Result>(task: Task, signal: AbortSignal, onProgress?: OnProgress): Promise<Result> {
    this.#pool ??= this.#open();
    this.#tasks += 1;
    const progressId = this.#tasks;
    if (onProgress) this.#listeners.set(progressId, onProgress);
    try {
      return await this.#pool.run(onProgress ? { ...task, progressId } : task, { signal });
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
