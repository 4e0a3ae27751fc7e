import { parentPort, workerData } from 'node:worker_threads';
import { openPgliteInstance } from './pglite-instance.ts';
import type { PgliteAnswer, PgliteCall, PgliteThreadData } from './pglite-thread.ts';

/** The thread of `pglite-thread.ts`: one instance, and the calls of its port one after the other. */
const port = parentPort;
if (!port) throw new Error('This is what a worker thread runs');
const instance = await openPgliteInstance((workerData as PgliteThreadData).files);

async function answerTo({ method, args }: PgliteCall): Promise<PgliteAnswer> {
  try {
    switch (method) {
      case 'query':
        return { result: await instance.query(...args) };
      case 'script':
        return { result: await instance.script(...args) };
      case 'close':
        return { result: await instance.close() };
    }
  } catch (error) {
    // A copy of an error keeps its message alone; who asked needs the SQLSTATE, too.
    const { message, code, detail, constraint } = error as Error & Record<string, unknown>;
    return { error: { message, code, detail, constraint } };
  }
}

port.on('message', async (call: PgliteCall) => port.postMessage(await answerTo(call)));
port.postMessage({ result: undefined } satisfies PgliteAnswer);
