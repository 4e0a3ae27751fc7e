import type { ProcessingReport } from '../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import { type EventKind, progressSubject } from '../../../platform/events/events.ts';
import { changeEntry, type EntryDecider, requireEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry, Run } from '../documents.ts';
import { isPending } from '../entry.ts';
import { assertMayRead } from './reading.ts';
import { applyReport, applyRetry, blobRun } from './runs.ts';

const KINDS = {
  PENDING: 'processing',
  PROCESSING: 'processing',
  COMPLETED: 'completed',
  FAILED: 'failed',
} as const satisfies Record<Run['state'], EventKind>;

/** A pending blob's own run is completed by its content, and by nothing less. */
const isTooEarly = (entry: IndexEntry, { processor_id, artifact, state }: ProcessingReport): boolean =>
  isPending(entry) && processor_id === entry.processorId && artifact === undefined && state === 'COMPLETED';

/** So that an entry, which holds its runs, stays small. */
const MAX_ARTIFACTS = 100;

/** @throws BlobgraphError VALIDATION_FAILED for one artifact more than a blob may have */
function assertRoom({ runs }: IndexEntry, { processor_id, artifact }: ProcessingReport): void {
  if (artifact === undefined) return;
  const artifacts = runs.filter((run) => run.artifact !== null);
  const isKnown = artifacts.some((run) => run.processorId === processor_id && run.artifact === artifact);
  if (isKnown || artifacts.length < MAX_ARTIFACTS) return;
  const message = `A blob may have at most ${MAX_ARTIFACTS} artifacts.`;
  throw new BlobgraphError('VALIDATION_FAILED', message, { field: 'artifact' });
}

/** A report's change of an entry; null when it says nothing new. @throws BlobgraphError VALIDATION_FAILED */
export const decideReport =
  ({ clock }: Pick<StateDependencies, 'clock'>, report: ProcessingReport): EntryDecider =>
  (entry) => {
    if (isTooEarly(entry, report)) return null;
    assertRoom(entry, report);
    const changed = applyReport(entry.runs, report, clock.now());
    return changed && { runs: changed.runs, events: [{ kind: KINDS[report.state], run: changed.run }] };
  };

/**
 * Takes a processor's report on its run; one that says nothing new changes nothing.
 * @throws BlobgraphError BLOB_NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, SERVICE_UNAVAILABLE
 */
export async function reportProcessing(
  deps: StateDependencies,
  userId: string,
  report: ProcessingReport,
): Promise<IndexEntry> {
  const read = await requireEntry(deps, userId, report.blob_id);
  await assertMayRead(deps, report.processor_id, [read]);
  if (report.state === 'PROCESSING' && report.progress !== undefined && report.artifact === undefined)
    announceProgress(deps, userId, report);
  return changeEntry(deps, userId, report.blob_id, decideReport(deps, report), read);
}

function announceProgress(deps: StateDependencies, userId: string, report: ProcessingReport): void {
  const body = { blob_id: report.blob_id, processor_id: report.processor_id, progress: report.progress };
  deps.eventLog.announce(progressSubject(userId), new TextEncoder().encode(JSON.stringify(body)));
}

/** The refusal of a processor without a run. */
export function noRun(processorId: string): BlobgraphError {
  const message = `\`${processorId.slice(0, 64)}\` has no run on this blob. Its runs are listed in \`processing.runs\`.`;
  return new BlobgraphError('PROCESSOR_UNKNOWN', message, { field: 'processorId' });
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
  const read = await requireEntry(deps, userId, blobId);
  const decide: EntryDecider = (entry) => {
    const run = blobRun(entry.runs, processorId);
    if (!run) throw noRun(processorId);
    const changed = applyRetry(entry.runs, processorId, deps.clock.now());
    if (changed) return { runs: changed.runs, events: [{ kind: 'retried', run: changed.run }] };
    const message = `The run is ${run.state}; only one that FAILED can be retried. \`reprocess\` has it made anew.`;
    throw new BlobgraphError('RUN_NOT_FAILED', message, { field: 'processorId' });
  };
  return changeEntry(deps, userId, blobId, decide, read);
}
