import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { givingWay } from '../concurrency/threads.ts';
import { NICENESS } from './priority.ts';

async function priorityIn(execArgv: string[]): Promise<unknown> {
  const code = `import { getPriority } from 'node:os';
    import { parentPort } from 'node:worker_threads';
    parentPort.postMessage(getPriority());`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { execArgv });
  const [priority] = await once(worker, 'message');
  await worker.terminate();
  return priority;
}

it.runIf(process.platform === 'linux')('has a thread give way, and nobody else', async () => {
  const own = getPriority();
  expect(await priorityIn(givingWay)).toBe(Math.max(own, NICENESS));
  expect(getPriority()).toBe(own);
  expect(await priorityIn([])).toBe(own);
});
