import type { ProcessingReport } from '../../platform/clients/state.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import { type EventKind, progressSubject } from '../../platform/events/events.ts';
import { changeEntry, requireEntry } from './change-entry.ts';
import type { StateDependencies } from './dependencies.ts';
import type { IndexEntry, Run } from './documents.ts';
import { applyReport, applyRetry } from './runs.ts';

const KINDS = {
  PENDING: 'processing',
  PROCESSING: 'processing',
  COMPLETED: 'completed',
  FAILED: 'failed',
} as const satisfies Record<Run['state'], EventKind>;

const runOf = (runs: readonly Run[], processorId: string): Run => {
  const run = runs.find((known) => known.processorId === processorId);
  if (!run) throw new Error(`The run of ${processorId} was just set`);
  return run;
};

/** Takes a processor's report on its run; one that says nothing new changes nothing. */
export async function reportProcessing(
  deps: StateDependencies,
  userId: string,
  report: ProcessingReport,
): Promise<IndexEntry> {
  if (report.state === 'PROCESSING' && report.progress !== undefined) announceProgress(deps, userId, report);
  return changeEntry(deps, userId, report.blob_id, (entry) => {
    const runs = applyReport(entry.runs, report, deps.clock.now());
    return runs && { runs, run: runOf(runs, report.processor_id), kind: KINDS[report.state] };
  });
}

function announceProgress(deps: StateDependencies, userId: string, report: ProcessingReport): void {
  const body = { blob_id: report.blob_id, processor_id: report.processor_id, progress: report.progress };
  deps.eventLog.announce(progressSubject(userId), new TextEncoder().encode(JSON.stringify(body)));
}

/**
 * Asks for a failed run again.
 * @throws BlobgraphError BLOB_NOT_FOUND, PROCESSOR_UNKNOWN, RUN_NOT_FAILED
 */
export async function retryProcessing(
  deps: StateDependencies,
  userId: string,
  blobId: string,
  processorId: string,
): Promise<IndexEntry> {
  const { runs: current } = await requireEntry(deps, userId, blobId);
  if (!current.some((run) => run.processorId === processorId)) {
    const message = `\`${processorId}\` has no run on this blob. Its runs are listed in \`processing.runs\`.`;
    throw new BlobgraphError('PROCESSOR_UNKNOWN', message, { field: 'processorId' });
  }
  return changeEntry(deps, userId, blobId, (entry) => {
    const runs = applyRetry(entry.runs, processorId, deps.clock.now());
    if (runs) return { runs, run: runOf(runs, processorId), kind: 'retried' };
    const { state } = runOf(entry.runs, processorId);
    throw new BlobgraphError('RUN_NOT_FAILED', `The run is ${state}; only one that FAILED can be retried.`, {
      field: 'processorId',
    });
  });
}
