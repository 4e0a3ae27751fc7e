import type { ProcessorCatalog } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { noProcessor } from '../../../platform/serving/direct-reads/owners.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { assertNotRetired } from '../blobs/processing/processor-status.ts';
import type { StateStore } from '../store/store.ts';
import { type IndexWalk, newWalk } from '../store/walks.ts';
import { takesBlobs } from './decide.ts';

export interface BackfillRequest {
  readonly processorId: string;
  /** Only blobs created at this time or later. Default: all. */
  readonly since?: Date | null;
}

export interface BackfillDependencies {
  readonly store: Pick<StateStore, 'backfills'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  readonly clock: Clock;
  /** Continues a processor's backfill soon. */
  readonly nudgeBackfill: (processorId: string) => void;
}

/**
 * Begins to request runs on blobs that are older than the processor, unless that is under way. It continues in the
 * background, behind live work.
 * @throws BlobgraphError PROCESSOR_UNKNOWN, PROCESSOR_RETIRED; VALIDATION_FAILED when the processor only works on demand
 */
export async function beginBackfill(
  { store, processors, clock, nudgeBackfill }: BackfillDependencies,
  requestedBy: string,
  { processorId, since = null }: BackfillRequest,
): Promise<IndexWalk> {
  const processor = await processors.get(processorId, takesBlobs);
  if (!processor) throw noProcessor(processorId, 'processorId');
  assertNotRetired(processorId, processor.status);
  if (!takesBlobs(processor)) {
    const message = `\`${processorId}\` only works on demand: there is nothing to backfill.`;
    throw new BlobgraphError('VALIDATION_FAILED', message, { field: 'processorId' });
  }
  const startedAt = clock.now();
  const walk = newWalk({ processorId, since, requestedBy, startedAt });
  const backfill = await store.backfills.beginWalk(walk, startedAt);
  nudgeBackfill(processorId);
  return backfill;
}
