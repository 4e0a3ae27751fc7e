import pMap from 'p-map';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { periodic } from '../../../platform/time/periodic.ts';
import type { Processor } from '../registry/processor.ts';

export type HealthState = 'unknown' | 'healthy' | 'unhealthy';

/** The result of a processor's last health check. */
export interface Health {
  readonly state: HealthState;
  /** Null before the first check. */
  readonly checkedAt: Date | null;
}

type Subject = Pick<Processor, 'id' | 'base_url' | 'health_endpoint'>;

/** Resolves to whether `url` answers as healthy; never rejects. Aborting the signal ends it. */
export type Probe = (url: string, signal: AbortSignal) => Promise<boolean>;

export interface HealthMonitor {
  /** The last result; `unknown` before the first check, and of an unknown id. */
  of(id: string): Health;
  /** False when the last check failed. When that was a second ago or more, checks again first. Never rejects. */
  isWell(processor: Subject): Promise<boolean>;
  /** Checks one processor now. Never rejects. */
  check(processor: Subject): Promise<void>;
  /** Checks all processors periodically until `stop`. */
  start(): void;
  /** Resolves when no check is running. */
  stop(): Promise<void>;
}

export interface HealthDeps {
  /** The processors to check, read anew for each round. A rejection is logged and ends the round. */
  list(): Promise<readonly Subject[]>;
  readonly probe: Probe;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** From 0 to below 1. Spreads the rounds of several replicas. */
  readonly random: () => number;
  /** Milliseconds between two rounds, shortened by up to a quarter at random. Default 5,000. */
  readonly intervalMs?: number;
  /** Timeout of a check in milliseconds. Default 2,000. */
  readonly timeoutMs?: number;
}

const CONCURRENCY = 8;
/** Of the interval, by which a round may come earlier. */
const JITTER = 0.25;
/** Shortest time between two checks of an unhealthy processor on behalf of requests. */
const AGAIN_AFTER_MS = 1_000;
const NOT_ASKED: Health = { state: 'unknown', checkedAt: null };

class PeriodicHealthMonitor implements HealthMonitor {
  readonly #deps: HealthDeps;
  readonly #known = new Map<string, Health>();
  readonly #asking = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #rounds;

  constructor(deps: HealthDeps) {
    const { random, logger, intervalMs = 5_000 } = deps;
    this.#deps = deps;
    this.#rounds = periodic({
      what: 'asking processors for their health',
      everyMs: intervalMs,
      jitter: JITTER,
      random,
      logger,
      turn: async () => {
        await pMap(await deps.list(), (processor) => this.check(processor), { concurrency: CONCURRENCY });
      },
    });
  }

  of(id: string): Health {
    return this.#known.get(id) ?? NOT_ASKED;
  }

  async check({ id, base_url, health_endpoint }: Subject): Promise<void> {
    const { probe, clock, timeoutMs = 2_000 } = this.#deps;
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(timeoutMs)]);
    const well = await probe(`${base_url}${health_endpoint}`, signal);
    if (!this.#stopping.signal.aborted)
      this.#known.set(id, { state: well ? 'healthy' : 'unhealthy', checkedAt: clock.now() });
  }

  async isWell(processor: Subject): Promise<boolean> {
    const { state, checkedAt } = this.of(processor.id);
    if (state !== 'unhealthy') return true;
    const age = this.#deps.clock.now().getTime() - (checkedAt?.getTime() ?? 0);
    if (age >= AGAIN_AFTER_MS) await this.#checkAgain(processor);
    return this.of(processor.id).state !== 'unhealthy';
  }

  start(): void {
    this.#rounds.start();
    this.#rounds.now();
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#rounds.stop();
  }

  /** Like `check`; concurrent callers share one. */
  async #checkAgain(processor: Subject): Promise<void> {
    const { id } = processor;
    const running = this.#asking.get(id) ?? this.check(processor).finally(() => this.#asking.delete(id));
    this.#asking.set(id, running);
    await running;
  }
}

/** Keeps the health of all processors in memory. */
export const createHealthMonitor = (deps: HealthDeps): HealthMonitor => new PeriodicHealthMonitor(deps);
