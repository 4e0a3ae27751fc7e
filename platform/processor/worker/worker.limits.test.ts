import { describe, expect, it } from 'vitest';
import type { EventLog } from '../../event-log/log.ts';
import type { Run } from '../kit/run.ts';
import { upperCase } from '../testing/processor.fixture.ts';
import { workersOfEachTest } from './worker.fixture.ts';

const setUp = workersOfEachTest();

describe('the time limit', () => {
  const stuck: Run<object> = () => new Promise(() => {});

  it('ends a run, also one that does not heed it', async () => {
    const { state, start, created, deadLetters } = await setUp();
    const { run } = await start({ run: stuck, definition: { limits: { concurrency: 4, seconds: 0.05 } } });
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'FAILED 1 PROCESSING_TIMEOUT']);
    await expect
      .poll(deadLetters)
      .toEqual(['a: PROCESSING_TIMEOUT: The run took longer than the 0.05 s that its processor allows. (1)']);
    expect(run.mock.calls[0]?.[0].signal.aborted).toBe(true);
  });

  it('alone ends it: a long run keeps its event while it works', async () => {
    const { log, state, start, created } = await setUp();
    let signs = 0;
    const eventLog: EventLog = {
      ...log,
      consume: (options, handler) =>
        log.consume(options, (delivery) =>
          handler({
            ...delivery,
            working: () => {
              signs += 1;
              delivery.working();
            },
          }),
        ),
    };
    const { run } = await start({
      eventLog,
      settings: { ackWaitMs: 400, workingEveryMs: 20 },
      run: async (request) => {
        // Longer than the log waits for a sign.
        await expect.poll(() => signs, { timeout: 20_000 }).toBeGreaterThan(40);
        return upperCase(request, {});
      },
    });
    await created('a');
    await expect.poll(() => state.runs('a'), { timeout: 20_000 }).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(run).toHaveBeenCalledTimes(1);
  });
});

it('works on as many events at once as the declaration says', async () => {
  const { state, start, created } = await setUp();
  const blobs = ['a', 'b', 'c', 'd', 'e'];
  let atOnce = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  await start({
    definition: { limits: { concurrency: 2, seconds: 30 } },
    run: async (request) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise<void>((resolve) => waiting.push(resolve));
      atOnce -= 1;
      return upperCase(request, {});
    },
  });
  await created(...blobs);
  for (let done = 0; done < blobs.length; done += 1) {
    await expect.poll(() => waiting.length).toBe(Math.min(2, blobs.length - done));
    waiting.shift()?.();
  }
  await expect.poll(() => state.registered).toHaveLength(blobs.length);
  expect(most).toBe(2);
});

it('under load neither more runs at once nor longer ones than the declaration says', async () => {
  const { state, start, created } = await setUp();
  const blobs = Array.from({ length: 40 }, (_, index) => `${index % 4 === 0 ? 'hangs' : 'runs'}-${index}`);
  let atOnce = 0;
  let most = 0;
  await start({
    definition: { limits: { concurrency: 3, seconds: 0.05 } },
    async run(request) {
      atOnce += 1;
      most = Math.max(most, atOnce);
      const { signal, source } = request;
      if (source.id.startsWith('hangs'))
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      atOnce -= 1;
      return upperCase(request, {});
    },
  });
  await created(...blobs);
  const ends = () => blobs.map((id) => state.runs(id).at(-1));
  await expect
    .poll(ends, { timeout: 20_000 })
    .toEqual(blobs.map((id) => (id.startsWith('hangs') ? 'FAILED 1 PROCESSING_TIMEOUT' : 'COMPLETED 1')));
  expect(most).toBeLessThanOrEqual(3);
});
