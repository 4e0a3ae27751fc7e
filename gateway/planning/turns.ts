import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { BlobgraphError } from '../../platform/errors.ts';

export interface TurnsOptions {
  /** Plans made at once. */
  readonly atOnce: number;
  /** Operations that wait besides. */
  readonly maxWaiting: number;
}

/** Has work wait for its turn. @throws BlobgraphError OVERLOADED when too much waits already */
export function createTurns({ atOnce, maxWaiting }: TurnsOptions) {
  const turns = bulkhead(atOnce, maxWaiting);
  return async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await turns.execute(work);
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new BlobgraphError('OVERLOADED', 'Too many new operations wait to be planned. Try again.');
    }
  };
}
