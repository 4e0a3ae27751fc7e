import type { ProcessingReport } from '../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import { type EventKind, progressSubject } from '../../../platform/events/events.ts';
import { changeEntry, type EntryDecider, requireEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry, Run } from '../documents.ts';
import { isPending } from '../entry.ts';
import { assertMayRead } from './reading.ts';
import { applyReport, blobRun, isCancelled } from './runs.ts';
import { assertNotRetired, pausedRefusal, statusOf } from './status.ts';

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

/** The answer to a processor that is at a run which its owner does not want any more. */
export const cancelled = () =>
  new BlobgraphError('CANCELLED', 'The run was cancelled. Discard what was made.', { field: 'blob_id' });

/** Whether it is of a run that was cancelled. One of a later generation was asked for since. */
export function isOfCancelled(
  { runs }: Pick<IndexEntry, 'runs'>,
  { processor_id, generation }: Pick<ProcessingReport, 'processor_id' | 'generation'>,
): boolean {
  const run = blobRun(runs, processor_id);
  return run !== undefined && isCancelled(run) && (generation ?? run.generation) <= run.generation;
}

/**
 * Whether a run would fail that nobody may have begun: who says so does not know that the processor is paused, and takes
 * waiting for failing.
 */
const isOfPaused = ({ runs }: IndexEntry, { processor_id, artifact, state }: ProcessingReport): boolean =>
  state === 'FAILED' && artifact === undefined && blobRun(runs, processor_id)?.state === 'PENDING';

/**
 * A report's change of an entry; null when it says nothing new. `isEntered`: its result is in the index already, which
 * a cancellation came too late for.
 * @throws BlobgraphError VALIDATION_FAILED; CANCELLED to who is at a run that was
 */
export const decideReport =
  (
    { clock }: Pick<StateDependencies, 'clock'>,
    report: ProcessingReport,
    { isEntered = false, isPaused = false } = {},
  ): EntryDecider =>
  (entry) => {
    if (isTooEarly(entry, report)) return null;
    if (!isEntered && report.artifact === undefined && isOfCancelled(entry, report)) {
      if (report.state === 'PROCESSING') throw cancelled();
      return null;
    }
    if (isPaused && isOfPaused(entry, report)) throw pausedRefusal(report.processor_id);
    assertRoom(entry, report);
    const changed = applyReport(entry.runs, report, clock.now());
    return changed && { runs: changed.runs, events: [{ kind: KINDS[report.state], run: changed.run }] };
  };

/**
 * Takes a processor's report on its run; one that says nothing new changes nothing.
 * @throws BlobgraphError BLOB_NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, CANCELLED, PROCESSOR_PAUSED, PROCESSOR_RETIRED,
 *   SERVICE_UNAVAILABLE
 */
export async function reportProcessing(
  deps: StateDependencies,
  userId: string,
  report: ProcessingReport,
): Promise<IndexEntry> {
  const status = await statusOf(deps, report.processor_id);
  assertNotRetired(report.processor_id, status);
  const read = await requireEntry(deps, userId, report.blob_id);
  await assertMayRead(deps, report.processor_id, [read]);
  if (report.state === 'PROCESSING' && report.progress !== undefined && report.artifact === undefined)
    announceProgress(deps, userId, report);
  const decide = decideReport(deps, report, { isPaused: status === 'paused' });
  return changeEntry(deps, userId, report.blob_id, decide, read);
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
