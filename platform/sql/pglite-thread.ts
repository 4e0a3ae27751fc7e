import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../process/paths.ts';
import type { PgliteInstance } from './pglite-instance.ts';
import type { PgliteResult } from './pglite-statements.ts';

/** The thread's `workerData`. */
export interface PgliteThreadData {
  /** PostgreSQL's data folder; made when missing. */
  readonly files: string;
}

/** A call of the instance's methods, as the thread is told of it. */
export type PgliteCall = {
  [Method in keyof PgliteInstance]: {
    readonly method: Method;
    readonly args: Parameters<PgliteInstance[Method]>;
  };
}[keyof PgliteInstance];

export interface PgliteAnswer {
  /** The method's result; absent where it failed. */
  readonly result?: unknown;
  /** The error that the method threw: its message, and `code`, `detail` and `constraint` where PostgreSQL tells them. */
  readonly error?: { readonly message: string; readonly [name: string]: unknown };
}

/**
 * Opens an instance in a thread of its own: what serves requests does not wait for the database's computing, and a
 * machine with two cores uses both. Runs the built code: see `builtFile`. When the thread dies, every call rejects.
 */
export async function openPgliteThread(files: string): Promise<PgliteInstance> {
  const worker = new Worker(builtFile('platform/sql/pglite.worker.ts'), {
    workerData: { files } satisfies PgliteThreadData,
    // Options of this process may say how its own entry is to be read.
    execArgv: [],
  });
  const gone = new AbortController();
  const end = (reason: unknown) =>
    gone.abort(new Error('The thread of the embedded PostgreSQL has ended', { cause: reason }));
  worker.on('error', end).on('exit', end);

  async function answer(): Promise<unknown> {
    gone.signal.throwIfAborted();
    const [{ result, error }] = (await once(worker, 'message', { signal: gone.signal }).catch(() => {
      throw gone.signal.reason;
    })) as [PgliteAnswer];
    if (error) throw Object.assign(new Error(error.message), error);
    return result;
  }
  function call(message: PgliteCall): Promise<unknown> {
    worker.postMessage(message);
    return answer();
  }

  await answer();
  return {
    query: async (...args) => (await call({ method: 'query', args })) as PgliteResult,
    script: async (...args) => {
      await call({ method: 'script', args });
    },
    close: async () => {
      await call({ method: 'close', args: [] });
      await worker.terminate();
    },
  };
}
