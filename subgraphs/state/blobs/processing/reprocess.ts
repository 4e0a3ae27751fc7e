import { versionFor } from '../../../../platform/clients/canary.ts';
import {
  type ProcessorCatalog,
  type ProcessorDocument,
  takes,
  takesVersion,
} from '../../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import { derivedBlobId } from '../../../../platform/ids/ids.ts';
import { type ChangeDependencies, requireEntry } from '../../entries/changes.ts';
import { isPending, STATE } from '../../entries/entry.ts';
import { applyReprocess, blobRun, type ChangedRuns } from '../../entries/runs.ts';
import type { IndexEntry } from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import { requestInTurn } from '../../turns/request.ts';
import type { Turns } from '../../turns/turns.ts';
import { assertNotRetired } from './processor-status.ts';
import { noRun } from './report.ts';
import { versionNotTaken } from './versions-taken.ts';

export interface ReprocessDependencies extends ChangeDependencies {
  readonly store: Pick<StateStore, 'entries' | 'updateEntry' | 'derived' | 'tombstones'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  readonly turns: Pick<Turns, 'take'>;
}

const refusal = (code: 'VALIDATION_FAILED' | 'RUN_UNDER_WAY', message: string) =>
  new BlobgraphError(code, message, { field: 'processorId' });

/** @throws BlobgraphError VALIDATION_FAILED for a blob that the processor itself made on demand */
function assertNotOnDemand(entry: IndexEntry, processorId: string, versions: readonly string[]): void {
  if (entry.processorId === STATE || entry.processorId !== processorId) return;
  const [parent = ''] = entry.sourceIds;
  const isMadeOfEvent = versions.some(
    (version) => derivedBlobId(parent, processorId, version, entry.generation) === entry.id,
  );
  if (isMadeOfEvent) return;
  throw refusal('VALIDATION_FAILED', 'This blob was made on demand. Request it again with a new key.');
}

/** @throws BlobgraphError VALIDATION_FAILED */
function assertTaken(processor: ProcessorDocument, entry: IndexEntry): void {
  if (!takesVersion(processor, entry))
    throw refusal('VALIDATION_FAILED', versionNotTaken(processor, entry).message);
}

/** The first generation on a blob without a run of this processor, after those that it made before. */
async function firstGeneration(
  { store }: ReprocessDependencies,
  { userId, id }: IndexEntry,
  processorId: string,
  versions: readonly string[],
): Promise<number> {
  const children = await store.derived(userId, [id], { limit: 100, processorIds: [processorId] });
  const made = (children.get(id) ?? []).map(({ generation }) => generation);
  if (made.length > 0) return Math.max(...made) + 1;
  const ids = versions.map((version) => derivedBlobId(id, processorId, version));
  return (await store.tombstones(userId, ids)).length > 0 ? 1 : 0;
}

/**
 * The generation of a first run, 0 when there is a run; and the candidate that the new run is given to.
 * @throws BlobgraphError PROCESSOR_UNKNOWN, PROCESSOR_RETIRED, VALIDATION_FAILED
 */
async function admit(
  deps: ReprocessDependencies,
  entry: IndexEntry,
  processorId: string,
): Promise<{ readonly first: number; readonly version: string | undefined }> {
  const event = entry.processorId === STATE ? 'blob.created' : 'blob.indexed';
  const run = blobRun(entry.runs, processorId);
  const processor = await deps.processors.get(
    processorId,
    (known) => run !== undefined || takes(known, entry.schemaId, event),
  );
  const versions = processor ? [...new Set([processor.version, ...processor.versions])] : [];
  assertNotRetired(processorId, processor?.status);
  assertNotOnDemand(entry, processorId, versions);
  const version = processor && versionFor(processor, event, entry);
  if (run) return { first: 0, version };
  if (!processor || !takes(processor, entry.schemaId, event)) throw noRun(processorId);
  assertTaken(processor, entry);
  if (isPending(entry))
    throw refusal('VALIDATION_FAILED', 'The blob is still being made. Its processors work on it then.');
  return { first: await firstGeneration(deps, entry, processorId, versions), version };
}

/**
 * Requests the next generation of a processor's result for a blob; earlier generations stay.
 * @throws BlobgraphError BLOB_NOT_FOUND, PROCESSOR_UNKNOWN, PROCESSOR_RETIRED, RUN_UNDER_WAY, VALIDATION_FAILED
 */
export async function reprocess(
  deps: ReprocessDependencies,
  userId: string,
  blobId: string,
  processorId: string,
): Promise<IndexEntry> {
  const read = await requireEntry(deps.store, userId, blobId);
  const { first, version } = await admit(deps, read, processorId);
  const again = (entry: IndexEntry): ChangedRuns => {
    const changed = applyReprocess(entry.runs, processorId, first, deps.clock.now(), version);
    if (changed) return changed;
    const { state } = blobRun(entry.runs, processorId) ?? {};
    throw refusal(
      'RUN_UNDER_WAY',
      `The run is ${state}. Wait until it is COMPLETED or FAILED, or cancel it.`,
    );
  };
  return requestInTurn(deps, read, processorId, again);
}
