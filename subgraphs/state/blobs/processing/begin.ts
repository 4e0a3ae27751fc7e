import { takenVersionsOf } from '../../../../platform/clients/canary.ts';
import type { ProcessorCatalog } from '../../../../platform/clients/registry.ts';
import type { SchemaClient } from '../../../../platform/clients/schemas.ts';
import type {
  BegunRun,
  ProcessingReport,
  RunBeginning,
  SourceDocument,
} from '../../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import { isTaken, type TakenVersions } from '../../../../platform/json-schema/versions/range.ts';
import {
  type ChangeDependencies,
  changeEntry,
  type EntryDecider,
  requireEntry,
} from '../../entries/changes.ts';
import { isPending, STATE } from '../../entries/entry.ts';
import { blobRun, isHeld } from '../../entries/runs.ts';
import type { IndexEntry } from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import {
  assertNotRetired,
  knownProcessors,
  pausedRefusal,
  retiredMessage,
  statusOf,
} from './processor-status.ts';
import { assertMayRead } from './reading.ts';
import { decideReport, isOfCancelled } from './report.ts';
import { nameSources, sourcesOf } from './sources.ts';
import { assertNotResting, type Given, givenOf, isFor, withoutStale } from './versions.ts';
import { sourcesAsTaken } from './versions-taken.ts';

export interface BeginDependencies extends ChangeDependencies {
  readonly store: Pick<StateStore, 'entries' | 'updateEntry' | 'userBlobs'>;
  readonly processors: Pick<ProcessorCatalog, 'get' | 'known'>;
  readonly schemas: Pick<SchemaClient, 'upcast' | 'readableAs'>;
}

/** A user's own blob with its document. @throws BlobgraphError CONTENT_MISSING */
async function withData(deps: BeginDependencies, entry: IndexEntry): Promise<SourceDocument[]> {
  const [blob] = await deps.store.userBlobs(entry.userId, [entry.id]);
  if (!blob)
    throw new BlobgraphError('CONTENT_MISSING', 'The source’s content is gone from the store that keeps it.');
  return (await sourcesOf(deps.processors, [entry])).map((source) => ({ ...source, data: blob.data }));
}

/** The sources of a run on this entry. @throws BlobgraphError CONTENT_MISSING, VALIDATION_FAILED */
async function readSources(
  deps: BeginDependencies,
  entry: IndexEntry,
  processorId: string,
): Promise<SourceDocument[]> {
  if (
    (await statusOf(deps.processors, entry.processorId)) === 'retired' &&
    entry.processorId !== processorId
  ) {
    const message = `The source’s content is gone: ${retiredMessage(entry.processorId)}`;
    throw new BlobgraphError('CONTENT_MISSING', message, { field: 'blob_id' });
  }
  if (entry.processorId === processorId) return nameSources(deps, entry.userId, processorId, entry.sourceIds);
  if (isPending(entry)) {
    const message = 'The blob has no content yet. Its processors are asked when it has.';
    throw new BlobgraphError('VALIDATION_FAILED', message, { field: 'blob_id' });
  }
  return entry.processorId === STATE ? withData(deps, entry) : sourcesOf(deps.processors, [entry]);
}

/**
 * The generation to begin, whether it is already done, and whether it is the newest. A generation newer than the run's
 * was requested before the index was restored from an older copy; it becomes the newest.
 */
function standing(entry: IndexEntry, { processor_id, generation }: RunBeginning) {
  const run = blobRun(entry.runs, processor_id);
  const newest = run?.generation ?? 0;
  const begun = generation ?? newest;
  // A processor works on its own blob only while that has no content.
  const isMade = entry.processorId === processor_id ? !isPending(entry) : run?.state === 'COMPLETED';
  return { generation: begun, done: begun === newest && isMade, isNewest: begun >= newest };
}

/** Whether the run is held back: who asks to begin it has overlooked that in an event, and is asked again later. */
function isNotYet({ runs }: IndexEntry, processorId: string, generation: number): boolean {
  const run = blobRun(runs, processorId);
  return run !== undefined && isHeld(run) && run.generation === generation;
}

