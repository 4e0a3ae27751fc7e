import { once } from 'node:events';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { bounded, TookTooLong } from '../../platform/bounded.ts';
import type { Logger } from '../../platform/logger.ts';
import type { QueryPlan } from './plan.ts';
import { type Refusal, refused, unavailable } from './refusal.ts';

/** A thread's first message: the schema that clients see, or why it cannot plan at all. */
export type ThreadGreeting = { readonly apiSchema: string } | { readonly fault: string };

/** A thread's answers to operations, one after the other. */
export type ThreadAnswer = { readonly plan: QueryPlan } | { readonly refusal: Refusal };

export interface ThreadOptions {
  /** The module that the thread runs. */
  readonly module: string | URL;
  readonly workerData: unknown;
  readonly resourceLimits: ResourceLimits;
  /** Milliseconds that planning one operation may take. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** The thread ended while it was waited for. */
class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';
}

interface Running {
  readonly worker: Worker;
  readonly apiSchema: string;
  /** Aborts when the thread has ended. */
  readonly ended: AbortSignal;
}

async function next<Message>(worker: Worker, signal: AbortSignal): Promise<Message> {
  signal.throwIfAborted();
  const [message] = await once(worker, 'message', { signal }).catch(() => {
    throw signal.reason;
  });
  return message as Message;
}

const outOfMemory = (error: unknown): boolean =>
  (error as { readonly code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';

/** A planner in a thread of its own, which is started anew when it ended, and given up when it takes too long. */
export class PlannerThread {
  readonly #options: ThreadOptions;
  #latest: Promise<Running> | null = null;
  #closed = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** @throws Error when the thread cannot plan at all */
  async apiSchema(): Promise<string> {
    return (await this.#running()).apiSchema;
  }

  /**
   * Plans one operation, to be called for one at a time. One that was under way when the thread ended is tried again.
   * @throws GraphQLError when there is no plan for it; BlobgraphError QUERY_TOO_COMPLEX when it takes more time or
   * memory than allowed; SERVICE_UNAVAILABLE when the thread ends at it twice, or is closed
   */
  async plan(operation: string): Promise<QueryPlan> {
    const { logger } = this.#options;
    for (let attempt = 1; attempt <= 2 && !this.#closed; attempt++) {
      try {
        const answer = await this.#answer(operation);
        if ('plan' in answer) return answer.plan;
        throw refused(answer.refusal, logger);
      } catch (error) {
        if (!(error instanceof ThreadEnded)) throw error;
        if (outOfMemory(error.cause)) throw refused({ kind: 'too complex', reason: 'out of memory' }, logger);
        if (!this.#closed)
          logger.error({ err: error.cause }, 'the planner’s thread ended: it is started anew');
      }
    }
    throw unavailable();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const running = await this.#latest?.catch(() => null);
    await running?.worker.terminate();
  }

  async #answer(operation: string): Promise<ThreadAnswer> {
    const { worker, ended } = await this.#running();
    const { timeoutMs, logger } = this.#options;
    // What waits for a plan keeps the process alive, an idle thread does not.
    worker.ref();
    try {
      worker.postMessage(operation);
      return await bounded('Planning an operation', timeoutMs, next<ThreadAnswer>(worker, ended));
    } catch (error) {
      if (!(error instanceof TookTooLong)) throw error;
      await this.#replace(worker);
      throw refused({ kind: 'too complex', reason: error.message }, logger);
    } finally {
      worker.unref();
    }
  }

  /** Nothing but its end stops what a thread is at. The next operation does not wait for all of the new one's start. */
  async #replace(worker: Worker): Promise<void> {
    await worker.terminate();
    if (!this.#closed) this.#running().catch(() => {});
  }

  #running(): Promise<Running> {
    this.#latest ??= this.#start();
    return this.#latest;
  }

  async #start(): Promise<Running> {
    const { module, workerData, resourceLimits } = this.#options;
    // Options of this process may say how its own entry is to be read.
    const worker = new Worker(module, { workerData, resourceLimits, execArgv: [] });
    const ended = new AbortController();
    const end = (cause: Error) => {
      if (ended.signal.aborted) return;
      ended.abort(new ThreadEnded('The planner’s thread has ended', { cause }));
      this.#latest = null;
    };
    worker.on('error', end).on('exit', (code) => end(new Error(`It exited with ${code}`)));
    const greeting = await next<ThreadGreeting>(worker, ended.signal);
    if ('fault' in greeting) throw new Error(greeting.fault);
    worker.unref();
    return { worker, apiSchema: greeting.apiSchema, ended: ended.signal };
  }
}
