import { BlobgraphError } from '../../../platform/errors.ts';
import type { StateDependencies } from '../dependencies.ts';
import { retiredMessage } from '../runs/status.ts';
import type { Backfill } from '../store/backfills.ts';
import { takesBlobs } from './decide.ts';

export interface BackfillRequest {
  readonly processorId: string;
  /** Only blobs created at this time or later. Default: all. */
  readonly since?: Date | null;
}

/**
 * Begins to ask a processor for what it would have made of blobs that are older than it, or finds that this is under
 * way. It goes on by itself, behind live work.
 * @throws BlobgraphError PROCESSOR_UNKNOWN, PROCESSOR_RETIRED; VALIDATION_FAILED for one that works on demand alone
 */
export async function beginBackfill(
  { store, processors, clock, nudgeBackfill }: StateDependencies,
  requestedBy: string,
  { processorId, since = null }: BackfillRequest,
): Promise<Backfill> {
  const field = 'processorId';
  const processor = await processors.get(processorId, takesBlobs);
  if (!processor) {
    const message = `There is no processor \`${processorId.slice(0, 64)}\`.`;
    throw new BlobgraphError('PROCESSOR_UNKNOWN', message, { field });
  }
  if (processor.status === 'retired')
    throw new BlobgraphError('PROCESSOR_RETIRED', retiredMessage(processorId), { field });
  if (!takesBlobs(processor)) {
    const message = `\`${processorId}\` takes no blobs by itself: it works on demand, so there is nothing to make up for.`;
    throw new BlobgraphError('VALIDATION_FAILED', message, { field });
  }
  const startedAt = clock.now();
  const progress = { finishedAt: null, scanned: 0, planned: 0, finishedRuns: 0, obstacle: null };
  const begun = { processorId, since, requestedBy, startedAt, ...progress, after: null, batch: [] };
  const backfill = await store.beginBackfill(begun, startedAt);
  nudgeBackfill(processorId);
  return backfill;
}