/** Whether nobody planned the run, as the blob is of a version that the processor does not take. */
const isNotTaken = (entry: IndexEntry, processorId: string, taken: TakenVersions): boolean =>
  processorId !== entry.processorId &&
  !blobRun(entry.runs, processorId) &&
  !isTaken(taken, entry.schemaId, entry.schemaVersion);

/** The versions that the process takes; as registered where it does not say. */
async function takenBy(
  processors: BeginDependencies['processors'],
  { processor_id, processor_version, takes_versions }: RunBeginning,
): Promise<TakenVersions> {
  if (takes_versions) return takes_versions;
  const processor = (await knownProcessors(processors)).get(processor_id);
  return processor ? takenVersionsOf(processor, processor_version) : {};
}

/** @throws BlobgraphError PROCESSOR_PAUSED, also for a version that takes no more work; PROCESSOR_RETIRED */
async function assertMayWork(
  processors: BeginDependencies['processors'],
  { processor_id: id, processor_version: version }: RunBeginning,
): Promise<void> {
  const status = await statusOf(processors, id);
  assertNotRetired(id, status);
  if (status === 'paused') throw pausedRefusal(id);
  await assertNotResting(processors, id, version);
}

/** Applies the report that the run is processing. False when the run was cancelled, or is another version's by now. */
async function markProcessing(
  deps: BeginDependencies,
  entry: IndexEntry,
  report: ProcessingReport,
  given: Given,
): Promise<boolean> {
  const decideOn = decideReport(deps.clock, report);
  let isOwn = true;
  const decide: EntryDecider = (found) => {
    isOwn = isFor(found, report.processor_id, given);
    if (!isOwn) return null;
    const own = withoutStale(found, report.processor_id, given);
    const run = blobRun(own.runs, report.processor_id);
    const isTaken = own !== found && run !== undefined;
    return decideOn(own) ?? (isTaken ? { runs: own.runs, events: [{ kind: 'processing', run }] } : null);
  };
  try {
    await changeEntry(deps, entry.userId, entry.id, decide, entry);
    return isOwn;
  } catch (error) {
    if (error instanceof BlobgraphError && error.code === 'CANCELLED') return false;
    throw error;
  }
}

/**
 * Begins a run, unless it is completed, cancelled, held back, another version's or on a version of its schema that is not
 * taken, and returns its sources: the blob itself, or the sources of a pending blob of the processor's own, each as the
 * processor takes it. An older generation, made again because its content is missing, leaves the run
 * as it is. Idempotent.
 * @throws BlobgraphError BLOB_NOT_FOUND, FORBIDDEN, VALIDATION_FAILED, CONTENT_MISSING, PROCESSOR_PAUSED,
 *   PROCESSOR_RETIRED, SCHEMA_VERSION_NOT_TAKEN, UPCAST_FAILED, SERVICE_UNAVAILABLE
 */
export async function beginRun(
  deps: BeginDependencies,
  userId: string,
  beginning: RunBeginning,
): Promise<BegunRun> {
  const { blob_id, processor_id, attempt } = beginning;
  await assertMayWork(deps.processors, beginning);
  const given = await givenOf(deps.processors, beginning);
  const entry = await requireEntry(deps.store, userId, blob_id, 'blob_id');
  await assertMayRead(deps.processors, processor_id, [entry]);
  const { generation, done, isNewest } = standing(entry, beginning);
  const taken = await takenBy(deps.processors, beginning);
  const isNotWanted =
    isOfCancelled(entry, { processor_id, generation }) || isNotTaken(entry, processor_id, taken);
  const isOthers = isNewest && !isFor(entry, processor_id, given);
  const isNotNow = isOthers || isNotYet(entry, processor_id, generation);
  if (done || isNotWanted || isNotNow) return { generation, done: true, sources: [] };
  // Read first: a run without sources must not stay PROCESSING for ever.
  const read = await readSources(deps, entry, processor_id);
  const sources = await sourcesAsTaken(deps.schemas, taken, read);
  const report = { blob_id, processor_id, state: 'PROCESSING', attempt, generation } as const;
  if (isNewest && !(await markProcessing(deps, entry, report, given)))
    return { generation, done: true, sources: [] };
  return { generation, done, sources };
}
