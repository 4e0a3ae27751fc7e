import type { Logger } from '../../telemetry/logger.ts';
import { pause } from '../../time/pause.ts';
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
import type { Replayed } from '../replay.ts';
import type { Delivered } from './jetstream/delivered.ts';
import { within } from './jetstream/errors.ts';
import type { KeptLetter } from './jetstream/messages.ts';
import type { NatsPuller } from './puller.ts';

export interface NatsConsumptionDependencies {
  readonly options: ConsumeOptions;
  readonly handler: MessageHandler;
  readonly logger: Logger | undefined;
  /** Makes the durable consumer when it is missing. */
  readonly ensure: () => Promise<void>;
  readonly puller: () => NatsPuller;
  readonly decode: (message: Delivered) => Replayed;
  /** Appends the message for whichever process of the consumer takes it next. */
  readonly passOn: (message: Replayed) => Promise<void>;
  /** Resolves once the dead letter is durable. */
  readonly bury: (letter: Omit<KeptLetter, 'setAsideAt'>) => Promise<void>;
}

const DEFAULT_GRACE_MS = 5_000;
/** Wait for messages that the server sent before it knew that no more are wanted. */
const DRAIN_MS = 1_000;
const RECOVERY_PAUSE_MS = 500;

type Settled = Exclude<Verdict, { readonly kind: 'pass' }>;

/**
 * One `consume` call: `maxInFlight` workers, each of which asks for its next message when fewer than that are in work,
 * those that are parked not counted, so that nothing waits here while its acknowledgement wait runs.
 */
export class NatsConsumption implements Consumption {
  readonly #dependencies: NatsConsumptionDependencies;
  readonly #stopping = new AbortController();
  readonly #inWork = new Set<Delivered>();
  readonly #parking: Parking<Delivered>;
  #pulling = 0;
  /** Called when a delivery is done, or parked. */
  readonly #onFree = new Set<() => void>();
  readonly #handling = new Set<Promise<void>>();
  /** Messages in their pause before they are passed on, and those that are being passed on. */
  readonly #passing = new Set<Promise<void>>();
  readonly #pullers: readonly NatsPuller[];
  readonly #workers: Promise<unknown>;
  #recovering: Promise<void> | undefined;
  #stopped = false;

  private constructor(dependencies: NatsConsumptionDependencies) {
    this.#dependencies = dependencies;
    const { options, puller } = dependencies;
    this.#parking = new Parking(options.maxInFlight, () => this.#tellFree());
    this.#pullers = Array.from({ length: options.maxInFlight }, puller);
    this.#workers = Promise.all(this.#pullers.map((source) => this.#work(source)));
  }

  static async start(dependencies: NatsConsumptionDependencies): Promise<NatsConsumption> {
    await dependencies.ensure();
    return new NatsConsumption(dependencies);
  }

  get options(): ConsumeOptions {
    return this.#dependencies.options;
  }

