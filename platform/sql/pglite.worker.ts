import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { giveWayAsThread } from '../process/priority.ts';
import { createPgliteDataDir } from './pglite-files.ts';
import { openPgliteInstance } from './pglite-instance.ts';
import type { PgliteAnswer, PgliteCall, PgliteThreadData } from './pglite-thread.ts';

/** The thread of `pglite-thread.ts`: one instance, and the calls of its port one after the other. */
const port = parentPort;
if (!port) throw new Error('This is what a worker thread runs');
/**
 * How much of a WebAssembly function has run before V8 makes fast code of it, in its own measure. By default (1,800,000)
 * a start makes fast code of hundreds of functions that run no more afterwards, on both cores.
 */
const TIERING_BUDGET = 100_000_000;
// Read when WebAssembly is instantiated, which comes next.
setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);

const { files } = workerData as PgliteThreadData;
if (!existsSync(files)) await createPgliteDataDir(files);
const instance = await openPgliteInstance(files);

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

giveWayAsThread();
port.on('message', async (call: PgliteCall) => port.postMessage(await answerTo(call)));
port.postMessage({ result: undefined } satisfies PgliteAnswer);
