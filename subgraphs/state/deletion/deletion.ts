import { BlobgraphError } from '../../../platform/errors.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry, Tombstone } from '../documents.ts';
import { entryOfUserBlob, eventOf, STATE } from '../entry.ts';
import { untilWritten } from '../optimistic.ts';

/** The extent of a deletion. */
export interface Deletion {
  /** The blob itself first. */
  readonly deletedIds: readonly string[];
  /** Blobs made of it and of others that are still there. */
  readonly staleIds: readonly string[];
}

type Dependencies = Pick<StateDependencies, 'store' | 'clock' | 'nudge'>;

/** {@link deleteBlob}'s dependencies. */
export type DeletionDependencies = Dependencies & Pick<StateDependencies, 'nudgeDeletion'>;

/** For this long a deletion is left to the request that began it. */
const GRACE_MS = 2_000;
const PAGE = 100;
/** Blobs that one request tells of; what follows is done behind it. */
const MAX_TOLD = 1_000;

/** Whether a blob goes when one of its sources was deleted. `deleted`: those of its sources that were. */
export const goesWith = (
  { sourceIds }: Pick<IndexEntry, 'sourceIds'>,
  cascade: boolean,
  deleted: ReadonlySet<string>,
): boolean => cascade || sourceIds.every((id) => deleted.has(id));

/** Puts a tombstone in an entry's place; null when the entry has changed meanwhile. */
export async function buryEntry(
  deps: Dependencies,
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
 * Puts the tombstone that commits a deletion; what follows from it is done by the sweep where it is cut short. One that
 * is there already is answered.
 * @throws BlobgraphError BLOB_NOT_FOUND, SERVICE_UNAVAILABLE
 */
export const bury = (deps: Dependencies, userId: string, id: string, cascade: boolean): Promise<Tombstone> =>
  untilWritten(async () => {
    const { store } = deps;
    const [entry] = await store.entries(userId, [id]);
    const dueAt = new Date(deps.clock.now().getTime() + GRACE_MS);
    if (entry) return buryEntry(deps, entry, { cascade, dueAt });
    const [tombstone] = await store.tombstones(userId, [id]);
    if (tombstone) return tombstone;
    // Its writer died before entering it.
    const [blob] = await store.userBlobs(userId, [id]);
    if (!blob) {
      const message = 'There is no blob of this id, or it is not yours.';
      throw new BlobgraphError('BLOB_NOT_FOUND', message, { field: 'id' });
    }
    await store.insertEntry(entryOfUserBlob(blob), []);
    return null;
  });

/** A blob's children, newest first, in pages. */
async function* childrenOf({ store }: Dependencies, { userId, id }: Tombstone) {
  let last: IndexEntry | undefined;
  do {
    const request = { limit: PAGE, ...(last ? { after: last } : {}) };
    const page: IndexEntry[] = (await store.derived(userId, [id], request)).get(id) ?? [];
    if (page.length > 0) yield page;
    last = page[PAGE - 1];
  } while (last);
}

/**
 * Deletes what goes with a deleted blob, one step down, and tells page by page what went and what stays without one
 * of its sources. Safe to do again.
 */
export async function* follow(deps: Dependencies, tombstone: Tombstone) {
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
 * Deletes a blob and what was made of it alone, or, with `cascade`, all that was made of it. Once it is answered, the
 * blobs are in no read of the graph any more, and a user's own are erased; processors erase what they keep soon after.
 * One request tells of 1,000 blobs at most; the rest goes all the same. A blob that was deleted before is answered
 * alone.
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
  // Grows while it is walked: each of them may take others with it.
  for (const tombstone of gone) {
    for await (const step of follow(deps, tombstone)) {
      gone.push(...step.buried);
      for (const child of step.stale) stale.add(child.id);
      if (gone.length + stale.size > MAX_TOLD) break;
    }
    if (gone.length + stale.size > MAX_TOLD) break;
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
  return { deletedIds: deletedIds.slice(0, MAX_TOLD), staleIds: [...stale].slice(0, MAX_TOLD) };
}