  /** Requests that were made over an earlier connection will not be answered. */
  reconnected(): void {
    for (const puller of this.#pullers) puller.giveUp();
  }

  async stop(graceMs = DEFAULT_GRACE_MS): Promise<void> {
    this.#stopping.abort();
    this.#tellFree();
    // First, so that nothing comes here that is handed back.
    await within(Promise.allSettled(this.#pullers.map((puller) => puller.close())), DRAIN_MS);
    await within(
      this.#workers.then(() => Promise.all([...this.#passing, ...this.#handling])),
      graceMs,
    );
    this.#stopped = true;
    for (const message of this.#inWork) message.putBack(0);
    this.#inWork.clear();
  }

  async #work(puller: NatsPuller): Promise<void> {
    while (await this.#place()) {
      const message = await this.#pull(puller);
      // In one step with what follows: in between, another worker would find a place that there is not.
      this.#pulling--;
      if (!message) {
        this.#tellFree();
        continue;
      }
      this.#inWork.add(message);
      const handling = this.#handle(message).finally(() => {
        this.#inWork.delete(message);
        this.#parking.forget(message);
        this.#handling.delete(handling);
        this.#tellFree();
      });
      this.#handling.add(handling);
    }
  }

  /** Waits until one more may come into work, those that are parked not counted. False: nothing may any more. */
  async #place(): Promise<boolean> {
    const { maxInFlight } = this.#dependencies.options;
    while (this.#inWork.size - this.#parking.size + this.#pulling >= maxInFlight) {
      if (this.#stopping.signal.aborted) return false;
      await new Promise<void>((resolve) => this.#onFree.add(resolve));
    }
    if (this.#stopping.signal.aborted) return false;
    this.#pulling++;
    return true;
  }

  #tellFree(): void {
    for (const tell of this.#onFree) tell();
    this.#onFree.clear();
  }

  async #pull(puller: NatsPuller): Promise<Delivered | undefined> {
    try {
      const message = await puller.next();
      if (!this.#stopping.signal.aborted) return message;
      message?.putBack(0);
    } catch (error) {
      this.#recovering ??= this.#recover(error);
      await this.#recovering;
    }
    return undefined;
  }

  async #recover(cause: unknown): Promise<void> {
    const { logger, options, ensure } = this.#dependencies;
    await pause(RECOVERY_PAUSE_MS, this.#stopping.signal);
    try {
      if (!this.#stopping.signal.aborted) await ensure();
    } catch (error) {
      logger?.warn({ err: error, cause, durable: options.durable }, 'Reading the event log failed');
    } finally {
      this.#recovering = undefined;
    }
  }

  async #handle(message: Delivered): Promise<void> {
    const { options, handler, logger, decode } = this.#dependencies;
    const decoded = decode(message);
    const attempt = decoded.deliveries + message.attempt;
    const delivery = this.#delivery(message, decoded, attempt);
    if (isExhausted(attempt, options))
      return this.#settle(message, delivery, { kind: 'set-aside', reason: unansweredReason(options) });
    const { outcome, error } = await outcomeOf(handler, delivery);
    const { subject, id } = delivery;
    if (error !== undefined)
      logger?.warn(
        { err: error, durable: options.durable, subject, id, attempt },
        'A message could not be handled',
      );
    const stopping = this.#stopping.signal.aborted;
    const verdict = verdictOf({ outcome, attempt, passes: decoded.passes, stopping }, options);
    if (verdict.kind === 'pass')
      this.#pass(message, { ...decoded, deliveries: attempt - 1 }, verdict.afterMs);
    else await this.#settle(message, delivery, verdict);
  }

  #delivery(message: Delivered, { message: logged, earlierAttempts }: Replayed, attempt: number): Delivery {
    const { maxDeliver } = this.#dependencies.options;
    return {
      ...logged,
      attempt: Math.min(attempt, maxDeliver),
      earlierAttempts,
      last: attempt >= maxDeliver,
      signal: this.#stopping.signal,
      working: () => {
        if (this.#inWork.has(message)) message.working();
      },
      park: (wait) => this.#parking.during(message, wait),
    };
  }

  /** When the server is not reached, the acknowledgement wait runs out and the message comes again. */
  async #settle(message: Delivered, delivery: Delivery, verdict: Settled): Promise<void> {
    if (this.#stopped) return;
    try {
      if (verdict.kind === 'ack') await message.acknowledge();
      else if (verdict.kind === 'retry') message.putBack(verdict.afterMs);
      else await this.#setAside(message, delivery, verdict.reason);
    } catch (error) {
      const { logger, options } = this.#dependencies;
      const { subject, id, attempt } = delivery;
      logger?.error(
        { err: error, durable: options.durable, subject, id, attempt },
        'A delivery could not be settled',
      );
    }
  }

  /** No worker waits until it is time for that. */
  #pass(message: Delivered, decoded: Replayed, afterMs: number): void {
    const passing = this.#passOn(message, decoded, afterMs).finally(() => this.#passing.delete(passing));
    this.#passing.add(passing);
  }

  /**
   * The server counts every delivery, and this one must not count: the message goes on as another one, at once where the
   * consumption is being stopped. When it fails, the acknowledgement wait runs out and the message comes again.
   */
  async #passOn(message: Delivered, decoded: Replayed, afterMs: number): Promise<void> {
    const { options, logger, passOn } = this.#dependencies;
    const working = setInterval(() => message.working(), options.ackWaitMs / 2);
    try {
      await pause(afterMs, this.#stopping.signal);
      await passOn(decoded);
      await message.acknowledge();
    } catch (error) {
      const { durable } = options;
      logger?.warn({ err: error, durable, id: decoded.message.id }, 'Passing on a message failed');
      if (this.#stopping.signal.aborted) message.putBack(0);
    } finally {
      clearInterval(working);
    }
  }

  async #setAside(message: Delivered, delivery: Delivery, reason: string): Promise<void> {
    const { options, logger, bury, decode } = this.#dependencies;
    try {
      await options.onSetAside?.(delivery, reason);
      const attempts = delivery.earlierAttempts + delivery.attempt;
      await bury({ durable: options.durable, reason, attempts, message: decode(message).message });
      message.terminate(reason);
    } catch (error) {
      logger?.warn({ err: error, durable: options.durable }, 'Setting aside a message failed');
      message.putBack(pauseAfter(delivery.attempt, options));
    }
  }
}
