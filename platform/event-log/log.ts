import type { ConsumeOptions, Consumption, MessageHandler } from './consuming.ts';
import type {
  LoggedMessage,
  LogRange,
  OutgoingMessage,
  Position,
  PublishAck,
  RangeOptions,
  ReadOptions,
} from './message.ts';
import type { DeadLetter, DeadLetterPage, LogUsage } from './usage.ts';

/**
 * The durable event log of the graph, shaped by what the graph needs and kept with JetStream's semantics:
 * a stream of small messages, publishing that is de-duplicated by message id, durable consumers that
 * acknowledge explicitly, and reading from a position.
 */
export interface EventLog {
  /** True when the log is held in this process. */
  readonly embedded: boolean;
  /**
   * Appends a message and resolves once it is durable. A message id that was published within the
   * de-duplication window is not appended again: the answer is the first one's position, `duplicate: true`.
   * Retries a passing failure with the same id for `publishTimeoutMs`.
   * @throws EventLogUnavailable when the log did not acknowledge in that time (it may still have it), or is full
   * @throws MessageRefused when no attempt could succeed: malformed, or larger than the log takes
   */
  publish(message: OutgoingMessage): Promise<PublishAck>;
  /** As {@link publish}, but one durable consumer takes the message, whatever its subject, and nobody else. */
  publishTo(durable: string, message: OutgoingMessage): Promise<PublishAck>;
  /**
   * Starts (or takes up) the durable consumer `options.durable`; a new one begins with the oldest message kept.
   * Several processes that consume with the same name share its messages. `handler` decides what becomes of a
   * message by what it resolves to.
   *
   * Once a durable has a subject filter it keeps it: those of `options` join it. Processes of two versions, of which
   * one takes less, run beside each other while they are being replaced, and the one that starts last must not take
   * away what the other still waits for. So a handler is also given what only another version asked for.
   *
   * A durable that was `Cut` is consumed on with what the log still has, while `options.onCut` hears of it.
   */
  consume(options: ConsumeOptions, handler: MessageHandler): Promise<Consumption>;
  /**
   * Messages after `options.after` (default: from the head, new ones only), in the log's order, then as they
   * come, until the iterator is returned or `signal` aborts. Survives a reconnection without a gap.
   * @throws EpochGone when `after` is of another epoch; PositionGone when what follows it is no longer kept, or
   * when it is ahead of the head. Both also in mid-reading
   */
  read(options: ReadOptions): AsyncIterableIterator<LoggedMessage>;
  /**
   * Messages on a few subjects between two positions, oldest first. Never waits for more, and costs what it answers
   * with, not what was published on other subjects.
   * @throws EpochGone, PositionGone as {@link read}, `through` included; EventLogUnavailable; the signal's reason
   */
  range(options: RangeOptions): Promise<LogRange>;
  /** The position of the newest message (sequence 0 of an empty log). */
  head(): Promise<Position>;
  /**
   * Messages that the durable consumer has still to acknowledge: not delivered yet, in work, or waiting for their
   * backoff. 0 where there is none of that name.
   * @throws EventLogUnavailable when the log does not answer
   */
  waiting(durable: string): Promise<number>;
  /**
   * Lets go of a durable, e.g. one that is paused: the log keeps nothing for it any more, until it is consumed again and
   * its `onCut` has heard of it. Whoever consumes under the name just now hears of it at once, and it is kept for again.
   * False where there is none of that name.
   */
  cutDurable(durable: string): Promise<boolean>;
  /**
   * Removes a durable for good, with all that was published to it alone. To be called when nobody consumes under the name:
   * a process that does makes it again. False where there was none of that name.
   */
  removeDurable(durable: string): Promise<boolean>;
  /** How full the log is, and how far its durables lag. @throws EventLogUnavailable when the log does not answer */
  usage(): Promise<LogUsage>;
  /** Dead letters, oldest first. */
  deadLetters(page?: DeadLetterPage): Promise<readonly DeadLetter[]>;
  /** The dead letter of this id; null when there is none, or not any more. */
  deadLetter(id: string): Promise<DeadLetter | null>;
  /**
   * Hands a dead letter once more to the consumer that gave it up, and to no other; its deliveries are counted anew.
   * It is removed only when the log has it again for good: when that is cut short it stays, and replaying it again
   * does no harm. False when there is none of that id.
   */
  replayDeadLetter(id: string): Promise<boolean>;
  /** Removes a dead letter for good. False when there is none of that id. */
  dropDeadLetter(id: string): Promise<boolean>;
  /** Sends a message that is not logged: best effort, never awaited. */
  announce(subject: string, body: Uint8Array): void;
  /** Receives {@link announce}d messages of all processes on these subject filters. */
  listen(
    subjects: readonly string[],
    handler: (subject: string, body: Uint8Array) => void,
  ): Promise<Listening>;
  /** Resolves when the log answers. @throws when it does not */
  ping(): Promise<void>;
  /**
   * Parts of the log missing, or other than they were made, each by its name; empty when all is well. Of
   * consumers, those of this process. What is missing is made again within seconds where that can be done. Also that the
   * log, or its dead letters, fill up, and which durables lag so far that they are about to be cut, or were.
   * @throws EventLogUnavailable when the log does not answer
   */
  problems(): Promise<readonly string[]>;
  /** Stops consumptions without grace, ends readers, and takes nothing more. */
  close(): Promise<void>;
}

export interface Listening {
  /** The handler is not called any more. */
  stop(): Promise<void>;
}
