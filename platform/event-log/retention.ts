/**
 * A log's limits. What every durable has acknowledged goes when it is too old, or when room runs short, oldest first; what
 * one has not goes only where it lies before the newest share, and the durable is told (`onCut`).
 */
export interface Retention {
  /** Age from which acknowledged messages go. Default: 14 days. */
  readonly maxAgeMs: number;
  /** Default: 5,000,000. */
  readonly maxMessages: number;
  /** Bytes of all messages, as the store counts them. Default: 2 GiB. */
  readonly maxBytes: number;
  /** The share of the log, 0 to 1, that is kept for durables that lag and for readers' positions: the newest messages. */
  readonly keptShare: number;
  /** Bytes of one message: body, headers, subject and id. */
  readonly maxMessageBytes: number;
  /** Age limit of dead letters. They have a sixteenth of `maxBytes` and of `maxMessages`; the oldest make room. */
  readonly deadLetterMaxAgeMs: number;
}

const DAY_MS = 86_400_000;

export const defaultRetention: Retention = {
  maxAgeMs: 14 * DAY_MS,
  maxMessages: 5_000_000,
  maxBytes: 2 * 1024 ** 3,
  keptShare: 0.5,
  // Room for a book of 10,000 chapters, whose event names each; twice this is below NATS's usual limit of 1 MiB.
  maxMessageBytes: 448 * 1024,
  deadLetterMaxAgeMs: 90 * DAY_MS,
};

/**
 * How long message ids are remembered: twice the hour that a service may be away between publishing and noting that it
 * did. Past that a message may stand in the log twice; consumers and subscribers know it by its id and version then.
 */
export const DEFAULT_DEDUP_WINDOW_MS = 7_200_000;
