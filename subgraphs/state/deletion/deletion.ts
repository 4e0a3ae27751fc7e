import { noBlob } from '../../../platform/serving/direct-reads/owners.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { entryOfUserBlob, eventOf, STATE } from '../entries/entry.ts';
import { untilWritten } from '../entries/optimistic.ts';
import type { IndexEntry, Tombstone } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';

/** The blobs that a deletion affects. */
export interface Deletion {
  /** The blob itself first. */
  readonly deletedIds: readonly string[];
  /** Blobs that have lost one of several sources. */
  readonly staleIds: readonly string[];
}

export interface BuryDependencies {
  readonly store: Pick<StateStore, 'bury'>;
  readonly clock: Clock;
  /** Publishes a blob's outbox soon. */
  readonly nudge: (blobId: string) => void;
}

export interface FollowDependencies extends BuryDependencies {
  readonly store: Pick<
    StateStore,
    'bury' | 'entries' | 'userBlobs' | 'tombstones' | 'insertEntry' | 'derived'
  >;
}

export interface DeletionDependencies extends FollowDependencies {
  readonly store: FollowDependencies['store'] & Pick<StateStore, 'eraseUserBlobs'>;
  /** Finishes a blob's deletion soon. */
  readonly nudgeDeletion: (blobId: string) => void;
}

/** The sweep leaves a deletion to the request that began it for this long. */
const GRACE_MS = 2_000;
const PAGE = 100;
/** Maximum number of blobs that one request deletes and reports; the sweep does the rest. */
const MAX_REPORTED = 1_000;

/** Whether a blob is deleted with its sources. `deleted`: its deleted sources. */
const goesWith = (
  { sourceIds }: Pick<IndexEntry, 'sourceIds'>,
  cascade: boolean,
  deleted: ReadonlySet<string>,
): boolean => cascade || sourceIds.every((id) => deleted.has(id));

/** Replaces an entry with a tombstone; null when the entry has changed meanwhile. */
export async function buryEntry(
  deps: BuryDependencies,
  entry: IndexEntry,
  { cascade, dueAt }: Pick<Tombstone, 'cascade' | 'dueAt'>,
): Promise<Tombstone | null> {
  const { id, userId, processorId } = entry;
  const deletedAt = deps.clock.now();
  const version = entry.version + 1;
  const schema = `${entry.schemaId}@${entry.schemaVersion}`;
  const own = processorId === STATE ? { schema } : {};
  const tombstone = { id, userId, processorId, ...own, version, cascade, deletedAt, dueAt };
  const event = eventOf({ ...entry, version: tombstone.version }, 'deleted', deletedAt);
  if (!(await deps.store.bury(entry, tombstone, event))) return null;
  deps.nudge(id);
  return tombstone;
}

/**
 * Commits a deletion by its tombstone. If the process dies afterwards, the sweep does the rest. Returns an existing
 * tombstone as it is.
 * @throws BlobgraphError BLOB_NOT_FOUND, SERVICE_UNAVAILABLE
 */
export const bury = (
  deps: FollowDependencies,
  userId: string,
  id: string,
  cascade: boolean,
): Promise<Tombstone> =>
  untilWritten(async () => {
    const { store } = deps;
    const [entry] = await store.entries(userId, [id]);
    const dueAt = new Date(deps.clock.now().getTime() + GRACE_MS);
    if (entry) return buryEntry(deps, entry, { cascade, dueAt });
    const [tombstone] = await store.tombstones(userId, [id]);
    if (tombstone) return tombstone;
    // Its writer died before it inserted the entry.
    const [blob] = await store.userBlobs(userId, [id]);
    if (!blob) throw noBlob('id');
    await store.insertEntry(entryOfUserBlob(blob), []);
    return null;
  });

/** A blob's children, newest first, in pages. */
async function* childrenOf({ store }: FollowDependencies, { userId, id }: Tombstone) {
  let last: IndexEntry | undefined;
  do {
    const request = { limit: PAGE, ...(last ? { after: last } : {}) };
    const page: IndexEntry[] = (await store.derived(userId, [id], request)).get(id) ?? [];
    if (page.length > 0) yield page;
    last = page[PAGE - 1];
  } while (last);
}

/**
 * Deletes the children that go with a deleted blob, and yields, page by page, those that were deleted and those that
 * stay with fewer sources. Idempotent.
 */
export async function* follow(deps: FollowDependencies, tombstone: Tombstone) {
  const { userId, cascade } = tombstone;
  for await (const children of childrenOf(deps, tombstone)) {
    const sourceIds = [...new Set(children.flatMap((child) => child.sourceIds))];
    const deleted = new Set((await deps.store.tombstones(userId, sourceIds)).map(({ id }) => id));
    const buried: Tombstone[] = [];
    const stale: IndexEntry[] = [];
    for (const child of children) {
      if (goesWith(child, cascade, deleted)) buried.push(await bury(deps, userId, child.id, cascade));
      else stale.push(child);
    }
    yield { buried, stale };
  }
}

/**
 * Deletes a blob with the blobs derived from it alone or, with `cascade`, with all derived blobs. On return they are
 * gone from every read, and the user's own are erased; processors erase theirs soon after. At most 1,000 blobs are
 * reported; the sweep deletes the rest. For a blob that is already deleted, only its own id is returned.
 * @throws BlobgraphError BLOB_NOT_FOUND, SERVICE_UNAVAILABLE
 */
export async function deleteBlob(
  deps: DeletionDependencies,
  userId: string,
  id: string,
  cascade: boolean,
): Promise<Deletion> {
  const gone = [await bury(deps, userId, id, cascade)];
  const stale = new Set<string>();
  // Grows during the loop: each deletion may cause others.
  for (const tombstone of gone) {
    for await (const step of follow(deps, tombstone)) {
      gone.push(...step.buried);
      for (const child of step.stale) stale.add(child.id);
      if (gone.length + stale.size > MAX_REPORTED) break;
    }
    if (gone.length + stale.size > MAX_REPORTED) break;
  }
  const own = gone.filter(({ processorId }) => processorId === STATE);
  await deps.store.eraseUserBlobs(
    userId,
    own.map((tombstone) => tombstone.id),
  );
  const deletedIds = [...new Set(gone.map((tombstone) => tombstone.id))];
  for (const deletedId of deletedIds) {
    stale.delete(deletedId);
    deps.nudgeDeletion(deletedId);
  }
  return { deletedIds: deletedIds.slice(0, MAX_REPORTED), staleIds: [...stale].slice(0, MAX_REPORTED) };
}
