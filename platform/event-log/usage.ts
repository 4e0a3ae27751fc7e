import type { Cut } from './consuming.ts';
import type { LoggedMessage } from './message.ts';

/** A message that will not be delivered again. */
export interface DeadLetter {
  /** Stable, letters and digits: the same however often the message is set aside. */
  readonly id: string;
  /** Where it stands in the list: grows, with gaps. */
  readonly place: number;
  /** The consumer that gave it up. */
  readonly durable: string;
  /** One line of at most 1,000 UTF-16 units. */
  readonly reason: string;
  /** Deliveries that were made, those before a replay included. */
  readonly attempts: number;
  readonly setAsideAt: Date;
  /** As its consumer got it; the position is that of the delivery, be it of a replay. */
  readonly message: LoggedMessage;
}

export interface DeadLetterPage {
  /** Dead letters at most. Default: 100. */
  readonly limit?: number;
  /** Starts behind this {@link DeadLetter.place}. */
  readonly after?: number;
}

/** Fill of a stream. It takes no more messages once either limit is reached. */
export interface Fill {
  readonly messages: number;
  /** `Infinity` where the stream has no such limit. */
  readonly maxMessages: number;
  /** As the store counts them. */
  readonly bytes: number;
  /** `Infinity` where the stream has no such limit. */
  readonly maxBytes: number;
}

/** Fill of the log and lag of its durables. */
export interface LogUsage {
  readonly log: Fill;
  readonly deadLetters: Fill;
  /** Dead letters that this process removed, oldest first, to make room for newer ones. */
  readonly lettersDropped: number;
  /** By name. */
  readonly durables: readonly DurableUsage[];
}

export interface DurableUsage {
  readonly durable: string;
  /** As `EventLog.waiting`. */
  readonly waiting: number;
  /** The share of the log, 0 to 1, that follows its oldest unacknowledged message; as far as known by averages. */
  readonly lag: number;
  /** The newest cut that `onCut` has not acknowledged. */
  readonly cut: Cut | null;
}
