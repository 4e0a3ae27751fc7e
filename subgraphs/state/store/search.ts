import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { type EntryFilter, hasConditions } from './filter.ts';
import type { IndexEntry } from './records.ts';
import { wordsOf } from './words.ts';

/** An entry whose words are unknown, because the previous release inserted or changed it. */
export type Wordless = Pick<IndexEntry, 'id' | 'userId' | 'version' | 'title' | 'preview'>;

/** The words of one version of an entry. */
export interface EntryWords extends Pick<IndexEntry, 'id' | 'version'> {
  readonly words: readonly string[];
}

/** Words of entries. They are inserted, changed and removed with their entry, in the same write. */
export interface SearchStore {
  /** The user's entries without words, in no particular order. */
  wordless(userId: string, limit: number): Promise<Wordless[]>;
  /** Stores the words of entries that still have the given version. */
  putWords(words: readonly EntryWords[]): Promise<void>;
}

/** Entries that get their words within one search. */
const FILLED = 1_000;
/** An entry may change between being read and getting its words. */
const ROUNDS = 5;

export const withWords = (entries: readonly Wordless[]): EntryWords[] =>
  entries.map((entry) => ({ id: entry.id, version: entry.version, words: wordsOf(entry) }));

/**
 * Makes sure that a search finds entries that the previous release stored: a few get their words right away.
 * @param filled maximum number of those; default 1,000
 * @throws BlobgraphError SEARCH_NOT_READY when there are more
 */
export async function readyToSearch(store: SearchStore, userId: string, filled = FILLED): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await store.wordless(userId, filled);
    if (found.length === 0) return;
    await store.putWords(withWords(found));
    if (found.length === filled) break;
  }
  throw new BlobgraphError(
    'SEARCH_NOT_READY',
    'Blobs from the previous release are still being indexed for search. Try again in a minute.',
    { field: 'filter.text' },
  );
}

/*
 * Adapters have a list for each word, and a list for each filter without words. A search by several words, or by words
 * and other conditions, walks the shortest of those lists and tests each entry against the rest. The walk is bounded:
 * two common words that never occur together cost no more than any other page.
 */

/** Maximum number of entries that a search tests for one page. */
export const SCANNED = 10_000;
/** Lists are counted up to this length to find the shortest. */
export const COMPARED = 1_000;

/** A filter with words. */
export type Searched = EntryFilter & { readonly words: readonly string[] };

export const isSearched = (filter: EntryFilter): filter is Searched => filter.words !== undefined;

/** Whether a single word is the only condition: its list is the result. */
export const isOneWord = ({ words, ...others }: Searched): boolean =>
  words.length === 1 && !hasConditions(others);

/**
 * The first of the shortest lists; null when one of them is empty.
 * @param count counts a list, up to a limit
 */
export async function fewestOf<List>(
  lists: readonly List[],
  count: (list: List) => Promise<number>,
): Promise<List | null> {
  const counted = await Promise.all(lists.map(async (list) => ({ list, count: await count(list) })));
  const [fewest] = counted.toSorted((a, b) => a.count - b.count);
  return fewest && fewest.count > 0 ? fewest.list : null;
}
