import { once } from 'node:events';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { bounded, TookTooLong } from '../../platform/time/bounded.ts';
import type { QueryPlan } from './plan/plan.ts';
import { type Refusal, refused, unavailable } from './refusal.ts';

/** A thread's first message: the API schema, or why it cannot start. */
export type ThreadGreeting = { readonly apiSchema: string } | { readonly fault: string };

/** A thread's answer to an operation. */
export type ThreadAnswer = { readonly plan: QueryPlan } | { readonly refusal: Refusal };

export interface ThreadOptions {
  /** The module that the thread runs. */
  readonly module: string | URL;
  /** Given to every thread that is started. */
  readonly workerData: unknown;
  /** An operation that exceeds the memory is refused as too complex. */
  readonly resourceLimits: ResourceLimits;
  /** Milliseconds that planning one operation may take. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** The thread ended before it answered. */
class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';
}

interface Running {
  readonly worker: Worker;
  readonly apiSchema: string;
  /** Aborts when the thread ends. */
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

/** A planner in a worker thread. The thread is replaced when it ends or takes too long. */
export class PlannerThread {
  readonly #options: ThreadOptions;
  #latest: Promise<Running> | null = null;
  #closed = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** @throws Error when the thread cannot start */
  async apiSchema(): Promise<string> {
    return (await this.#running()).apiSchema;
  }

  /**
   * Plans one operation. Only one call at a time. If the thread ends meanwhile, the operation is tried once more.
   * @throws GraphQLError when there is no plan; BlobgraphError QUERY_TOO_COMPLEX when planning exceeds its time or
   * memory, SERVICE_UNAVAILABLE when the thread ends twice or is closed
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
        if (!this.#closed) logger.error({ err: error.cause }, 'planner thread ended; starting a new one');
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
    // The thread keeps the process alive only while a plan is awaited.
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

  /** Planning can only be stopped by ending its thread. The new one starts while the next operation is on its way. */
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
    // This process's own options may apply to its entry module only.
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
