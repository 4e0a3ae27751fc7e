import type { ProcessorCatalog, ProcessorDocument } from '../../../../platform/clients/registry.ts';
import { MAX_TIMEOUT_SECONDS } from '../../../../platform/config/runs.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import {
  type ChangeDependencies,
  changeEntry,
  type EntryDecider,
  requireEntry,
} from '../../entries/changes.ts';
import {
  applyFailure,
  applyRetry,
  blobRun,
  type ChangedRuns,
  isCancelled,
  isHeld,
  isUnderWay,
} from '../../entries/runs.ts';
import type { IndexEntry, Run } from '../../store/records.ts';
import { requestInTurn } from '../../turns/request.ts';
import type { Turns } from '../../turns/turns.ts';
import { assertNotRetired, knownProcessors, pausedRefusal } from './processor-status.ts';
import { noRun } from './report.ts';

/** Time for reading the sources, and for storing and registering the result. */
const MARGIN_SECONDS = 60;

/** Seconds without a report after which a run of the processor counts as abandoned. */
export const silenceOf = (processor: Pick<ProcessorDocument, 'timeout_seconds'> | undefined): number =>
  (processor?.timeout_seconds ?? MAX_TIMEOUT_SECONDS) + MARGIN_SECONDS;

/** The refusal to retry a run now. */
function notNow(run: Run, seconds: number): BlobgraphError {
  if (run.state === 'COMPLETED') {
    const message = 'The run is COMPLETED. Use `reprocess` to make it again.';
    return new BlobgraphError('RUN_NOT_FAILED', message, { field: 'processorId' });
  }
  const message = isHeld(run)
    ? 'The run waits for its turn behind your others. It is made then, or can be cancelled.'
    : `The run is ${run.state}. It can be retried after ${seconds} s without a report, or cancelled.`;
  return new BlobgraphError('RUN_UNDER_WAY', message, { field: 'processorId' });
}

export interface RetryDependencies extends ChangeDependencies {
  readonly processors: Pick<ProcessorCatalog, 'known'>;
  readonly turns: Pick<Turns, 'take'>;
}

/**
 * Requests a run again that failed or was abandoned.
 * @throws BlobgraphError BLOB_NOT_FOUND, PROCESSOR_UNKNOWN, RUN_NOT_FAILED, RUN_UNDER_WAY, PROCESSOR_PAUSED,
 *   PROCESSOR_RETIRED
 */
export async function retryProcessing(
  deps: RetryDependencies,
  userId: string,
  blobId: string,
  processorId: string,
): Promise<IndexEntry> {
  const read = await requireEntry(deps.store, userId, blobId);
  const processor = (await knownProcessors(deps.processors)).get(processorId);
  const seconds = silenceOf(processor);
  const retried = (entry: IndexEntry): ChangedRuns => {
    const run = blobRun(entry.runs, processorId);
    if (!run) throw noRun(processorId);
    assertNotRetired(processorId, processor?.status);
    if (processor?.status === 'paused' && isUnderWay(run))
      throw pausedRefusal(processorId, processor.status_reason);
    const now = deps.clock.now();
    const changed = applyRetry(entry.runs, processorId, now, new Date(now.getTime() - seconds * 1_000));
    if (changed) return changed;
    throw notNow(run, seconds);
  };
  return requestInTurn(deps, read, processorId, retried);
}

/**
 * Cancels a run that is PENDING or PROCESSING: it is FAILED with the code CANCELLED, and its results are refused.
 * Idempotent.
 * @throws BlobgraphError BLOB_NOT_FOUND, PROCESSOR_UNKNOWN, RUN_NOT_UNDER_WAY
 */
export async function cancelProcessing(
  deps: ChangeDependencies,
  userId: string,
  blobId: string,
  processorId: string,
): Promise<IndexEntry> {
  const read = await requireEntry(deps.store, userId, blobId);
  const decide: EntryDecider = (entry) => {
    const run = blobRun(entry.runs, processorId);
    if (!run) throw noRun(processorId);
    if (isCancelled(run)) return null;
    if (!isUnderWay(run)) {
      const message = `The run is ${run.state}; only a PENDING or PROCESSING run can be cancelled.`;
      throw new BlobgraphError('RUN_NOT_UNDER_WAY', message, { field: 'processorId' });
    }
    const error = { code: 'CANCELLED', message: 'The run was cancelled by the blob’s owner.' };
    const changed = applyFailure(entry.runs, run, error, deps.clock.now());
    return { runs: changed.runs, events: [{ kind: 'failed', run: changed.run }] };
  };
  return changeEntry(deps, userId, blobId, decide, read);
}
