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
   * A durable that was {@link Cut} is consumed on with what the log still has, while `options.onCut` hears of it.
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
  /** How full the log is, and who it is kept for. @throws EventLogUnavailable when the log does not answer */
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
  /** Sends a message beside the log: kept nowhere, best effort, never awaited. */
  announce(subject: string, body: Uint8Array): void;
  /** Hears {@link announce}d messages of every process on these subject filters. */
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

/** Where a message stands in the log. Positions of different epochs do not compare. */
export interface Position {
  /** Identifies the life of the stream: a stream made anew has another. */
  readonly epoch: string;
  /** From 1, growing, with gaps. 0 is before the first message. */
  readonly sequence: number;
}

export interface OutgoingMessage {
  /** Dot-separated tokens, e.g. `blob.created.alice`. */
  readonly subject: string;
  /** Stable message id: the same for every attempt to publish the same thing. Printable, without spaces. */
  readonly id: string;
  /** Names are HTTP tokens that do not start with `Nats-`; values are one line without spaces around it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface LoggedMessage extends OutgoingMessage {
  readonly position: Position;
  readonly publishedAt: Date;
}

export interface PublishAck {
  readonly position: Position;
  readonly duplicate: boolean;
}

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

/** The log does not keep for a durable, or has not kept, all that it has not acknowledged. */
export interface Cut {
  /** Letters, digits and `-`: the same however often this cut is told of; any other has another. */
  readonly id: string;
  readonly durable: string;
  /**
   * `lagged`: it fell behind by more than the log keeps. `made`: it begins on a log that may have removed what it was to
   * take. `asked`: {@link EventLog.cutDurable}.
   */
  readonly cause: 'lagged' | 'made' | 'asked';
  /** Up to here messages may be lost, later ones are not. */
  readonly through: Position;
  readonly at: Date;
}

export interface Delivery extends LoggedMessage {
  /** 1 for the first delivery of this message to this consumer. */
  readonly attempt: number;
  /** Deliveries that were made of it before it was set aside and replayed; 0 where it never was. */
  readonly earlierAttempts: number;
  /** True when no delivery follows this one. */
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

/** A message that will not be delivered again. */
export interface DeadLetter {
  /** Stable, letters and digits: the same however often the message is set aside. */
  readonly id: string;
  /** Where it stands in the list: grows, with gaps. */
  readonly place: number;
  /** The consumer that gave it up. */
  readonly durable: string;
  readonly reason: string;
  /** Deliveries that were made, those before a replay included. */
  readonly attempts: number;
  readonly setAsideAt: Date;
  readonly message: LoggedMessage;
}

export interface DeadLetterPage {
  /** Dead letters at most. Default: 100. */
  readonly limit?: number;
  /** Starts behind this {@link DeadLetter.place}. */
  readonly after?: number;
}

/** How full a stream is. Once either limit is reached, it takes nothing more. */
export interface Fill {
  readonly messages: number;
  readonly maxMessages: number;
  readonly bytes: number;
  readonly maxBytes: number;
}

/** The log's room, and what takes it. */
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
  /** As {@link EventLog.waiting}. */
  readonly waiting: number;
  /** The share of the log, 0 to 1, that follows its oldest unacknowledged message; as far as known by averages. */
  readonly lag: number;
  /** The newest cut that was not heard of yet. */
  readonly cut: Cut | null;
}

export interface Listening {
  stop(): Promise<void>;
}

export interface ReadOptions {
  /** Subject filters, as of {@link ConsumeOptions.subjects}. */
  readonly subjects: readonly string[];
  readonly after?: Position;
  readonly signal?: AbortSignal;
}

export interface RangeOptions {
  /** Without wildcards, each once. */
  readonly subjects: readonly string[];
  readonly after: Position;
  /** The last sequence that is asked for; the log has reached it. */
  readonly through: number;
  /** Messages at most. Default: 256. */
  readonly limit?: number;
  /** Bytes of messages after which no more are given; one is always given. Default: 262,144. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

export interface LogRange {
  readonly messages: readonly LoggedMessage[];
  /** No message up to this sequence was left out: `through`, or the last message's where there may be more. */
  readonly through: number;
}

/** The cursor's stream is gone: the client must query afresh. */
export class EpochGone extends Error {
  override readonly name = 'EpochGone';
}

/** The log lacks messages after the position: the client must query afresh. */
export class PositionGone extends Error {
  override readonly name = 'PositionGone';
}

/** The log did not answer within the time limit, is full, or is closed. */
export class EventLogUnavailable extends Error {
  override readonly name = 'EventLogUnavailable';
}

/** The message can never be published as it is. The text names the field and the fix. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';
}
