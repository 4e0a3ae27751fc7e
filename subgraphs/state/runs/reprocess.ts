import { takes } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import { derivedBlobId } from '../../../platform/ids.ts';
import { changeEntry, type EntryDecider, requireEntry } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import { isPending, STATE } from '../entry.ts';
import { noRun } from './processing.ts';
import { applyReprocess, blobRun } from './runs.ts';
import { retiredRefusal } from './status.ts';

const refusal = (code: 'VALIDATION_FAILED' | 'RUN_UNDER_WAY', message: string) =>
  new BlobgraphError(code, message, { field: 'processorId' });

/** @throws BlobgraphError VALIDATION_FAILED for what the processor itself made on demand; users' own blobs are nobody's */
function assertNotOnDemand(entry: IndexEntry, processorId: string, versions: readonly string[]): void {
  if (entry.processorId === STATE || entry.processorId !== processorId) return;
  const [parent = ''] = entry.sourceIds;
  const isMadeOfEvent = versions.some(
    (version) => derivedBlobId(parent, processorId, version, entry.generation) === entry.id,
  );
  if (isMadeOfEvent) return;
  throw refusal('VALIDATION_FAILED', 'This blob was made on demand. Ask for it anew, with a new key.');
}

/** The generation that a processor begins with on a blob that it has no run on: what it made before stays as it is. */
async function firstGeneration(
  { store }: StateDependencies,
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

/** The generation of a first run here. @throws BlobgraphError PROCESSOR_UNKNOWN, PROCESSOR_RETIRED, VALIDATION_FAILED */
async function admit(deps: StateDependencies, entry: IndexEntry, processorId: string): Promise<number> {
  const event = entry.processorId === STATE ? 'blob.created' : 'blob.indexed';
  const run = blobRun(entry.runs, processorId);
  const processor = await deps.processors.get(
    processorId,
    (known) => run !== undefined || takes(known, entry.schemaId, event),
  );
  const versions = processor ? [...new Set([processor.version, ...processor.versions])] : [];
  if (processor?.status === 'retired') throw retiredRefusal(processorId);
  assertNotOnDemand(entry, processorId, versions);
  if (run) return 0;
  if (!processor || !takes(processor, entry.schemaId, event)) throw noRun(processorId);
  if (isPending(entry))
    throw refusal('VALIDATION_FAILED', 'The blob is still being made. What takes it works on it then.');
  return firstGeneration(deps, entry, processorId, versions);
}

/**
 * Asks a processor to make anew what it made of a blob, as its next generation; what it made before stays.
 * @throws BlobgraphError BLOB_NOT_FOUND, PROCESSOR_UNKNOWN, PROCESSOR_RETIRED, RUN_UNDER_WAY, VALIDATION_FAILED
 */
export async function reprocess(
  deps: StateDependencies,
  userId: string,
  blobId: string,
  processorId: string,
): Promise<IndexEntry> {
  const read = await requireEntry(deps, userId, blobId);
  const first = await admit(deps, read, processorId);
  const decide: EntryDecider = (entry) => {
    const changed = applyReprocess(entry.runs, processorId, first, deps.clock.now());
    if (changed) return { runs: changed.runs, events: [{ kind: 'retried', run: changed.run }] };
    const { state } = blobRun(entry.runs, processorId) ?? {};
    throw refusal(
      'RUN_UNDER_WAY',
      `The run is ${state}. Wait until it is COMPLETED or FAILED, or cancel it.`,
    );
  };
  return changeEntry(deps, userId, blobId, decide, read);
}
