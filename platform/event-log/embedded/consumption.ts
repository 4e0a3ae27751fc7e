import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { ConsumeOptions, Consumption, Delivery, MessageHandler } from '../consuming.ts';
import {
  isExhausted,
  outcomeOf,
  pauseAfter,
  unansweredReason,
  type Verdict,
  verdictOf,
} from '../delivering.ts';
import { Parking } from '../parking.ts';
import type { CutHearing } from '../room/hearing.ts';
import type { EmbeddedLetters } from './dead-letters.ts';
import type { DurableQueue } from './queue.ts';
import type { ClaimedMessage } from './tables.ts';

export interface EmbeddedConsumptionDependencies {
  readonly queue: DurableQueue;
  readonly letters: Pick<EmbeddedLetters, 'add'>;
  readonly hearing: CutHearing;
  readonly clock: Clock;
  readonly options: ConsumeOptions;
  readonly handler: MessageHandler;
  readonly logger: Logger | undefined;
}

/** A delivery in work. */
interface Work {
  readonly claimed: ClaimedMessage;
  timer: NodeJS.Timeout | undefined;
  /** The delivery is over: its acknowledgement wait ended, or it was handed back. */
  over: boolean;
}

const DEFAULT_GRACE_MS = 5_000;
/** Pause after a statement failed. */
const RETRY_MS = 1_000;

/** One `consume` call: keeps up to `maxInFlight` messages of its queue in work, beside those that are parked. */
export class EmbeddedConsumption implements Consumption {
  readonly #queue: DurableQueue;
  readonly #letters: Pick<EmbeddedLetters, 'add'>;
  readonly #hearing: CutHearing;
  readonly #clock: Clock;
  readonly #options: ConsumeOptions;
  readonly #handler: MessageHandler;
  readonly #logger: Logger | undefined;
  readonly #stopping = new AbortController();
  readonly #inWork = new Set<Work>();
  readonly #parking: Parking<Work>;
  readonly #detach: () => void;
  #pumping: Promise<void> | undefined;
  #pumpAgain = false;
  #retry: NodeJS.Timeout | undefined;
  #drained: (() => void) | undefined;
  #stopped = false;

  constructor(dependencies: EmbeddedConsumptionDependencies) {
    const { queue, letters, hearing, clock, options, handler, logger } = dependencies;
    this.#queue = queue;
    this.#letters = letters;
    this.#hearing = hearing;
    this.#clock = clock;
    this.#options = options;
    this.#handler = handler;
    this.#logger = logger;
    this.#parking = new Parking(options.maxInFlight, () => this.#wake());
    this.#detach = queue.attach({ wake: () => this.#wake() });
    this.#wake();
    hearing.look();
  }

  /** The durable may have been cut. */
  lookForCuts(): void {
    this.#hearing.look();
  }

