import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { NICENESS } from '../process/priority.ts';
import { Threads, type ThreadsOptions } from './threads.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-threads-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Threads of a module with this code. */
async function open(code: string, options: Partial<ThreadsOptions> = {}): Promise<Threads<object>> {
  const filename = join(await mkdtemp(join(folder, 'module-')), 'task.mjs');
  await writeFile(filename, code);
  const threads = new Threads<object>({ filename, ...options });
  onTestFinished(() => threads.close());
  return threads;
}

const signal = new AbortController().signal;

// Otherwise garbage stays in a busy thread for hours: V8 collects it in tasks of the event loop.
it('a thread’s event loop turns while there is work', async () => {
  const threads = await open(`
    let turns = 0;
    export default () => {
      setImmediate(() => { turns += 1; });
      return turns;
    };`);
  // A port may hand over a thousand messages in one turn.
  let turns = 0;
  for (let tasks = 0; tasks < 2_000 && turns === 0; tasks += 1) turns = await threads.run<number>({}, signal);
  expect(turns).toBeGreaterThan(0);
});

it('a thread’s memory is bounded by what is asked for, or by default', async () => {
  const code = `
    import { resourceLimits } from 'node:worker_threads';
    export default () => resourceLimits;`;
  const bounds = [{}, { maxOldGenerationSizeMb: 64 }, { stackSizeMb: 2 }];
  const found = await Promise.all(
    bounds.map(async (resourceLimits) => (await open(code, { resourceLimits })).run({}, signal)),
  );
  expect(found).toMatchObject([
    { maxOldGenerationSizeMb: 1_024 },
    { maxOldGenerationSizeMb: 64 },
    { maxOldGenerationSizeMb: 1_024, stackSizeMb: 2 },
  ]);
});

it('a task that needs more memory than its thread may have fails, and the next one is done', async () => {
  const threads = await open(
    `export default ({ fills }) => {
      const kept = [];
      while (fills) kept.push(Array.from({ length: 1_000 }, (_, index) => ({ index })));
      return 'done';
    };`,
    { resourceLimits: { maxOldGenerationSizeMb: 8 } },
  );
  await expect(threads.run({ fills: true }, signal)).rejects.toMatchObject({
    code: 'ERR_WORKER_OUT_OF_MEMORY',
  });
  expect(await threads.run({ fills: false }, signal)).toBe('done');
});

it.runIf(process.platform === 'linux')('a thread gives way, unless its work is waited for', async () => {
  const code = `import { getPriority } from 'node:os';
    export default () => getPriority();`;
  const found = await Promise.all(
    [{}, { givesWay: false }].map(async (options) => (await open(code, options)).run<number>({}, signal)),
  );
  expect(found).toEqual([Math.max(getPriority(), NICENESS), getPriority()]);
});
