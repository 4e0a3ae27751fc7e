import type { bookPlaces, ProcessorCatalog } from '../../../../platform/clients/registry.ts';
import { isPending } from '../../entries/entry.ts';
import type { BriefEntry, ListedEntry } from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import { readBooks } from './books.ts';
import { noBook } from './describe.ts';

/** Maximum number of results of one source that are read to find the newest. */
export const MAX_RESULTS = 100;

/** The processors whose blobs a book shows in a place, ordered by id. @throws BlobgraphError SERVICE_UNAVAILABLE without the registry */
export async function shownAs(
  processors: Pick<ProcessorCatalog, 'known'>,
  place: (typeof bookPlaces)[number],
): Promise<string[]> {
  const shown = (await processors.known()).filter(({ shown_as }) => shown_as === place);
  return shown.map(({ id }) => id).toSorted();
}

const isNewer = (one: BriefEntry, than: BriefEntry): boolean =>
  one.processorId === than.processorId && one.generation !== than.generation
    ? one.generation > than.generation
    : one.createdAt > than.createdAt;

/** The current result of each processor: that of the highest generation, then the newest. `results`: newest first. */
export function newestByProcessor<Entry extends BriefEntry>(
  results: readonly Entry[],
): ReadonlyMap<string, Entry> {
  const newest = new Map<string, Entry>();
  for (const result of results) {
    const before = newest.get(result.processorId);
    if (!before || isNewer(result, before)) newest.set(result.processorId, result);
  }
  return newest;
}

/** The newest of the processors' current results for one source; null when there is none. */
export function newestResult<Entry extends BriefEntry>(results: readonly Entry[]): Entry | null {
  const all = [...newestByProcessor(results).values()];
  const [first = null] = all.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  return first;
}

export interface NewestDependencies {
  readonly store: Pick<StateStore, 'inPlaces' | 'bookRecords' | 'newestDrafts'>;
  readonly processors: Pick<ProcessorCatalog, 'known'>;
}

/**
 * The newest compilation of a book that has its content; null when there is none.
 * @throws BlobgraphError BOOK_NOT_FOUND, SERVICE_UNAVAILABLE without the registry
 */
export async function newestCompiled(
  { store, processors }: NewestDependencies,
  userId: string,
  bookId: string,
): Promise<ListedEntry | null> {
  const processorIds = await shownAs(processors, 'book.compiled');
  const filter = { place: 'bookId', processorIds, limit: MAX_RESULTS } as const;
  const versions = (await store.inPlaces(userId, [bookId], filter, 'listed')).get(bookId) ?? [];
  const found = versions.find((entry) => !isPending(entry) && entry.contentMissingSince === null);
  if (found) return found;
  if ((await readBooks(store, userId, [bookId])).length > 0) return null;
  throw noBook('bookId');
}
