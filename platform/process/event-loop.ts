import { setImmediate } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import type { Logger } from '../telemetry/logger.ts';
import { gauge, total } from '../telemetry/metrics.ts';

/** A stretch in which the event loop did one thing, and answered nobody. */
export interface Block {
  /** Milliseconds that passed. */
  readonly ms: number;
  /** Milliseconds of processor time that this process took meanwhile. */
  readonly busyMs: number;
}

export interface EventLoopWatch {
  /** The longest block since the last time that it was asked for. */
  longestMs(): number;
  /** How many there were since the watch began. */
  readonly blocks: number;
  /** The counts stay as they are. */
  stop(): void;
}

const EVERY_MS = 20;
/** Longer than any request may hold the loop. */
const LONGEST_MS = 50;
/** From here on, the log tells. */
const TOLD_FROM_MS = 250;

/**
 * Watches how late timers are. A stretch counts as a block when the process itself, its other threads included, was at
 * work meanwhile: on a busy machine, it may only have waited for its turn. `onBlock` is called with each of more than 50 ms.
 */
export function watchEventLoop(
  onBlock: (block: Block) => void,
  deps: { now: () => number; busyMs: () => number } = {
    now: () => performance.now(),
    busyMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1_000;
    },
  },
): EventLoopWatch {
  let at = deps.now();
  let busy = deps.busyMs();
  let longest = 0;
  let blocks = 0;
  const timer = setInterval(() => {
    const [now, busyNow] = [deps.now(), deps.busyMs()];
    const block = { ms: now - at - EVERY_MS, busyMs: busyNow - busy };
    [at, busy] = [now, busyNow];
    if (block.ms <= LONGEST_MS || block.busyMs <= LONGEST_MS) return;
    blocks += 1;
    longest = Math.max(longest, Math.min(block.ms, block.busyMs));
    onBlock(block);
  }, EVERY_MS).unref();
  return {
    longestMs() {
      const told = longest;
      longest = 0;
      return told;
    },
    get blocks() {
      return blocks;
    },
    stop: () => clearInterval(timer),
  };
}

/** A process loads its code until then, and has no requests yet. */
const STARTED_AFTER_MS = 30_000;

/**
 * Measures blocks of this process's event loop, and tells the log of long ones once the process has been up for
 * `startedAfterMs` (default: 30,000). Answers how to stop that.
 */
export function measureEventLoop(
  registry: Registry,
  logger: Logger,
  startedAfterMs = STARTED_AFTER_MS,
): () => void {
  const watch = watchEventLoop(({ ms, busyMs }) => {
    if (Math.min(ms, busyMs) < TOLD_FROM_MS || performance.now() < startedAfterMs) return;
    const told = { ms: Math.round(ms), busyMs: Math.round(busyMs) };
    logger.warn(told, 'the event loop was blocked: no request was answered meanwhile');
  });
  total(
    registry,
    'blobgraph_event_loop_blocks_total',
    'Stretches of more than 50 ms in which the process did one thing and answered nobody.',
    () => watch.blocks,
  );
  gauge(
    registry,
    'blobgraph_event_loop_longest_block_seconds',
    'The longest such stretch since these metrics were last asked for.',
    () => watch.longestMs() / 1_000,
  );
  return () => watch.stop();
}

/**
 * Parts a long piece of work: called between its steps, it waits for others to be served once the work has held the event
 * loop for so long. `everyMs` default: 10.
 */
export function createPauses(everyMs = 10): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < everyMs) return;
    await setImmediate();
    since = performance.now();
  };
}
