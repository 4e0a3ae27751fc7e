import { buffer } from 'node:stream/consumers';
import { BlobgraphError } from '../errors/errors.ts';
import { giveWay } from '../process/priority.ts';
import type { IsolatedMessage, IsolatedTask } from './protocol.ts';

/** Work of an isolated process: `task` and `input` as they were given, the answer as `structuredClone` takes it. */
export type IsolatedWork = (
  task: unknown,
  input: Buffer,
  onProgress: (done: number, stage: string) => void,
) => Promise<unknown>;

const LOOK_EVERY_MS = 50;

function send(message: IsolatedMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, {}, () => resolve());
    else resolve();
  });
}

async function end(message: IsolatedMessage): Promise<never> {
  await send(message);
  process.exit();
}

function endMessage(error: unknown): IsolatedMessage {
  if (error instanceof BlobgraphError) return { kind: 'refused', code: error.code, message: error.message };
  return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}

/** Ends the process before it takes more memory than it may: the machine would end another. */
function watchMemory(maxBytes: number): void {
  setInterval(() => {
    const bytes = process.memoryUsage.rss();
    if (bytes > maxBytes) void end({ kind: 'memory', bytes });
  }, LOOK_EVERY_MS);
}

/** Does `work` once and ends: the whole life of a process that `runIsolated` starts. */
export function serveIsolated(work: IsolatedWork): void {
  giveWay();
  // The parent process is gone.
  process.on('disconnect', () => process.exit());
  process.once('message', async ({ task, maxBytes }: IsolatedTask) => {
    watchMemory(maxBytes);
    try {
      const onProgress = (done: number, stage: string) => void send({ kind: 'progress', done, stage });
      const answer = await work(task, await buffer(process.stdin), onProgress);
      await end({ kind: 'answer', answer });
    } catch (error) {
      await end(endMessage(error));
    }
  });
}
