import { setTimeout as pause } from 'node:timers/promises';
import pMap from 'p-map';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Processor } from './processor.ts';

export type HealthState = 'unknown' | 'healthy' | 'unhealthy';

/** How a processor was when last asked. */
export interface Health {
  readonly state: HealthState;
  /** Null until it was asked. */
  readonly checkedAt: Date | null;
}

type Subject = Pick<Processor, 'id' | 'base_url' | 'health_endpoint'>;

/** Resolves to whether what answers at `url` is well; never rejects. Gives up when `signal` aborts. */
export type Probe = (url: string, signal: AbortSignal) => Promise<boolean>;

export interface HealthMonitor {
  of(id: string): Health;
  /**
   * False of one that was not well when it was last asked; one that may be back since then, a second later, is asked first.
   * Never rejects.
   */
  isWell(processor: Subject): Promise<boolean>;
  /** Asks one processor now, besides the rounds. Never rejects. */
  check(processor: Subject): Promise<void>;
  /** Asks all of them in rounds, from now until `stop`. */
  start(): void;
  /** Resolves when nothing is asked any more. */
  stop(): Promise<void>;
}

export interface HealthDeps {
  list(): Promise<readonly Subject[]>;
  readonly probe: Probe;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** Spreads the rounds of several replicas: from 0 to below 1. */
  readonly random: () => number;
  /** Milliseconds between two rounds, of which up to a quarter less is waited. Default 5,000. */
  readonly intervalMs?: number;
  /** Milliseconds for which an answer is waited. Default 2,000. */
  readonly timeoutMs?: number;
}

const CONCURRENCY = 8;
/** One that is not well is found to be back within this time, and is asked no more often. */
const AGAIN_AFTER_MS = 1_000;
const NOT_ASKED: Health = { state: 'unknown', checkedAt: null };

/** Keeps, in memory, how every processor is. */
export function createHealthMonitor(deps: HealthDeps): HealthMonitor {
  const { list, probe, clock, logger, random, intervalMs = 5_000, timeoutMs = 2_000 } = deps;
  const known = new Map<string, Health>();
  const asking = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function check({ id, base_url, health_endpoint }: Subject): Promise<void> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(timeoutMs)]);
    const well = await probe(`${base_url}${health_endpoint}`, signal);
    if (!stopping.signal.aborted)
      known.set(id, { state: well ? 'healthy' : 'unhealthy', checkedAt: clock.now() });
  }
  /** As `check`, once for all who want to know it now. */
  async function checkAgain(processor: Subject): Promise<void> {
    const { id } = processor;
    const running = asking.get(id) ?? check(processor).finally(() => asking.delete(id));
    asking.set(id, running);
    await running;
  }
  async function isWell(processor: Subject): Promise<boolean> {
    const { state, checkedAt } = known.get(processor.id) ?? NOT_ASKED;
    if (state !== 'unhealthy') return true;
    const age = clock.now().getTime() - (checkedAt?.getTime() ?? 0);
    if (age >= AGAIN_AFTER_MS) await checkAgain(processor);
    return known.get(processor.id)?.state !== 'unhealthy';
  }
  async function round(): Promise<void> {
    try {
      await pMap(await list(), check, { concurrency: CONCURRENCY });
    } catch (error) {
      logger.warn({ err: error }, 'the health of the processors could not be asked');
    }
  }
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await round();
      const wait = intervalMs * (1 - random() / 4);
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  return {
    of: (id) => known.get(id) ?? NOT_ASKED,
    check,
    isWell,
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
