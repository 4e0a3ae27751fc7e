import type { Consumer, JsMsg } from '@nats-io/jetstream';
import type { Logger } from '../logger.ts';
import {
  isExhausted,
  outcomeOf,
  pauseAfter,
  unansweredReason,
  type Verdict,
  verdictOf,
} from './delivering.ts';
import { pause } from './log.nats.errors.ts';
import type {
  ConsumeOptions,
  Consumption,
  DeadLetter,
  Delivery,
  LoggedMessage,
  MessageHandler,
} from './log.ts';

export interface NatsConsumptionDependencies {
  readonly options: ConsumeOptions;
  readonly handler: MessageHandler;
  readonly logger: Logger | undefined;
  /** Makes the durable consumer when it is missing. */
  readonly ensure: () => Promise<Consumer>;
  readonly decode: (message: JsMsg) => LoggedMessage;
  /** Resolves once the dead letter is durable. */
  readonly bury: (letter: Omit<DeadLetter, 'setAsideAt'>) => Promise<void>;
}

const DEFAULT_GRACE_MS = 5_000;
/** A request for a message that was lost with the consumer's leader is made again after this. */
const PULL_MS = 5_000;
const RECOVERY_PAUSE_MS = 500;
/** Longer than a leader's death makes the server pause. */
const ACK_TIMEOUT_MS = 10_000;

/**
 * One `consume` call: `maxInFlight` workers, each of which asks for its next message when it is done with the
 * last, so that nothing waits here while its acknowledgement wait runs.
 */
export class NatsConsumption implements Consumption {
  readonly #dependencies: NatsConsumptionDependencies;
  readonly #stopping = new AbortController();
  readonly #inWork = new Set<JsMsg>();
  readonly #workers: Promise<unknown>;
  #consumer: Consumer;
  #recovering: Promise<void> | undefined;
  #stopped = false;

  private constructor(dependencies: NatsConsumptionDependencies, consumer: Consumer) {
    this.#dependencies = dependencies;
    this.#consumer = consumer;
    const { maxInFlight } = dependencies.options;
    this.#workers = Promise.all(Array.from({ length: maxInFlight }, () => this.#work()));
  }

  static async start(dependencies: NatsConsumptionDependencies): Promise<NatsConsumption> {
    return new NatsConsumption(dependencies, await dependencies.ensure());
  }

  async stop(graceMs = DEFAULT_GRACE_MS): Promise<void> {
    this.#stopping.abort();
    const grace = new AbortController();
    await Promise.race([this.#workers, pause(graceMs, grace.signal)]);
    grace.abort();
    this.#stopped = true;
    for (const message of this.#inWork) message.nak();
    this.#inWork.clear();
  }

  async #work(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const message = await this.#next();
      if (!message) continue;
      this.#inWork.add(message);
      await this.#handle(message);
      this.#inWork.delete(message);
    }
  }

  /** The next message; nothing when there is none for a while, or upon the stop. */
  #next(): Promise<JsMsg | undefined> {
    const { signal } = this.#stopping;
    return new Promise((resolve) => {
      const leave = () => resolve(undefined);
      signal.addEventListener('abort', leave, { once: true });
      void this.#pull().then((message) => {
        signal.removeEventListener('abort', leave);
        if (signal.aborted) message?.nak();
        resolve(signal.aborted ? undefined : message);
      });
    });
  }

  async #pull(): Promise<JsMsg | undefined> {
    try {
      return (await this.#consumer.next({ expires: PULL_MS })) ?? undefined;
    } catch (error) {
      this.#recovering ??= this.#recover(error);
      await this.#recovering;
      return undefined;
    }
  }

  async #recover(cause: unknown): Promise<void> {
    const { logger, options, ensure } = this.#dependencies;
    await pause(RECOVERY_PAUSE_MS, this.#stopping.signal);
    try {
      if (!this.#stopping.signal.aborted) this.#consumer = await ensure();
    } catch (error) {
      logger?.warn({ err: error, cause, durable: options.durable }, 'The event log cannot be read');
    } finally {
      this.#recovering = undefined;
    }
  }

  async #handle(message: JsMsg): Promise<void> {
    const { options, handler, logger, decode } = this.#dependencies;
    const attempt = message.info.deliveryCount;
    const delivery = this.#delivery(message, decode(message), attempt);
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
    await this.#settle(message, delivery, verdictOf({ outcome, attempt, stopping }, options));
  }

  #delivery(message: JsMsg, logged: LoggedMessage, attempt: number): Delivery {
    const { maxDeliver } = this.#dependencies.options;
    return {
      ...logged,
      attempt: Math.min(attempt, maxDeliver),
      last: attempt >= maxDeliver,
      signal: this.#stopping.signal,
      working: () => {
        if (this.#inWork.has(message)) message.working();
      },
    };
  }

  /** When the server is not reached, the acknowledgement wait runs out and the message comes again. */
  async #settle(message: JsMsg, delivery: Delivery, verdict: Verdict): Promise<void> {
    if (this.#stopped) return;
    try {
      if (verdict.kind === 'ack') await message.ackAck({ timeout: ACK_TIMEOUT_MS });
      else if (verdict.kind === 'retry') message.nak(verdict.afterMs);
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

  async #setAside(message: JsMsg, delivery: Delivery, reason: string): Promise<void> {
    const { options, logger, bury, decode } = this.#dependencies;
    try {
      await options.onSetAside?.(delivery, reason);
      await bury({ durable: options.durable, reason, attempts: delivery.attempt, message: decode(message) });
      message.term(reason);
    } catch (error) {
      logger?.warn({ err: error, durable: options.durable }, 'A message could not be set aside');
      message.nak(pauseAfter(delivery.attempt, options));
    }
  }
}
