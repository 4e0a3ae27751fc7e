import { Registry } from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLogger } from '../telemetry/logger.ts';
import { type Block, measureEventLoop, watchEventLoop } from './event-loop.ts';

function watched() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const clock = { now: 0, busy: 0 };
  const blocks: Block[] = [];
  const watch = watchEventLoop((block) => blocks.push(block), {
    now: () => clock.now,
    busyMs: () => clock.busy,
  });
  onTestFinished(() => {
    watch.stop();
    vi.useRealTimers();
  });
  /** The watch's timer comes `ms` after the time before, of which the process was at work for `busy`. */
  const pass = (ms: number, busy: number) => {
    clock.now += ms;
    clock.busy += busy;
    vi.advanceTimersByTime(20);
  };
  return { watch, blocks, pass };
}

test('a block is a stretch of more than 50 ms in which the process was at work', () => {
  const { watch, blocks, pass } = watched();
  pass(20, 20);
  pass(70, 65);
  pass(120, 90);
  // Others had the processor.
  pass(2_000, 30);
  pass(20, 1);
  expect(blocks).toEqual([{ ms: 100, busyMs: 90 }]);
  expect(watch.blocks).toBe(1);
  expect([watch.longestMs(), watch.longestMs()]).toEqual([90, 0]);
});

test('long ones are logged and measured', async () => {
  const lines: string[] = [];
  const registry = new Registry();
  const logger = createLogger('warn', { write: (line) => void lines.push(line) });
  const stop = measureEventLoop(registry, logger, 0);
  onTestFinished(stop);
  const until = process.cpuUsage().user + 600_000;
  while (process.cpuUsage().user < until);
  await expect.poll(() => lines.join()).toContain('the event loop was blocked');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ ms: expect.any(Number), busyMs: expect.any(Number) });
  const text = await registry.metrics();
  expect(text).toMatch(/blobgraph_event_loop_blocks_total [1-9]/);
  expect(text).toMatch(/blobgraph_event_loop_longest_block_seconds 0\.[2-9]|seconds [1-9]/);
});
