import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { builtFile } from '../../../platform/paths.ts';
import type { StyleAnalysis } from '../style/analyse.ts';
import type { ExpandRequest, Expansion } from './model.ts';
import type { TextTask } from './text.worker.ts';

/** Work on texts off the event loop. A signal that aborts ends the work at once: the promise rejects with its reason. */
export interface TextWorker {
  expandOffline(request: ExpandRequest): Promise<Expansion>;
  analyseStyle(text: string, signal: AbortSignal): Promise<StyleAnalysis>;
  /** Tokens of all `texts` together, as OpenAI’s o200k_base counts them. */
  countTokens(texts: readonly string[], signal: AbortSignal): Promise<number>;
  /** Ends the threads; work that is under way rejects. */
  close(): Promise<void>;
}

export interface TextWorkerOptions {
  /** Threads at most. Default 1. */
  readonly threads?: number;
  /** A thread without work for this long ends. Default 10 s. */
  readonly idleMs?: number;
  /** The threads' module. Default: `text.worker.ts`, built. */
  readonly filename?: string;
}

const worker = 'subgraphs/text-expansion/model/text.worker.ts';

/** The threads, made anew after one broke down outside a task: what waited for it would wait for ever. */
class Threads {
  readonly #options: ConstructorParameters<typeof Piscina>[0];
  #pool: Piscina | null = null;

  constructor({ threads = 1, idleMs = 10_000, filename = builtFile(worker) }: TextWorkerOptions) {
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

  async run(task: TextTask, signal: AbortSignal, transferList: MessagePort[] = []) {
    this.#pool ??= this.#open();
    try {
      return await this.#pool.run(task, { signal, transferList });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }

  async close(): Promise<void> {
    await this.#pool?.destroy();
  }
}

/** Starts no thread until there is work, and keeps none that idles. Runs the built code: see `builtFile`. */
export function createTextWorker(options: TextWorkerOptions = {}): TextWorker {
  const threads = new Threads(options);
  return {
    async expandOffline({ text, signal, onProgress }) {
      const { port1, port2 } = new MessageChannel();
      if (onProgress) port1.on('message', onProgress);
      try {
        return await threads.run({ kind: 'expand', text, progress: port2 }, signal, [port2]);
      } finally {
        port1.close();
      }
    },
    analyseStyle: (text, signal) => threads.run({ kind: 'style', text }, signal),
    countTokens: (texts, signal) => threads.run({ kind: 'tokens', texts }, signal),
    close: () => threads.close(),
  };
}
