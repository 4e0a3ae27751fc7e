/**
 * A log's limits. Messages that grow too old go; when there are too many of the others, the log takes
 * no more until some have: nothing is dropped that a consumer may still need to see.
 */
export interface Retention {
  readonly maxAgeMs: number;
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Of one message: body, headers, subject and id. */
  readonly maxMessageBytes: number;
  /** Of what was set aside. */
  readonly deadLetterMaxAgeMs: number;
}

const DAY_MS = 86_400_000;

export const defaultRetention: Retention = {
  maxAgeMs: 14 * DAY_MS,
  maxMessages: 5_000_000,
  maxBytes: 2 * 1024 ** 3,
  // Room for a book of 10,000 chapters, whose event names each; twice this is below NATS's usual limit of 1 MiB.
  maxMessageBytes: 448 * 1024,
  deadLetterMaxAgeMs: 90 * DAY_MS,
};

/**
 * How long message ids are remembered: twice the hour that a service may be away between publishing and noting that it
 * did. Past that a message may stand in the log twice; consumers and subscribers know it by its id and version then.
 */
export const DEFAULT_DEDUP_WINDOW_MS = 7_200_000;
