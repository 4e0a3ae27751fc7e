import { ForbiddenAddress } from '../../egress/guarded-agent.ts';
import { BlobgraphError, isErrorCode } from '../../errors/errors.ts';
import { parseJson } from '../../json/exact.ts';
import { deadlineExceeded } from '../../time/deadline.ts';
import { AnswerTooLarge } from './gathering.ts';
import { NoAnswer } from './guard.ts';

interface RestAnswer {
  error?: { code?: unknown; message?: unknown; field?: unknown };
}

/** The error that a service tells of in the form of its REST, if it does. */
export function refusalOf(body: unknown): BlobgraphError | undefined {
  const { error } = (body ?? {}) as RestAnswer;
  if (!isErrorCode(error?.code) || typeof error.message !== 'string') return undefined;
  const field = typeof error.field === 'string' ? error.field : null;
  return new BlobgraphError(error.code, error.message, { field });
}

export const unavailable = (service: string, cause: unknown): BlobgraphError =>
  new BlobgraphError('SERVICE_UNAVAILABLE', `The ${service} service did not answer. Try again later.`, {
    cause,
  });

/**
 * The JSON of a text, null of an empty one; undefined when it is none: something in between answered.
 * @throws BlobgraphError PROCESSING_FAILED for a number that would not be what was answered
 */
export function parseBody(text: string): unknown {
  try {
    return text === '' ? null : parseJson(text);
  } catch (error) {
    if (!(error instanceof BlobgraphError)) return undefined;
    const message = `Another service answered what cannot be kept. ${error.message}`;
    throw new BlobgraphError('PROCESSING_FAILED', message, { cause: error });
  }
}

/** The error that a failed request is told by. */
export function failure(error: unknown, isCut: boolean, signal: AbortSignal | undefined): unknown {
  if (error instanceof AnswerTooLarge) return error;
  if (error instanceof ForbiddenAddress) return new NoAnswer(error, { again: false, counts: true });
  const isLate = (error as Error).name === 'TimeoutError';
  if (isLate && isCut) return deadlineExceeded(error);
  const isGivenUp = signal?.aborted ?? false;
  return new NoAnswer(error, { again: !isLate && !isGivenUp, counts: !isGivenUp });
}
