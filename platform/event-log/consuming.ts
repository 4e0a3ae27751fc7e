import type { LoggedMessage, Position } from './message.ts';

export interface ConsumeOptions {
  /** Letters, digits, `-` and `_`. */
  readonly durable: string;
  /** Subject filters that do not overlap; `*` stands for one token, a last `>` for one or more. */
  readonly subjects: readonly string[];
  /** Messages in work at once in this process. */
  readonly maxInFlight: number;
  /** A delivery that was neither acknowledged nor extended for this long is made again. */
  readonly ackWaitMs: number;
  /**
   * Deliveries of one message, the first included; one that was handed back or died with its process counts.
   * After the last one the message is set aside.
   */
  readonly maxDeliver: number;
  /** Pause before the 2nd, 3rd, … delivery after a failure; the last value repeats. */
  readonly backoffMs: readonly number[];
  /** Pause before a message that was passed on is delivered again, the first time; doubles, to 64 times as long. Default: 250. */
  readonly passMs?: number;
  /** How often a message is passed on before it is set aside. Default: 60, some 15 minutes. */
  readonly maxPasses?: number;
  /**
   * Hears of a message before it is set aside, at least once, also when the process of its last delivery died.
   * When it rejects, the message stays and it is called again after the backoff.
   */
  readonly onSetAside?: (delivery: Delivery, reason: string) => Promise<void>;
  /**
   * Hears that messages are lost to this durable: what they asked for must be asked for anew. Called at least once for
   * each cut, in any process that consumes under the name, while messages are delivered on; also for a durable that was
   * cut while nobody consumed. When it rejects, it is called again within seconds. A cut of before its call is covered:
   * what it finds owed then includes all that the cut cost. Without it, the loss is logged.
   */
  readonly onCut?: (cut: Cut) => Promise<void>;
}

/** A cut of a durable: the log no longer keeps, or did not keep, all messages that it has not acknowledged. */
export interface Cut {
  /** Letters, digits and `-`: the same however often this cut is told of; any other has another. */
  readonly id: string;
  readonly durable: string;
  /**
   * `lagged`: it fell behind by more than the log keeps. `made`: it begins on a log that may have removed what it was to
   * take. `asked`: `EventLog.cutDurable`.
   */
  readonly cause: 'lagged' | 'made' | 'asked';
  /** Up to here messages may be lost, later ones are not. */
  readonly through: Position;
  /** When the log noted it, by the clock of the process that did. */
  readonly at: Date;
}

export interface Delivery extends LoggedMessage {
  /** 1 for the first delivery of this message to this consumer. */
  readonly attempt: number;
  /** Deliveries that were made of it before it was set aside and replayed; 0 where it never was. */
  readonly earlierAttempts: number;
  /** True when this is the last delivery. */
  readonly last: boolean;
  /** Tells the log that the work goes on: the acknowledgement wait starts anew. */
  working(): void;
  /**
   * Waits for what `wait` waits for, e.g. a pause before another try, and counts for none of `maxInFlight` meanwhile.
   * Of one consumption, 16 times as many deliveries may do so; a further one keeps its place.
   */
  park<T>(wait: () => Promise<T>): Promise<T>;
  /** Aborts when the consumption is being stopped. */
  readonly signal: AbortSignal;
}

/**
 * `ack`: done, durable before the next message may be handed out in its place. `retry`: deliver again after
 * the backoff, or set aside with `reason` when this was the last delivery. `terminate`: set aside at once.
 * `pass`: meant for another version that consumes under the same name; after a pause, in which nothing waits for it,
 * it is delivered again to whichever process asks next. That counts as no delivery.
 * A handler that rejects means `retry`, the error's message being the reason.
 */
export type Outcome =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry'; readonly reason?: string }
  | { readonly kind: 'pass' }
  | { readonly kind: 'terminate'; readonly reason: string };

export type MessageHandler = (delivery: Delivery) => Promise<Outcome>;

export interface Consumption {
  /**
   * Takes no more messages, waits up to `graceMs` (default 5,000) for those in work, hands back the rest. What a
   * handler gives up meanwhile is delivered again without backoff.
   */
  stop(graceMs?: number): Promise<void>;
}
