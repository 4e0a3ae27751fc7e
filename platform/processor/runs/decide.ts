import type { Takes } from '../../clients/registry.ts';
import { BlobgraphError, type ErrorCode, errorTable, InputErrors, isPassing } from '../../errors/errors.ts';
import { isUnavailable } from '../../errors/unavailable.ts';
import type { Delivery } from '../../event-log/consuming.ts';
import type { BlobEvent } from '../../events/events.ts';

/** The part of a definition that decides which events the processor takes. */
export interface Taker {
  readonly id: string;
  /** Default: none. */
  readonly takes?: Takes;
  /** Schemas that it takes only where the index planned a run: the book's owner opted in. */
  readonly optIn?: readonly string[];
}

/** Which of a processor's versions takes the events of a durable. */
export interface Taking {
  /** The version of the process. */
  readonly version: string;
  /** Whether the durable is the candidate's. */
  readonly asCandidate: boolean;
  /** The candidate beside the present version, which has a durable of its own; null: none is known. */
  readonly candidate: string | null;
}

/** The candidate's version that an event's run was given to; undefined: the present version. */
function versionIn({ kind, body: { run, canary = {} } }: BlobEvent, id: string): string | undefined {
  if (kind === 'retried') return run?.version;
  return Object.hasOwn(canary, id) ? canary[id] : undefined;
}

/**
 * Whether another version has the event in a durable of its own. What was given to an earlier candidate is taken by the
 * present version: the index knows whose it is now.
 */
function isOthers(event: BlobEvent, id: string, { version, asCandidate, candidate }: Taking): boolean {
  const given = versionIn(event, id);
  if (asCandidate) return given !== version;
  return given !== undefined && given !== version && given === candidate;
}

/** The only version there is. */
const ALONE: Taking = { version: '', asCandidate: false, candidate: null };

/**
 * The meaning of an event to a processor: `run` asks for a run, `ignore` does not. `elsewhere` asks for one that this version
 * does not make and another does: index and registry knew of that one when the run was planned.
 */
export type Asked = 'run' | 'ignore' | 'elsewhere';

export function askedBy(event: BlobEvent, { id, takes = {}, optIn = [] }: Taker, taking = ALONE): Asked {
  if (isOthers(event, id, taking)) return 'ignore';
  const { kind, body } = event;
  const isOwn = body.owner === id;
  if (kind === 'retried') {
    if (body.run?.processor_id !== id) return 'ignore';
    // A pending blob of its own, or a blob that it takes, however that came into being.
    const isTaken = Object.values(takes).some((schemaIds) => schemaIds.includes(body.schema_id));
    return isOwn || isTaken ? 'run' : 'elsewhere';
  }
  if (body.held?.includes(id)) return 'ignore';
  const isPlanned = body.planned?.includes(id) ?? false;
  const isTaken = (takes[`blob.${kind}`] ?? []).includes(body.schema_id) && body.pending !== true;
  if (isTaken && (isPlanned || !optIn.includes(body.schema_id))) return 'run';
  return isPlanned ? 'elsewhere' : 'ignore';
}

/** The attempt's number: a retry, or a replay, goes on counting where the failed run stopped. */
export const attemptOf = (
  event: BlobEvent,
  { attempt, earlierAttempts }: Pick<Delivery, 'attempt' | 'earlierAttempts'>,
): number => (event.kind === 'retried' ? (event.body.run?.attempt ?? 1) : 1) + earlierAttempts + attempt - 1;

/** The failure of a run, as its user sees it. */
export interface RunFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** True when a retry may succeed. */
  readonly retryable: boolean;
}

/**
 * Codes of what passes by itself, besides services that are away: the registry does not know the processor yet, or
 * clocks or secrets differ while services are being replaced.
 */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'MODEL_UNAVAILABLE',
  'INTERNAL',
  'PROCESSOR_UNKNOWN',
  'UNAUTHENTICATED',
  // The registry does not know yet that this version takes the source's schema.
  'FORBIDDEN',
  // The reconciler has a source's content made again.
  'CONTENT_MISSING',
  'PROCESSOR_PAUSED',
]);

/** The failure for an error of a run. Unknown errors are retryable, and their message is not shown. */
export function failureOf(error: unknown): RunFailure {
  if (error instanceof InputErrors) {
    const code = error.errors[0]?.code ?? 'VALIDATION_FAILED';
    return { code, message: error.message, retryable: false };
  }
  if (!(error instanceof BlobgraphError)) {
    return { code: 'PROCESSING_FAILED', message: 'The run failed on our side.', retryable: true };
  }
  return { code: error.code, message: error.message, retryable: isPassing(error) || PASSING.has(error.code) };
}

const codeOf = (error: unknown): ErrorCode | undefined =>
  error instanceof BlobgraphError ? error.code : undefined;

/**
 * Whether services or stores are away, or take each other for strangers while clocks or secrets differ, or the processor
 * is paused: that is no event's fault.
 */
export const isAway = (error: unknown): boolean =>
  isPassing(error) ||
  isUnavailable(error) ||
  ['UNAUTHENTICATED', 'PROCESSOR_PAUSED'].includes(codeOf(error) ?? '');

/** Whether the index refuses a result because it, its source or its user was deleted: nothing of it may stay. */
export const isDeleted = (error: unknown): boolean =>
  ['BLOB_DELETED', 'USER_ERASING'].includes(codeOf(error) ?? '');

/** The source is deleted: there is nothing to derive, and nobody to report a failure to. */
export const isSourceGone = (error: unknown): boolean =>
  codeOf(error) === 'BLOB_NOT_FOUND' || isDeleted(error);

/** Whether the run's result is not wanted any more: its owner cancelled it, or its processor was retired. */
export const isUnwanted = (error: unknown): boolean =>
  ['CANCELLED', 'PROCESSOR_RETIRED'].includes(codeOf(error) ?? '');

/** Whether the source is of a version of its schema that another version of the processor takes. */
export const isOfOtherVersion = (error: unknown): boolean => codeOf(error) === 'SCHEMA_VERSION_NOT_TAKEN';

/** Whether the index has no run of this processor on the blob, so that a failure cannot be reported. */
export const isUnasked = (error: unknown): boolean => codeOf(error) === 'FORBIDDEN';

/** Whether the index refuses a result permanently. */
export const refusedForGood = (error: unknown): error is BlobgraphError =>
  error instanceof BlobgraphError && errorTable[error.code].status < 500 && !PASSING.has(error.code);
