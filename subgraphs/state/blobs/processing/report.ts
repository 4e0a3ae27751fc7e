import type { ProcessorCatalog } from '../../../../platform/clients/registry.ts';
import type { ProcessingReport } from '../../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import type { EventKind } from '../../../../platform/events/events.ts';
import type { Clock } from '../../../../platform/time/clock.ts';
import {
  type ChangeDependencies,
  changeEntry,
  type EntryDecider,
  requireEntry,
} from '../../entries/changes.ts';
import { isPending } from '../../entries/entry.ts';
import { applyReport, blobRun, isCancelled } from '../../entries/runs.ts';
import type { IndexEntry, Run } from '../../store/records.ts';
import { assertNotRetired, pausedRefusal, statusOf } from './processor-status.ts';
import { assertMayRead } from './reading.ts';
import { takenFrom } from './versions.ts';

const KINDS = {
  PENDING: 'processing',
  PROCESSING: 'processing',
  COMPLETED: 'completed',
  FAILED: 'failed',
} as const satisfies Record<Run['state'], EventKind>;

/** A pending blob's own run is completed by registering its content, not by a report. */
const isTooEarly = (entry: IndexEntry, { processor_id, artifact, state }: ProcessingReport): boolean =>
  isPending(entry) && processor_id === entry.processorId && artifact === undefined && state === 'COMPLETED';

/** An entry holds its runs, and must stay small. */
const MAX_ARTIFACTS = 100;

/** @throws BlobgraphError VALIDATION_FAILED when a blob would have too many artifacts */
function assertRoom({ runs }: IndexEntry, { processor_id, artifact }: ProcessingReport): void {
  if (artifact === undefined) return;
  const artifacts = runs.filter((run) => run.artifact !== null);
  const isKnown = artifacts.some((run) => run.processorId === processor_id && run.artifact === artifact);
  if (isKnown || artifacts.length < MAX_ARTIFACTS) return;
  const message = `A blob may have at most ${MAX_ARTIFACTS} artifacts.`;
  throw new BlobgraphError('VALIDATION_FAILED', message, { field: 'artifact' });
}

/** The refusal of a report on a cancelled run. */
export const cancelled = () =>
  new BlobgraphError('CANCELLED', 'The run was cancelled. Discard what was made.', { field: 'blob_id' });

/** Whether a report or result belongs to a cancelled run. A later generation does not: it was requested afterwards. */
export function isOfCancelled(
  { runs }: Pick<IndexEntry, 'runs'>,
  { processor_id, generation }: Pick<ProcessingReport, 'processor_id' | 'generation'>,
): boolean {
  const run = blobRun(runs, processor_id);
  return run !== undefined && isCancelled(run) && (generation ?? run.generation) <= run.generation;
}

/**
 * Whether a report fails a run that has not begun. Its sender does not know that the processor is paused, and mistakes
 * waiting for failure.
 */
const isOfPaused = ({ runs }: IndexEntry, { processor_id, artifact, state }: ProcessingReport): boolean =>
  state === 'FAILED' && artifact === undefined && blobRun(runs, processor_id)?.state === 'PENDING';

const NOT_TAKEN = (_entry: Pick<IndexEntry, 'runs'>): boolean => false;

/**
 * Applies a report to an entry; null when it is not news. `isTaken`: whether the run was taken from the version that reports. `isEntered`: the result is already in the index, so it is too
 * late to cancel the run.
 * @throws BlobgraphError VALIDATION_FAILED; CANCELLED when the report continues a cancelled run; PROCESSOR_PAUSED
 */
export const decideReport =
  (
    clock: Clock,
    report: ProcessingReport,
    { isEntered = false, isPaused = false, isTaken = NOT_TAKEN } = {},
  ): EntryDecider =>
  (entry) => {
    if (isTooEarly(entry, report)) return null;
    const isUnwanted = isOfCancelled(entry, report) || isTaken(entry);
    if (!isEntered && report.artifact === undefined && isUnwanted) {
      if (report.state === 'PROCESSING') throw cancelled();
      return null;
    }
    if (isPaused && isOfPaused(entry, report)) throw pausedRefusal(report.processor_id);
    assertRoom(entry, report);
    const changed = applyReport(entry.runs, report, clock.now());
    return changed && { runs: changed.runs, events: [{ kind: KINDS[report.state], run: changed.run }] };
  };

export interface ReportDependencies extends ChangeDependencies {
  readonly processors: Pick<ProcessorCatalog, 'get' | 'known'>;
}

/**
 * Applies a processor's report on its run.
 * @throws BlobgraphError BLOB_NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, CANCELLED, PROCESSOR_PAUSED, PROCESSOR_RETIRED,
 *   SERVICE_UNAVAILABLE
 */
export async function reportProcessing(
  deps: ReportDependencies,
  userId: string,
  report: ProcessingReport,
): Promise<IndexEntry> {
  const status = await statusOf(deps.processors, report.processor_id);
  assertNotRetired(report.processor_id, status);
  const read = await requireEntry(deps.store, userId, report.blob_id);
  await assertMayRead(deps.processors, report.processor_id, [read]);
  const isTaken = await takenFrom(deps.processors, report);
  const decide = decideReport(deps.clock, report, { isPaused: status === 'paused', isTaken });
  return changeEntry(deps, userId, report.blob_id, decide, read);
}

/** The refusal when a processor has no run on a blob. */
export function noRun(processorId: string): BlobgraphError {
  const message = `\`${processorId.slice(0, 64)}\` has no run on this blob. Its runs are listed in \`processing.runs\`.`;
  return new BlobgraphError('PROCESSOR_UNKNOWN', message, { field: 'processorId' });
}
