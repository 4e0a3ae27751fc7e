import { setTimeout as delay } from 'node:timers/promises';
import { JetStreamApiCodes, JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import {
  AuthorizationError,
  ClosedConnectionError,
  DrainingConnectionError,
  InvalidArgumentError,
} from '@nats-io/transport-node';
import { EventLogUnavailable } from './log.ts';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The error that callers know. */
export const unavailable = (what: string, cause: unknown): EventLogUnavailable =>
  cause instanceof EventLogUnavailable
    ? cause
    : new EventLogUnavailable(`${what}: ${messageOf(cause)}`, { cause });

/** Codes of nats-server's `errors.json` that the client does not name. */
const STREAM_EXISTS_OTHERWISE = 10058;
const CONSUMER_EXISTS_OTHERWISE = 10148;
const MESSAGE_TOO_LARGE = 10054;
const MESSAGE_DELETE_FAILED = 10057;
/** The stream's store refused the message: it has no room, for instance. */
const NOT_STORED = 10077;
const OTHER_LAST_SEQUENCE = 10071;
const NOT_FOUND = 404;

const hasCode = (error: unknown, code: number): boolean =>
  error instanceof JetStreamApiError && error.code === code;

export const isStreamNotFound = (error: unknown): boolean => hasCode(error, JetStreamApiCodes.StreamNotFound);
/** Whether a message to be read, alone or among several, or deleted is not there. */
export const isMessageNotFound = (error: unknown): boolean =>
  hasCode(error, JetStreamApiCodes.NoMessageFound) ||
  hasCode(error, MESSAGE_DELETE_FAILED) ||
  (error instanceof JetStreamError && 'code' in error && error.code === NOT_FOUND);
export const isOtherStream = (error: unknown): boolean => hasCode(error, STREAM_EXISTS_OTHERWISE);
export const isConsumerNotFound = (error: unknown): boolean =>
  hasCode(error, JetStreamApiCodes.ConsumerNotFound);
export const isOtherConsumer = (error: unknown): boolean => hasCode(error, CONSUMER_EXISTS_OTHERWISE);

/** The server's limit, or the client's check of the server's `max_payload`. */
export const isTooLarge = (error: unknown): boolean =>
  hasCode(error, MESSAGE_TOO_LARGE) ||
  (error instanceof InvalidArgumentError && error.message.includes('max_payload'));

/** True when the newest message on the subject is another than was expected. */
export const isOvertaken = (error: unknown): boolean => hasCode(error, OTHER_LAST_SEQUENCE);

/** True when the stream has no room for the message. */
export const isFull = (error: unknown): boolean =>
  hasCode(error, NOT_STORED) && /maximum (messages|bytes) exceeded/.test(messageOf(error));

/** True when nothing listens on the subject: no stream takes it, or its leader is being elected. */
export const isUnclaimed = (error: unknown): boolean =>
  error instanceof Error && error.name === 'JetStreamNotEnabled';

/** True when the same request may succeed later. */
function mayPass(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status !== 400;
  return !(
    error instanceof InvalidArgumentError ||
    error instanceof AuthorizationError ||
    error instanceof ClosedConnectionError ||
    error instanceof DrainingConnectionError
  );
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** The pause before the `attempt`-th repetition. */
export const pauseBefore = (attempt: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);

/** Repeats `work` for `forMs` while its failure may pass. @throws its last error */
export async function retrying<T>(work: () => Promise<T>, forMs: number): Promise<T> {
  const deadline = performance.now() + forMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || performance.now() + pauseBefore(attempt) > deadline) throw error;
    }
    await delay(pauseBefore(attempt));
  }
}

/** Resolves after `ms`, or as soon as `signal` aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

/** Resolves when `work` is settled, or after `ms`. */
export async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const settled = new AbortController();
  await Promise.race([work.catch(() => undefined), pause(ms, settled.signal)]);
  settled.abort();
}
