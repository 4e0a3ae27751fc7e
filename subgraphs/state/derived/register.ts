import type { DerivedRegistration, FinishedRun } from '../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import { changeEntry } from '../change-entry.ts';
import { assertNotErasing } from '../deletion/erasure.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry, OutboxEvent } from '../documents.ts';
import { bookOf, entryOfDerived, eventOf, isPending } from '../entry.ts';
import { cancelled, isOfCancelled } from '../runs/processing.ts';
import { assertMayRead } from '../runs/reading.ts';
import { assertMayFinish } from '../runs/status.ts';
import { decideContent, isMigrated, plannedOf } from './content.ts';
import { assertDerivedId } from './derived-id.ts';

/** A registration's outcome. */
export interface Registered {
  readonly entry: IndexEntry;
  /** False when it was there before. */
  readonly created: boolean;
  /** The entries that were read for it, by id: the sources, as far as they are there. */
  readonly read: ReadonlyMap<string, IndexEntry>;
}

const deleted = (what: string, field: string) =>
  new BlobgraphError('BLOB_DELETED', `${what} was deleted. Discard what was made.`, { field });

/** A source that is not in the index: deleted, or never there. */
async function missingSource(
  { store }: StateDependencies,
  { user_id, parent_id }: DerivedRegistration,
  missing: readonly [string, ...string[]],
): Promise<BlobgraphError> {
  const fieldOf = (id: string) => (id === parent_id ? 'parent_id' : 'source_ids');
  const [tombstone] = await store.tombstones(user_id, missing);
  if (tombstone) return deleted(`The source ${tombstone.id}`, fieldOf(tombstone.id));
  const [id] = missing;
  const message = `The source ${id} is not in the index of this user.`;
  return new BlobgraphError('SOURCE_UNKNOWN', message, { field: fieldOf(id) });
}

/** The sources' entries in order, the parent first. @throws BlobgraphError SOURCE_UNKNOWN, BLOB_DELETED */
async function requireSources(
  deps: StateDependencies,
  registration: DerivedRegistration,
  ids: readonly string[],
  found: ReadonlyMap<string, IndexEntry>,
): Promise<IndexEntry[]> {
  const sources = ids.flatMap((id) => found.get(id) ?? []);
  const [first, ...more] = ids.filter((id) => !found.has(id));
  if (first !== undefined) throw await missingSource(deps, registration, [first, ...more]);
  return sources;
}

const conflict = () =>
  new BlobgraphError(
    'DERIVED_CONFLICT',
    'Another result is already registered under this id. The first one stays.',
    { field: 'remote_blob_id' },
  );

/** The known entry with its present content. @throws BlobgraphError DERIVED_CONFLICT, SCHEMA_UNKNOWN, BLOB_DELETED */
async function again(
  deps: StateDependencies,
  known: IndexEntry,
  registration: FinishedRun,
): Promise<IndexEntry> {
  const { user_id, processor_id, parent_id, content_hash } = registration;
  if (known.processorId !== processor_id || !known.sourceIds.includes(parent_id)) throw conflict();
  if (content_hash === undefined) return known;
  if (isMigrated(known, registration))
    await deps.schemas.validator(known.schemaId, registration.schema_version);
  const planned = isPending(known) ? await plannedOf(deps, known) : [];
  const decide = decideContent(deps, registration, planned);
  const entry = await changeEntry(deps, user_id, known.id, decide, known).catch((error: unknown) => {
    const isGone = error instanceof BlobgraphError && error.code === 'BLOB_NOT_FOUND';
    throw isGone ? deleted('The blob', 'remote_blob_id') : error;
  });
  if (entry.contentHash !== content_hash) throw conflict();
  return entry;
}

/** What is in the index already has completed its run, whatever came after. @throws BlobgraphError CANCELLED */
function assertWanted(
  { run, remote_blob_id, processor_id, generation = 0 }: FinishedRun,
  read: ReadonlyMap<string, IndexEntry>,
): void {
  const worked = run && read.get(run.blob_id);
  if (!worked || !isOfCancelled(worked, { processor_id, generation })) return;
  const result = read.get(remote_blob_id);
  if (!result || isPending(result)) throw cancelled();
}

/**
 * Enters what a processor made into the index, once, or that it is going to be made. What was entered before is
 * answered, also when sources of it have been deleted since; content that was waited for, or that had gone, is entered.
 * @throws BlobgraphError SOURCE_UNKNOWN, PROCESSOR_UNKNOWN, DERIVED_ID_MISMATCH, DERIVED_CONFLICT, SCHEMA_UNKNOWN,
 *   VALIDATION_FAILED, FORBIDDEN, BLOB_DELETED when a source or the blob itself was deleted, USER_ERASING, CANCELLED,
 *   PROCESSOR_RETIRED
 */
export async function registerDerived(
  deps: StateDependencies,
  registration: FinishedRun,
): Promise<Registered> {
  await assertMayFinish(deps, registration);
  await assertDerivedId(deps, registration);
  const { user_id, remote_blob_id, parent_id, source_ids = [] } = registration;
  const ids = [...new Set([parent_id, ...source_ids])];
  const found = await deps.store.entries(user_id, [remote_blob_id, ...ids]);
  const read = new Map(found.map((entry) => [entry.id, entry]));
  assertWanted(registration, read);
  const known = read.get(remote_blob_id);
  if (known) return { entry: await again(deps, known, registration), created: false, read };
  const sources = await requireSources(deps, registration, ids, read);
  await assertMayRead(deps, registration.processor_id, sources);
  return { ...(await enter(deps, registration, sources)), read };
}

/** A new entry, and what tells of it. */
async function make(
  deps: StateDependencies,
  registration: DerivedRegistration,
  sources: readonly IndexEntry[],
): Promise<{ entry: IndexEntry; outbox: OutboxEvent[] }> {
  const { schema_id: schemaId, schema_version, processor_id: processorId } = registration;
  const { blobType: schemaType } = await deps.schemas.validator(schemaId, schema_version);
  const at = deps.clock.now();
  if (registration.content_hash !== undefined) {
    const bookId = bookOf(sources);
    const planned = await plannedOf(deps, { userId: registration.user_id, bookId, schemaId, processorId });
    const context = { sources, schemaType, expectedProcessorIds: planned, at };
    const entry = entryOfDerived(registration, context);
    return { entry, outbox: [eventOf(entry, 'indexed', at, { planned })] };
  }
  const context = { sources, schemaType, expectedProcessorIds: [processorId], at };
  const first = entryOfDerived(registration, context);
  const entry = { ...first, version: 2 };
  const asked = first.runs.map((run) => eventOf(entry, 'retried', at, { run: { ...run, attempt: 1 } }));
  return { entry, outbox: [eventOf(first, 'indexed', at, { planned: [], pending: true }), ...asked] };
}

/** @throws BlobgraphError DERIVED_CONFLICT, SCHEMA_UNKNOWN, BLOB_DELETED, USER_ERASING */
async function enter(
  deps: StateDependencies,
  registration: FinishedRun,
  sources: readonly IndexEntry[],
): Promise<{ entry: IndexEntry; created: boolean }> {
  await assertNotErasing(deps, registration.user_id);
  const { entry, outbox } = await make(deps, registration, sources);
  const { stored, inserted } = await deps.store.insertEntry(entry, outbox);
  if (!stored) throw deleted('The blob', 'remote_blob_id');
  deps.nudge(stored.id);
  return { entry: inserted ? stored : await again(deps, stored, registration), created: inserted };
}
