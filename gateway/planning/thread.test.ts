import { describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { PlannerThread } from './thread.ts';

const logger = createLogger('silent');

/** A thread that runs `body` for each `operation`. `thread` is its number, from 1. */
function open(body: string, timeoutMs = 10_000) {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const source = `
    import { parentPort, workerData } from 'node:worker_threads';
    const thread = Atomics.add(workerData, 0, 1) + 1;
    const say = (serviceName) => parentPort.postMessage({ plan: { node: { serviceName, thread } } });
    parentPort.on('message', (operation) => { ${body} });
    parentPort.postMessage({ apiSchema: 'type Query { thread: Int }' });
  `;
  const thread = new PlannerThread({
    module: new URL(`data:text/javascript,${encodeURIComponent(source)}`),
    workerData: counts,
    resourceLimits: { maxOldGenerationSizeMb: 32 },
    timeoutMs,
    logger,
  });
  return {
    thread,
    started: () => Atomics.load(counts, 0),
    /** Lets a thread continue that waits on the second number. */
    go() {
      Atomics.store(counts, 1, 1);
      Atomics.notify(counts, 1);
    },
  };
}

const answered = (serviceName: string, thread: number) => ({ node: { serviceName, thread } });

describe('the planner’s thread', () => {
  it('is one for all operations', async () => {
    const { thread } = open('say(operation)');
    expect(await thread.apiSchema()).toBe('type Query { thread: Int }');
    expect(await thread.plan('a')).toEqual(answered('a', 1));
    expect(await thread.plan('b')).toEqual(answered('b', 1));
    await thread.close();
  });

  it('that ends during an operation is replaced, and the operation retried', async () => {
    const { thread } = open('if (thread === 1) process.exit(7); say(operation)');
    expect(await thread.plan('a')).toEqual(answered('a', 2));
    await thread.close();
  });

  it('that throws is replaced, too', async () => {
    const { thread } = open('if (thread === 1) throw new Error("a bug"); say(operation)');
    expect(await thread.plan('a')).toEqual(answered('a', 2));
    await thread.close();
  });

  it('that ends twice at an operation refuses it, and plans the next', async () => {
    const { thread, started } = open('if (operation === "bad") process.exit(7); say(operation)');
    await expect(thread.plan('bad')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(started()).toBe(2);
    expect(await thread.plan('good')).toEqual(answered('good', 3));
    await thread.close();
  });

  it('that ends while idle is replaced for the next operation', async () => {
    const { thread, go } = open(
      'say(operation); if (thread === 1) { Atomics.wait(workerData, 1, 0); process.exit(0); }',
    );
    expect(await thread.plan('a')).toEqual(answered('a', 1));
    go();
    expect(await thread.plan('b')).toEqual(answered('b', 2));
    await thread.close();
  });

  it('that takes too long is replaced', async () => {
    const { thread } = open('while (thread === 1) {} say(operation)', 500);
    await expect(thread.plan('a')).rejects.toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
    expect(await thread.plan('b')).toEqual(answered('b', 2));
    await thread.close();
  });

  it('that takes too much memory is replaced, and the operation not retried', async () => {
    const { thread } = open(
      'const all = []; while (operation === "much") all.push({ kept: all.length + 0.5 }); say(operation)',
    );
    await expect(thread.plan('much')).rejects.toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
    expect(await thread.plan('little')).toEqual(answered('little', 2));
    await thread.close();
  });

  it('that cannot start rejects each call with the reason', async () => {
    const nowhere = new PlannerThread({
      module: '/nowhere/apollo.worker.js',
      workerData: null,
      resourceLimits: {},
      timeoutMs: 200,
      logger,
    });
    await expect(nowhere.apiSchema()).rejects.toThrow('has ended');
    await expect(nowhere.plan('a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await nowhere.close();
  });

  it('rejects the operation in progress when it is closed', async () => {
    const { thread } = open('while (true) {}');
    const failed = expect(thread.plan('a')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await thread.close();
    await failed;
    await expect(thread.plan('b')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});
