import type { ProcessorDocument } from '../../platform/clients/registry.ts';
import type { DerivedRegistration } from '../../platform/clients/state.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import { derivedBlobId } from '../../platform/ids.ts';
import { changeEntry } from './change-entry.ts';
import { assertNotErasing } from './deletion/erasure.ts';
import type { StateDependencies } from './dependencies.ts';
import type { IndexEntry } from './documents.ts';
import { contentOfDerived, entryOfDerived, eventOf } from './entry.ts';

/** @throws BlobgraphError PROCESSOR_UNKNOWN, DERIVED_ID_MISMATCH */
async function assertDerivedId(deps: StateDependencies, registration: DerivedRegistration): Promise<void> {
  const { processor_id, parent_id, remote_blob_id } = registration;
  // What is made on demand has its idempotency key instead.
  const fits = ({ event_subscriptions, version }: ProcessorDocument) =>
    event_subscriptions.length === 0 || remote_blob_id === derivedBlobId(parent_id, processor_id, version);
  const processor = await deps.processors.get(processor_id, fits);
  if (!processor) {
    throw new BlobgraphError('PROCESSOR_UNKNOWN', `\`${processor_id}\` is not registered.`, {
      field: 'processor_id',
    });
  }
  if (!fits(processor)) {
    const message = 'The id must be the hash of parent, processor and the registered processor version.';
    throw new BlobgraphError('DERIVED_ID_MISMATCH', message, { field: 'remote_blob_id' });
  }
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

function assertSameContent(stored: IndexEntry, registration: DerivedRegistration): void {
  const { user_id, processor_id, content_hash } = registration;
  if (stored.userId === user_id && stored.processorId === processor_id && stored.contentHash === content_hash)
    return;
  const message = 'Another result is already registered under this id. The first one stays.';
  throw new BlobgraphError('DERIVED_CONFLICT', message, { field: 'remote_blob_id' });
}

/** What was entered before, with what was made in the place of content that was gone. @throws BlobgraphError DERIVED_CONFLICT */
async function again(
  deps: StateDependencies,
  known: IndexEntry,
  registration: DerivedRegistration,
): Promise<IndexEntry> {
  const isOwn = known.userId === registration.user_id && known.processorId === registration.processor_id;
  const entry =
    known.contentMissingSince === null || !isOwn
      ? known
      : await changeEntry(deps, known.userId, known.id, ({ contentMissingSince }) =>
          contentMissingSince === null ? null : { kind: 'indexed', content: contentOfDerived(registration) },
        );
  assertSameContent(entry, registration);
  return entry;
}

/**
 * Enters what a processor made into the index, once. What was entered before is answered, also when sources of it
 * have been deleted since.
 * @throws BlobgraphError SOURCE_UNKNOWN, PROCESSOR_UNKNOWN, DERIVED_ID_MISMATCH, DERIVED_CONFLICT, SCHEMA_UNKNOWN,
 *   BLOB_DELETED when a source or the blob itself was deleted, USER_ERASING
 */
export async function registerDerived(
  deps: StateDependencies,
  registration: DerivedRegistration,
): Promise<{ entry: IndexEntry; created: boolean }> {
  await assertDerivedId(deps, registration);
  const { user_id, remote_blob_id, parent_id, source_ids = [] } = registration;
  const ids = [...new Set([parent_id, ...source_ids])];
  const read = await deps.store.entries(user_id, [remote_blob_id, ...ids]);
  const found = new Map(read.map((entry) => [entry.id, entry]));
  const known = found.get(remote_blob_id);
  if (known) return { entry: await again(deps, known, registration), created: false };
  const sources = await requireSources(deps, registration, ids, found);
  return enter(deps, registration, sources);
}

/** @throws BlobgraphError DERIVED_CONFLICT, SCHEMA_UNKNOWN, BLOB_DELETED, USER_ERASING */
async function enter(
  deps: StateDependencies,
  registration: DerivedRegistration,
  sources: readonly IndexEntry[],
): Promise<{ entry: IndexEntry; created: boolean }> {
  const { schema_id, schema_version, user_id } = registration;
  await assertNotErasing(deps, user_id);
  const schema = await deps.schemas.validator(schema_id, schema_version);
  const takers = await deps.processors.takers(schema_id, 'blob.indexed');
  const at = deps.clock.now();
  const expectedProcessorIds = takers.map((processor) => processor.id);
  const entry = entryOfDerived(registration, {
    sources,
    schemaType: schema.blobType,
    expectedProcessorIds,
    at,
  });
  const { stored, inserted } = await deps.store.insertEntry(entry, [eventOf(entry, 'indexed', at)]);
  if (!stored) throw deleted('The blob', 'remote_blob_id');
  if (!inserted) assertSameContent(stored, registration);
  deps.nudge(stored.id);
  return { entry: stored, created: inserted };
}
