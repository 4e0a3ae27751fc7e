import type { ProcessorCatalog } from '../../../../platform/clients/registry.ts';
import type { SchemaClient } from '../../../../platform/clients/schemas.ts';
import type { DerivedRegistration, FinishedRun } from '../../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import { assertNotErasing } from '../../deletion/erasure.ts';
import { type ChangeDependencies, changeEntry, isMissing } from '../../entries/changes.ts';
import { bookOf, contentOfDerived, entryOfDerived, eventOf, isPending } from '../../entries/entry.ts';
import type { IndexEntry, OutboxEvent } from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import type { Turns } from '../../turns/turns.ts';
import { assertMayFinish } from '../processing/processor-status.ts';
import { assertMayRead } from '../processing/reading.ts';
import { cancelled, isOfCancelled } from '../processing/report.ts';
import { assertStillGiven } from '../processing/versions.ts';
import { decideContent, isMigrated, NO_PLAN, planOf } from './decide-content.ts';
import { assertDerivedId } from './derived-id.ts';

/** The result of a registration. */
export interface Registered {
  /** As it is stored after the registration. */
  readonly entry: IndexEntry;
  /** False when it was already registered. */
  readonly created: boolean;
  /** The existing entries of the sources, and of the blob itself, by id, as read beforehand. */
  readonly read: ReadonlyMap<string, IndexEntry>;
}

export interface RegisterDependencies extends ChangeDependencies {
  readonly store: Pick<
    StateStore,
    'entries' | 'updateEntry' | 'insertEntry' | 'tombstones' | 'bookRecords' | 'erasure' | 'derived'
  >;
  readonly processors: Pick<ProcessorCatalog, 'get' | 'known' | 'takers'>;
  readonly schemas: Pick<SchemaClient, 'validator'>;
  readonly turns: Pick<Turns, 'take'>;
}

const deleted = (what: string, field: string) =>
  new BlobgraphError('BLOB_DELETED', `${what} was deleted. Discard what was made.`, { field });

/** The refusal when a source is missing or deleted. */
async function missingSource(
  { store }: RegisterDependencies,
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

/** The entries of the sources, the parent first. @throws BlobgraphError SOURCE_UNKNOWN, BLOB_DELETED */
async function requireSources(
  deps: RegisterDependencies,
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

/**
 * Repeats a registration: adds content that the entry lacks.
 * @throws BlobgraphError DERIVED_CONFLICT, SCHEMA_UNKNOWN, BLOB_DELETED
 */
async function again(
  deps: RegisterDependencies,
  known: IndexEntry,
  registration: FinishedRun,
): Promise<IndexEntry> {
  const { user_id, processor_id, parent_id, content_hash } = registration;
  if (known.processorId !== processor_id || !known.sourceIds.includes(parent_id)) throw conflict();
  if (content_hash === undefined) return known;
  if (isMigrated(known, registration))
    await deps.schemas.validator(known.schemaId, registration.schema_version);
  const { schemaVersion } = contentOfDerived(registration);
  const plan = isPending(known) ? await planOf(deps, { ...known, schemaVersion }) : NO_PLAN;
  const decide = decideContent(deps.clock, registration, plan);
  const entry = await changeEntry(deps, user_id, known.id, decide, known).catch((error: unknown) => {
    throw isMissing(error) ? deleted('The blob', 'remote_blob_id') : error;
  });
  if (entry.contentHash !== content_hash) throw conflict();
  return entry;
}

/** A result that is already in the index has completed its run: it is too late to cancel. @throws BlobgraphError CANCELLED */
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
 * Registers a derived blob, or a pending one that has no content yet. Repeating a registration returns the entry, even
 * when its sources have been deleted since, and adds content that was pending or missing.
 * @throws BlobgraphError SOURCE_UNKNOWN, PROCESSOR_UNKNOWN, DERIVED_ID_MISMATCH, DERIVED_CONFLICT, SCHEMA_UNKNOWN,
 *   VALIDATION_FAILED, FORBIDDEN, BLOB_DELETED when a source or the blob itself was deleted, USER_ERASING, CANCELLED,
 *   PROCESSOR_RETIRED
 */
export async function registerDerived(
  deps: RegisterDependencies,
  registration: FinishedRun,
): Promise<Registered> {
  await assertMayFinish(deps.processors, registration);
  await assertDerivedId(deps.processors, registration);
  const { user_id, remote_blob_id, parent_id, source_ids = [] } = registration;
  const ids = [...new Set([parent_id, ...source_ids])];
  const found = await deps.store.entries(user_id, [remote_blob_id, ...ids]);
  const read = new Map(found.map((entry) => [entry.id, entry]));
  assertWanted(registration, read);
  const known = read.get(remote_blob_id);
  if (known) return { entry: await again(deps, known, registration), created: false, read };
  const worked = registration.run && read.get(registration.run.blob_id);
  if (worked) await assertStillGiven(deps, worked, registration);
  const sources = await requireSources(deps, registration, ids, read);
  await assertMayRead(deps.processors, registration.processor_id, sources);
  return { ...(await insert(deps, registration, sources)), read };
}

/** A new entry with its events. */
async function make(
  deps: RegisterDependencies,
  registration: DerivedRegistration,
  sources: readonly IndexEntry[],
): Promise<{ entry: IndexEntry; outbox: OutboxEvent[] }> {
  const { user_id: userId, schema_id: schemaId, schema_version, processor_id: processorId } = registration;
  const { remote_blob_id: id } = registration;
  const { blobType: schemaType } = await deps.schemas.validator(schemaId, schema_version);
  const at = deps.clock.now();
  if (registration.content_hash !== undefined) {
    const bookId = bookOf(sources);
    const { schemaVersion } = contentOfDerived(registration);
    const plan = await planOf(deps, { id, userId, bookId, schemaId, schemaVersion, processorId });
    const { planned: expectedProcessorIds, held, canary = {} } = plan;
    const entry = entryOfDerived(registration, {
      ...{ sources, schemaType, expectedProcessorIds, held, canary, at },
    });
    return { entry, outbox: [eventOf(entry, 'indexed', at, plan)] };
  }
  const held = await deps.turns.take(userId, [processorId]);
  const context = { sources, schemaType, expectedProcessorIds: [processorId], held, at };
  const first = entryOfDerived(registration, context);
  const indexed = eventOf(first, 'indexed', at, { planned: [], pending: true });
  if (held.length > 0) return { entry: first, outbox: [indexed] };
  const entry = { ...first, version: 2 };
  const asked = first.runs.map((run) => eventOf(entry, 'retried', at, { run: { ...run, attempt: 1 } }));
  return { entry, outbox: [indexed, ...asked] };
}

/** @throws BlobgraphError DERIVED_CONFLICT, SCHEMA_UNKNOWN, BLOB_DELETED, USER_ERASING */
async function insert(
  deps: RegisterDependencies,
  registration: FinishedRun,
  sources: readonly IndexEntry[],
): Promise<{ entry: IndexEntry; created: boolean }> {
  await assertNotErasing(deps.store, registration.user_id);
  const { entry, outbox } = await make(deps, registration, sources);
  const { stored, inserted } = await deps.store.insertEntry(entry, outbox);
  if (!stored) throw deleted('The blob', 'remote_blob_id');
  deps.nudge(stored.id);
  return { entry: inserted ? stored : await again(deps, stored, registration), created: inserted };
}
