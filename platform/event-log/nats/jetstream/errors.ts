import { JetStreamApiCodes, JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import {
  AuthorizationError,
  ClosedConnectionError,
  DrainingConnectionError,
  InvalidArgumentError,
} from '@nats-io/transport-node';
import { pause } from '../../../time/pause.ts';
import { retrying } from '../../../time/retry.ts';
import { EventLogUnavailable } from '../../errors.ts';

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
/** Whether a message that was to be read or deleted does not exist. */
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

/** Between two tries of one request. */
export const BACKOFF = { baseMs: 50, maxMs: 1_000 } as const;

/** Repeats `work` for `forMs` while its failure may pass. @throws its last error */
export const retryFor = <T>(work: () => Promise<T>, forMs: number): Promise<T> =>
  retrying(work, { ...BACKOFF, forMs, mayPass });

/** Resolves when `work` is settled, or after `ms`. */
export async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const settled = new AbortController();
  await Promise.race([work.catch(() => undefined), pause(ms, settled.signal)]);
  settled.abort();
}
