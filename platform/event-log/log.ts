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
   * @throws EventLogUnavailable when the log did not acknowledge in that time; it may still have it
   */
  publish(message: OutgoingMessage): Promise<PublishAck>;
  /**
   * Starts (or takes up) the durable consumer `options.durable`. Several processes that consume with the same
   * name share its messages. `handler` decides what becomes of a message by what it resolves to.
   */
  consume(options: ConsumeOptions, handler: MessageHandler): Promise<Consumption>;
  /**
   * Messages after `options.after` (default: from the head, new ones only), in the log's order, then as they
   * come, until the iterator is returned or `signal` aborts. Survives a reconnection without a gap.
   * @throws EpochGone when `after` is of another epoch; PositionGone when it is older than what is kept
   */
  read(options: ReadOptions): AsyncIterableIterator<LoggedMessage>;
  /** The position of the newest message (sequence 0 of an empty log). */
  head(): Promise<Position>;
  /** What the log offers outside itself: messages that are kept nowhere, best effort, never awaited. */
  announce(subject: string, body: Uint8Array): void;
  /** Hears {@link announce}d messages of every process on these subjects. */
  listen(
    subjects: readonly string[],
    handler: (subject: string, body: Uint8Array) => void,
  ): Promise<Listening>;
  /** Resolves when the log answers. @throws when it does not */
  ping(): Promise<void>;
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
  /** Stable message id: the same for every attempt to publish the same thing. */
  readonly id: string;
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
  /** Subject filters; `*` stands for one token, a last `>` for one or more. */
  readonly subjects: readonly string[];
  /** Messages in work at once in this process. */
  readonly maxInFlight: number;
  /** A delivery that was neither acknowledged nor extended for this long is made again. */
  readonly ackWaitMs: number;
  /** Deliveries of one message, the first included. After the last one it is set aside. */
  readonly maxDeliver: number;
  /** Pause before the 2nd, 3rd, … delivery after a failure; the last value repeats. */
  readonly backoffMs: readonly number[];
}

export interface Delivery extends LoggedMessage {
  /** 1 for the first delivery of this message to this consumer. */
  readonly attempt: number;
  /** True when no delivery follows this one. */
  readonly last: boolean;
  /** Tells the log that the work goes on: the acknowledgement wait starts anew. */
  working(): void;
  /** Aborts when the consumption is being stopped. */
  readonly signal: AbortSignal;
}

/**
 * `ack`: done, durable before the next message may be handed out in its place. `retry`: deliver again after
 * the backoff. `terminate`: never deliver again (set aside with `reason`). A handler that rejects means `retry`.
 */
export type Outcome =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry' }
  | { readonly kind: 'terminate'; readonly reason: string };

export type MessageHandler = (delivery: Delivery) => Promise<Outcome>;

export interface Consumption {
  /** Takes no more messages, waits up to `graceMs` for those in work, hands back the rest. */
  stop(graceMs?: number): Promise<void>;
}

export interface Listening {
  stop(): Promise<void>;
}

export interface ReadOptions {
  readonly subjects: readonly string[];
  readonly after?: Position;
  readonly signal?: AbortSignal;
}

/** The cursor's stream is gone: the client must query afresh. */
export class EpochGone extends Error {
  override readonly name = 'EpochGone';
}

/** The position is older than what the log keeps: the client must query afresh. */
export class PositionGone extends Error {
  override readonly name = 'PositionGone';
}

/** The log did not acknowledge within the time limit. */
export class EventLogUnavailable extends Error {
  override readonly name = 'EventLogUnavailable';
}
