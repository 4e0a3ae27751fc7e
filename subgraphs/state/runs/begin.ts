import type {
  BegunRun,
  ProcessingReport,
  RunBeginning,
  SourceDocument,
} from '../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import { changeEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import { isPending, STATE } from '../entry.ts';
import { decideReport, isOfCancelled } from './processing.ts';
import { assertMayRead } from './reading.ts';
import { blobRun } from './runs.ts';
import { nameSources, sourcesOf } from './sources.ts';
import { assertNotRetired, pausedRefusal, retiredMessage, statusOf } from './status.ts';

/** @throws BlobgraphError BLOB_NOT_FOUND */
async function requireBlob({ store }: StateDependencies, userId: string, id: string): Promise<IndexEntry> {
  const [entry] = await store.entries(userId, [id]);
  if (entry) return entry;
  const message = 'There is no blob of this id, or it is not the user’s.';
  throw new BlobgraphError('BLOB_NOT_FOUND', message, { field: 'blob_id' });
}

/** A user's own blob with its document. @throws BlobgraphError CONTENT_MISSING */
async function withData(deps: StateDependencies, entry: IndexEntry): Promise<SourceDocument[]> {
  const [blob] = await deps.store.userBlobs(entry.userId, [entry.id]);
  if (!blob)
    throw new BlobgraphError('CONTENT_MISSING', 'The source’s content is gone from the store that keeps it.');
  return (await sourcesOf(deps, [entry])).map((source) => ({ ...source, data: blob.data }));
}

/** Sources of a run on this entry. @throws BlobgraphError CONTENT_MISSING, VALIDATION_FAILED */
async function readSources(
  deps: StateDependencies,
  entry: IndexEntry,
  processorId: string,
): Promise<SourceDocument[]> {
  if ((await statusOf(deps, entry.processorId)) === 'retired' && entry.processorId !== processorId) {
    const message = `The source’s content is gone: ${retiredMessage(entry.processorId)}`;
    throw new BlobgraphError('CONTENT_MISSING', message, { field: 'blob_id' });
  }
  if (entry.processorId === processorId) return nameSources(deps, entry.userId, processorId, entry.sourceIds);
  if (isPending(entry)) {
    const message = 'The blob has no content yet. Who takes it is asked once it is there.';
    throw new BlobgraphError('VALIDATION_FAILED', message, { field: 'blob_id' });
  }
  return entry.processorId === STATE ? withData(deps, entry) : sourcesOf(deps, [entry]);
}

/**
 * The generation that is begun, and whether it is made already. One that is newer than the run's was handed out before
 * the index was restored from an older copy: its run is the newest from then on.
 */
function standing(entry: IndexEntry, { processor_id, generation }: RunBeginning) {
  const run = blobRun(entry.runs, processor_id);
  const newest = run?.generation ?? 0;
  const begun = generation ?? newest;
  // A blob of its own is worked on by its processor only while it has no content.
  const isMade = entry.processorId === processor_id ? !isPending(entry) : run?.state === 'COMPLETED';
  return { generation: begun, done: begun === newest && isMade, isNewest: begun >= newest };
}

/** @throws BlobgraphError PROCESSOR_PAUSED, PROCESSOR_RETIRED */
async function assertMayWork(deps: StateDependencies, processorId: string): Promise<void> {
  const status = await statusOf(deps, processorId);
  assertNotRetired(processorId, status);
  if (status === 'paused') throw pausedRefusal(processorId);
}

/** Tells of it. False when it was cancelled. */
async function tell(deps: StateDependencies, entry: IndexEntry, report: ProcessingReport): Promise<boolean> {
  try {
    await changeEntry(deps, entry.userId, entry.id, decideReport(deps, report), entry);
    return true;
  } catch (error) {
    if (error instanceof BlobgraphError && error.code === 'CANCELLED') return false;
    throw error;
  }
}

/**
 * Tells that a run has begun, unless it is completed or cancelled, and answers what it works on: the blob itself, or the sources of
 * a blob of the processor's own that is pending. Of an older generation, which is made again because its content is gone,
 * nothing is told. Safe to do again.
 * @throws BlobgraphError BLOB_NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, CONTENT_MISSING, PROCESSOR_PAUSED,
 *   PROCESSOR_RETIRED, SERVICE_UNAVAILABLE
 */
export async function beginRun(
  deps: StateDependencies,
  userId: string,
  beginning: RunBeginning,
): Promise<BegunRun> {
  const { blob_id, processor_id, attempt } = beginning;
  await assertMayWork(deps, processor_id);
  const entry = await requireBlob(deps, userId, blob_id);
  await assertMayRead(deps, processor_id, [entry]);
  const { generation, done, isNewest } = standing(entry, beginning);
  if (done || isOfCancelled(entry, { processor_id, generation }))
    return { generation, done: true, sources: [] };
  // Before anything is told: what has no source must not be under way for ever.
  const sources = await readSources(deps, entry, processor_id);
  const report = { blob_id, processor_id, state: 'PROCESSING', attempt, generation } as const;
  if (isNewest && !(await tell(deps, entry, report))) return { generation, done: true, sources: [] };
  return { generation, done, sources };
}
