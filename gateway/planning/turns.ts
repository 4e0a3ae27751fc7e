import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { BlobgraphError } from '../../platform/errors/errors.ts';

export interface TurnsOptions {
  /** Plans at once. */
  readonly atOnce: number;
  /** Operations that may wait, besides those. */
  readonly maxWaiting: number;
}

/** Limits concurrency with a bounded queue. @throws BlobgraphError OVERLOADED when the queue is full */
export function createTurns({ atOnce, maxWaiting }: TurnsOptions) {
  const turns = bulkhead(atOnce, maxWaiting);
  return async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await turns.execute(work);
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new BlobgraphError('OVERLOADED', 'Too many operations wait to be planned. Try again.');
    }
  };
}
