import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import { MAX_TIMEOUT_SECONDS } from '../../../platform/processor/runs/settings.ts';
import { changeEntry, type EntryDecider, requireEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import { noRun } from './processing.ts';
import { applyFailure, applyRetry, blobRun, isCancelled, isUnderWay } from './runs.ts';
import { knownProcessors, pausedRefusal, retiredRefusal } from './status.ts';

/** Reading the source, storing and registering the result take their time beside the run itself. */
const MARGIN_SECONDS = 60;

/** Seconds of silence after which nobody is at a run of the processor any more. */
export const silenceOf = (processor: Pick<ProcessorDocument, 'timeout_seconds'> | undefined): number =>
  (processor?.timeout_seconds ?? MAX_TIMEOUT_SECONDS) + MARGIN_SECONDS;

/** The refusal of a run that cannot be asked for again now. */
function notNow(state: string, seconds: number): BlobgraphError {
  if (state === 'COMPLETED') {
    const message = 'The run is COMPLETED. `reprocess` has it made anew.';
    return new BlobgraphError('RUN_NOT_FAILED', message, { field: 'processorId' });
  }
  const message = `The run is ${state}. It can be asked for again when nothing was heard of it for ${seconds} s, or cancelled.`;
  return new BlobgraphError('RUN_UNDER_WAY', message, { field: 'processorId' });
}

/**
 * Asks for a run again that failed, or that nobody is at any more.
 * @throws BlobgraphError BLOB_NOT_FOUND, PROCESSOR_UNKNOWN, RUN_NOT_FAILED, RUN_UNDER_WAY, PROCESSOR_PAUSED,
 *   PROCESSOR_RETIRED
 */
export async function retryProcessing(
  deps: StateDependencies,
  userId: string,
  blobId: string,
  processorId: string,
): Promise<IndexEntry> {
  const read = await requireEntry(deps, userId, blobId);
  const processor = (await knownProcessors(deps)).get(processorId);
  const seconds = silenceOf(processor);
  const decide: EntryDecider = (entry) => {
    const run = blobRun(entry.runs, processorId);
    if (!run) throw noRun(processorId);
    if (processor?.status === 'retired') throw retiredRefusal(processorId);
    if (processor?.status === 'paused' && isUnderWay(run))
      throw pausedRefusal(processorId, processor.status_reason);
    const now = deps.clock.now();
    const changed = applyRetry(entry.runs, processorId, now, new Date(now.getTime() - seconds * 1_000));
    if (changed) return { runs: changed.runs, events: [{ kind: 'retried', run: changed.run }] };
    throw notNow(run.state, seconds);
  };
  return changeEntry(deps, userId, blobId, decide, read);
}

/**
 * Ends a run that waits or is at work: it is FAILED with the code CANCELLED, and what still comes of it is not taken.
 * Safe to ask for again.
 * @throws BlobgraphError BLOB_NOT_FOUND, PROCESSOR_UNKNOWN, RUN_NOT_UNDER_WAY
 */
export async function cancelProcessing(
  deps: StateDependencies,
  userId: string,
  blobId: string,
  processorId: string,
): Promise<IndexEntry> {
  const read = await requireEntry(deps, userId, blobId);
  const decide: EntryDecider = (entry) => {
    const run = blobRun(entry.runs, processorId);
    if (!run) throw noRun(processorId);
    if (isCancelled(run)) return null;
    if (!isUnderWay(run)) {
      const message = `The run is ${run.state}; only one that waits or is at work can be cancelled.`;
      throw new BlobgraphError('RUN_NOT_UNDER_WAY', message, { field: 'processorId' });
    }
    const error = { code: 'CANCELLED', message: 'The run was cancelled by the blob’s owner.' };
    const changed = applyFailure(entry.runs, run, error, deps.clock.now());
    return { runs: changed.runs, events: [{ kind: 'failed', run: changed.run }] };
  };
  return changeEntry(deps, userId, blobId, decide, read);
}
