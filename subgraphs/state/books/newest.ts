import type { bookPlaces } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import { isPending } from '../entry.ts';
import { readBooks } from './books.ts';

/** Results of one source that are looked at: of a processor, the newest counts. */
export const MAX_RESULTS = 100;

/** The processors whose blobs a book shows there, by id. @throws BlobgraphError SERVICE_UNAVAILABLE without the registry */
export async function shownAs(
  { processors }: Pick<StateDependencies, 'processors'>,
  place: (typeof bookPlaces)[number],
): Promise<string[]> {
  const shown = (await processors.known()).filter(({ shown_as }) => shown_as === place);
  return shown.map(({ id }) => id).toSorted();
}

const isNewer = (one: IndexEntry, than: IndexEntry): boolean =>
  one.processorId === than.processorId && one.generation !== than.generation
    ? one.generation > than.generation
    : one.createdAt > than.createdAt;

/** Of each processor what counts of its results: the highest generation, then the newest. `results`: newest first. */
export function newestByProcessor(results: readonly IndexEntry[]): ReadonlyMap<string, IndexEntry> {
  const newest = new Map<string, IndexEntry>();
  for (const result of results) {
    const before = newest.get(result.processorId);
    if (!before || isNewer(result, before)) newest.set(result.processorId, result);
  }
  return newest;
}

/** The newest of what counts of each processor's results on one source; null where there is none. */
export function newestResult(results: readonly IndexEntry[]): IndexEntry | null {
  const all = [...newestByProcessor(results).values()];
  const [first = null] = all.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  return first;
}

/**
 * The newest version of a book that is compiled, and whose text is there; null where there is none.
 * @throws BlobgraphError BOOK_NOT_FOUND, SERVICE_UNAVAILABLE without the registry
 */
export async function newestCompiled(
  deps: Pick<StateDependencies, 'store' | 'processors'>,
  userId: string,
  bookId: string,
): Promise<IndexEntry | null> {
  const processorIds = await shownAs(deps, 'book.compiled');
  const filter = { place: 'bookId', processorIds, limit: MAX_RESULTS } as const;
  const versions = (await deps.store.inPlaces(userId, [bookId], filter)).get(bookId) ?? [];
  const found = versions.find((entry) => !isPending(entry) && entry.contentMissingSince === null);
  if (found) return found;
  if ((await readBooks(deps, userId, [bookId])).length > 0) return null;
  throw new BlobgraphError('BOOK_NOT_FOUND', 'You have no book of this id.', { field: 'bookId' });
}