  async stop(graceMs = DEFAULT_GRACE_MS): Promise<void> {
    this.#detach();
    this.#hearing.stop();
    this.#stopping.abort();
    await this.#pumping;
    clearTimeout(this.#retry);
    if (this.#inWork.size > 0 && graceMs > 0) await this.#drain(graceMs);
    this.#stopped = true;
    await Promise.all([...this.#inWork].map((work) => this.#handBack(work)));
  }

  #wake(): void {
    this.#pumpAgain = true;
    this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    // It must not end before `#pumping` is set; and what becomes free in the same turn is claimed together.
    await Promise.resolve();
    try {
      while (this.#pumpAgain && !this.#stopping.signal.aborted) {
        this.#pumpAgain = false;
        const free = this.#options.maxInFlight - (this.#inWork.size - this.#parking.size);
        if (free <= 0) break;
        const claims = await this.#queue.claim(free);
        if (this.#stopping.signal.aborted) await Promise.all(claims.map((claim) => this.#return(claim)));
        else for (const claimed of claims) this.#start(claimed);
      }
    } catch (error) {
      this.#logger?.error({ err: error, durable: this.#queue.durable }, 'Reading the event log failed');
      this.#retry = setTimeout(() => this.#wake(), RETRY_MS);
    } finally {
      this.#pumping = undefined;
    }
  }

  #start(claimed: ClaimedMessage): void {
    const work: Work = { claimed, timer: undefined, over: false };
    this.#inWork.add(work);
    this.#await(work, this.#options.ackWaitMs);
    void this.#run(work).finally(() => {
      this.#inWork.delete(work);
      this.#parking.forget(work);
      if (this.#inWork.size === 0) this.#drained?.();
      if (!this.#stopping.signal.aborted) this.#wake();
    });
  }

  async #run(work: Work): Promise<void> {
    const { attempt, passes } = work.claimed;
    const delivery = this.#delivery(work);
    if (isExhausted(attempt, this.#options))
      return this.#settle(work, delivery, { kind: 'set-aside', reason: unansweredReason(this.#options) });
    const { outcome, error } = await outcomeOf(this.#handler, delivery);
    if (error !== undefined)
      this.#logger?.warn({ err: error, ...this.#about(work.claimed) }, 'Handling a message failed');
    const stopping = this.#stopping.signal.aborted;
    await this.#settle(work, delivery, verdictOf({ outcome, attempt, passes, stopping }, this.#options));
  }

  /** Leaves the acknowledgement wait running when it fails, so that the message comes again. */
  async #settle(work: Work, delivery: Delivery, verdict: Verdict): Promise<void> {
    const { claimed } = work;
    if (this.#stopped || (work.over && verdict.kind !== 'ack')) return;
    try {
      if (verdict.kind === 'ack') await this.#queue.acknowledge(claimed.message.position.sequence);
      else if (verdict.kind === 'retry') await this.#queue.putBack(claimed, verdict.afterMs);
      else if (verdict.kind === 'pass') await this.#queue.passOn(claimed, verdict.afterMs);
      else await this.#setAside(claimed, delivery, verdict.reason);
      this.#end(work);
    } catch (error) {
      this.#logger?.error({ err: error, ...this.#about(work.claimed) }, 'Settling a delivery failed');
    }
  }

  async #setAside(claimed: ClaimedMessage, delivery: Delivery, reason: string): Promise<void> {
    try {
      await this.#options.onSetAside?.(delivery, reason);
    } catch (error) {
      this.#logger?.warn(
        { err: error, durable: this.#queue.durable },
        'Nobody could be told of a dead letter',
      );
      await this.#queue.putBack(claimed, pauseAfter(claimed.attempt, this.#options));
      return;
    }
    const { message, earlierAttempts } = claimed;
    const { durable } = this.#queue;
    const attempts = earlierAttempts + delivery.attempt;
    await this.#letters.add({ durable, reason, attempts, setAsideAt: this.#clock.now(), message });
  }

  #delivery(work: Work): Delivery {
    const { message, attempt, earlierAttempts } = work.claimed;
    const { maxDeliver, ackWaitMs } = this.#options;
    return {
      ...message,
      attempt: Math.min(attempt, maxDeliver),
      earlierAttempts,
      last: attempt >= maxDeliver,
      signal: this.#stopping.signal,
      working: () => {
        if (!work.over) this.#await(work, ackWaitMs);
      },
      park: (wait) => this.#parking.during(work, wait),
    };
  }

  /** Waits for the acknowledgement: when it does not come, the message is put back. */
  #await(work: Work, waitMs: number): void {
    clearTimeout(work.timer);
    work.timer = setTimeout(() => {
      this.#queue.putBack(work.claimed, 0).then(
        () => {
          work.over = true;
        },
        () => this.#await(work, RETRY_MS),
      );
    }, waitMs);
  }

  #end(work: Work): void {
    clearTimeout(work.timer);
    work.over = true;
  }

  async #handBack(work: Work): Promise<void> {
    if (work.over) return;
    this.#end(work);
    await this.#return(work.claimed);
  }

  async #return(claimed: ClaimedMessage): Promise<void> {
    await this.#queue.putBack(claimed, 0).catch((error: unknown) => {
      this.#logger?.warn({ err: error, ...this.#about(claimed) }, 'Handing back a delivery failed');
    });
  }

  async #drain(graceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      timer = setTimeout(resolve, graceMs);
    });
    clearTimeout(timer);
  }

  #about({ message, attempt }: ClaimedMessage): object {
    return { durable: this.#queue.durable, subject: message.subject, id: message.id, attempt };
  }
}
