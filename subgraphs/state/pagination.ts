import { BlobgraphError } from '../../platform/errors.ts';
import type { IndexEntry } from './documents.ts';
import type { Total } from './store/lists/conditions.ts';
import type { EntryList, PageKey } from './store/store.ts';

export const MAX_PAGE = 100;

/** The number of entries asked for. @throws BlobgraphError VALIDATION_FAILED when it is not 1 to 100 */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? 20;
  if (size >= 1 && size <= MAX_PAGE) return size;
  throw new BlobgraphError('VALIDATION_FAILED', `\`first\` must be 1 to ${MAX_PAGE}.`, { field: 'first' });
}

/** Years that every store takes, as {@link entryCursor} writes them. */
const TIME = /^(?!0000)\d{4}-[\dT:.-]+Z$/;

/** The place of an entry in a list, as an opaque cursor. */
export const entryCursor = (entry: PageKey): string =>
  Buffer.from(JSON.stringify([entry.createdAt.toISOString(), entry.id])).toString('base64url');

/** The place that a cursor stands for. @throws BlobgraphError CURSOR_INVALID */
export function decodeEntryCursor(cursor: string): PageKey {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(value) && value.length === 2) {
      const [time, id] = value as unknown[];
      const isTime = typeof time === 'string' && TIME.test(time) && !Number.isNaN(Date.parse(time));
      if (isTime && typeof id === 'string' && !id.includes('\0') && id.isWellFormed())
        return { createdAt: new Date(time), id };
    }
  } catch {
    // Falls through to the one typed error: why it does not parse is of no use to the client.
  }
  throw new BlobgraphError(
    'CURSOR_INVALID',
    '`after` must be a cursor of this list. Leave it out for the first page.',
    {
      field: 'after',
    },
  );
}

/** Where a page begins. */
export const pageAfter = (after: string | null | undefined): { after?: PageKey } =>
  after == null ? {} : { after: decodeEntryCursor(after) };

/** A page of the index, of which one entry more than wanted was read. */
export interface EntryPage {
  readonly entries: readonly IndexEntry[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** The place behind which the next page begins; null where nothing was found. */
  readonly end: PageKey | null;
  /** Counts the entries of the list; called only when asked for, and counts once. */
  readonly total: () => Promise<Total>;
}

/** A total that is counted to the end. */
export const exactly = (count: number): Total => ({ count, exact: true });

/** What a page shows of a list of which one entry more than `size` was asked for. */
export function shownOf({ entries: read, resume }: EntryList, size: number) {
  const entries = read.slice(0, size);
  const more = read.length > size;
  const end: PageKey | null = (more ? null : resume) ?? entries.at(-1) ?? null;
  return { entries, hasNextPage: more || resume !== null, end };
}

export function entryPage(
  list: EntryList,
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
