import type { MessagePort } from 'node:worker_threads';
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
}

/**
 * Threads for work that would hold up the event loop, none of them until there is work. They are made anew after one broke
 * down outside a task: what waited for it would wait for ever.
 */
export class Threads<Task> {
  readonly #options: ConstructorParameters<typeof Piscina>[0];
  #pool: Piscina | null = null;

  constructor({ source = '', filename = builtFile(source), threads = 1, idleMs = 10_000 }: ThreadsOptions) {
    this.#options = { filename, minThreads: 0, maxThreads: threads, idleTimeout: idleMs };
  }

  #open(): Piscina {
    const pool = new Piscina(this.#options);
    pool.on('error', () => {
      if (this.#pool === pool) this.#pool = null;
      void pool.destroy();
    });
    return pool;
  }

  /** A signal that aborts ends the work at once: the promise rejects with its reason. */
  async run<Result>(task: Task, signal: AbortSignal, transferList: MessagePort[] = []): Promise<Result> {
    this.#pool ??= this.#open();
    try {
      return await this.#pool.run(task, { signal, transferList });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }

  /** Ends the threads; work that is under way rejects. */
  async close(): Promise<void> {
    await this.#pool?.destroy();
  }
}
