import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { periodic } from '../../../platform/time/periodic.ts';
import type { Processor } from '../registry/processor.ts';
import { type Finding, type Health, healthAfter, UNCHECKED } from './decide.ts';

/** A processor as far as a check needs to know it. */
export type Subject = Pick<Processor, 'id' | 'base_url' | 'health_endpoint'>;

/** Asks a processor how it is; never rejects. Aborting the signal ends it. */
export type Probe = (subject: Subject, signal: AbortSignal) => Promise<Finding>;

export interface HealthMonitor {
  /** The last result; `unknown` before the first check, and of an unknown or retired one. */
  of(id: string): Health;
  /** Every processor that has been checked. */
  all(): ReadonlyMap<string, Health>;
  /** False when the last check found it down. When that was a second ago or more, checks again first. Never rejects. */
  isWell(processor: Subject): Promise<boolean>;
  /** Checks one processor now. Never rejects. */
  check(processor: Subject): Promise<void>;
  /** Checks all processors periodically until `stop`. */
  start(): void;
  /** Resolves when no check is running. */
  stop(): Promise<void>;
}

export interface HealthDeps {
  /** The processors to check, read anew for each round. A rejection is logged; those of before are checked then. */
  list(): Promise<readonly Subject[]>;
  readonly probe: Probe;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** From 0 to below 1. Spreads the rounds of several replicas. */
  readonly random: () => number;
  /** Milliseconds between two rounds, shortened by up to a quarter at random; a check may take as long. Default 2,000. */
  readonly intervalMs?: number;
}

/** Of the interval, by which a round may come earlier. */
const JITTER = 0.25;
/** Shortest time between two checks of a processor that is down on behalf of requests. */
const AGAIN_AFTER_MS = 1_000;
/** A check that took so much longer than it may was held up by this process itself, and says nothing. */
const HELD_UP_MS = 1_000;

interface Check {
  readonly address: string;
  readonly done: Promise<void>;
}

/** Each processor is checked by itself: one that hangs delays none of the others. */
class PeriodicHealthMonitor implements HealthMonitor {
  readonly #deps: HealthDeps;
  readonly #intervalMs: number;
  readonly #known = new Map<string, Health>();
  /** The newest check of each processor that is under way. */
  readonly #checks = new Map<string, Check>();
  /** Whether the last check was held up: the next one counts in any case. */
  readonly #heldUp = new Set<string>();
  readonly #stopping = new AbortController();
  readonly #rounds;
  #subjects: readonly Subject[] = [];

  constructor(deps: HealthDeps) {
    const { random, logger, intervalMs = 2_000 } = deps;
    this.#deps = deps;
    this.#intervalMs = intervalMs;
    this.#rounds = periodic({
      what: 'asking processors for their health',
      everyMs: intervalMs,
      jitter: JITTER,
      random,
      logger,
      turn: () => this.#round(),
    });
  }

  of(id: string): Health {
    return this.#known.get(id) ?? UNCHECKED;
  }

  all(): ReadonlyMap<string, Health> {
    return this.#known;
  }

  /** Callers of the same address share one check; one of another address takes its place. */
  check(subject: Subject): Promise<void> {
    const { id, base_url, health_endpoint } = subject;
    const address = `${base_url}${health_endpoint}`;
    const running = this.#checks.get(id);
    if (running?.address === address) return running.done;
    const check: Check = { address, done: this.#check(subject, () => this.#checks.get(id) === check) };
    this.#checks.set(id, check);
    return check.done;
  }

  async isWell(processor: Subject): Promise<boolean> {
    const { status, checkedAt } = this.of(processor.id);
    if (status !== 'down') return true;
    const age = this.#deps.clock.now().getTime() - (checkedAt?.getTime() ?? 0);
    if (age >= AGAIN_AFTER_MS) await this.check(processor);
    return this.of(processor.id).status !== 'down';
  }

  start(): void {
    this.#rounds.start();
    this.#rounds.now();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#rounds.stop();
    await Promise.all([...this.#checks.values()].map(({ done }) => done));
  }

  async #round(): Promise<void> {
    try {
      this.#subjects = await this.#deps.list();
      this.#forgetOthers();
    } finally {
      for (const subject of this.#subjects) void this.check(subject);
    }
  }

  #forgetOthers(): void {
    const ids = new Set(this.#subjects.map(({ id }) => id));
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
  }

  async #check(subject: Subject, isNewest: () => boolean): Promise<void> {
    const { probe, clock } = this.#deps;
    const { id } = subject;
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(this.#intervalMs)]);
    const begun = performance.now();
    // A turn later: whoever asks for it has entered it by then.
    await Promise.resolve();
    const finding = await probe(subject, signal);
    if (!isNewest()) return;
    this.#checks.delete(id);
    if (this.#stopping.signal.aborted || this.#isHeldUp(id, finding, performance.now() - begun)) return;
    this.#known.set(id, healthAfter(this.of(id), finding, clock.now(), this.#intervalMs));
  }

  #isHeldUp(id: string, { status }: Finding, tookMs: number): boolean {
    const isHeldUp = status === 'down' && tookMs > this.#intervalMs + HELD_UP_MS && !this.#heldUp.has(id);
    if (isHeldUp) this.#heldUp.add(id);
    else this.#heldUp.delete(id);
    return isHeldUp;
  }
}

/** Keeps the health of all processors in memory. */
export const createHealthMonitor = (deps: HealthDeps): HealthMonitor => new PeriodicHealthMonitor(deps);
