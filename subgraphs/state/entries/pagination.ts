import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { EntryList, PageKey, Total } from '../store/lists.ts';
import type { AnyEntry } from '../store/records.ts';

const MAX_PAGE = 100;

/** `first`, default 20. @throws BlobgraphError VALIDATION_FAILED when it is not 1 to 100 */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? 20;
  if (size >= 1 && size <= MAX_PAGE) return size;
  throw new BlobgraphError('VALIDATION_FAILED', `\`first\` must be 1 to ${MAX_PAGE}.`, { field: 'first' });
}

/** Times with a year that every store accepts, in the format of {@link entryCursor}. */
const TIME = /^(?!0000)\d{4}-[\dT:.-]+Z$/;

/** An opaque cursor of an entry's position in a list. */
export const entryCursor = (entry: PageKey): string =>
  Buffer.from(JSON.stringify([entry.createdAt.toISOString(), entry.id])).toString('base64url');

/** @throws BlobgraphError CURSOR_INVALID */
function decodeEntryCursor(cursor: string): PageKey {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(value) && value.length === 2) {
      const [time, id] = value as unknown[];
      const isTime = typeof time === 'string' && TIME.test(time) && !Number.isNaN(Date.parse(time));
      if (isTime && typeof id === 'string' && !id.includes('\0') && id.isWellFormed())
        return { createdAt: new Date(time), id };
    }
  } catch {
    // The client gets the same error whatever is wrong with the cursor.
  }
  throw new BlobgraphError(
    'CURSOR_INVALID',
    '`after` must be a cursor of this list. Leave it out for the first page.',
    {
      field: 'after',
    },
  );
}

/** The start of a page. @throws BlobgraphError CURSOR_INVALID */
export const pageAfter = (after: string | null | undefined): { after?: PageKey } =>
  after == null ? {} : { after: decodeEntryCursor(after) };

/** A page of the index. */
export interface EntryPage {
  readonly entries: readonly AnyEntry[];
  /** Also true when the search stopped early, so that the next page may be empty. */
  readonly hasNextPage: boolean;
  /** Whether the request had a cursor; nothing is read to find out. */
  readonly hasPreviousPage: boolean;
  /** The next page starts after this position; null when nothing was found. */
  readonly end: PageKey | null;
  /** Counts the list when it is first called. */
  readonly total: () => Promise<Total>;
}

/** An exact total. */
export const exactly = (count: number): Total => ({ count, exact: true });

/** A page of `size` entries, from a list that was read with `size + 1`. */
export function shownOf<Entry extends PageKey>({ entries: read, resume }: EntryList<Entry>, size: number) {
  const entries = read.slice(0, size);
  const more = read.length > size;
  const end: PageKey | null = (more ? null : resume) ?? entries.at(-1) ?? null;
  return { entries, hasNextPage: more || resume !== null, end };
}

/** The same with its total, which `count` counts. `after`: the cursor of the request, if any. */
export function entryPage(
  list: EntryList<AnyEntry>,
  size: number,
  after: unknown,
  count: () => Promise<Total>,
): EntryPage {
  let counted: Promise<Total> | undefined;
  return {
    ...shownOf(list, size),
    hasPreviousPage: after != null,
    total: () => {
      counted ??= count();
      return counted;
    },
  };
}
