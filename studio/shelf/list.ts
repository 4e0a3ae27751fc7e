import type { BlobRowFragment } from '../graph/operations.generated.ts';

export type Row = BlobRowFragment;

/** A page of the list, as the graph answers it. */
export interface ListPage {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount?: number;
  readonly totalCountIsExact?: boolean;
}

/** Blobs, the newest first, as far as they were read. */
export interface List {
  readonly rows: readonly Row[];
  /** New ones, the newest first, which are not shown until the reader asks for them. */
  readonly waiting: readonly Row[];
  readonly total: number;
  readonly totalIsExact: boolean;
  /** Where the next page begins; null: all has been read. */
  readonly next: string | null;
  /** Deleted ones: an answer that was under way may have them still. */
  readonly gone: ReadonlySet<string>;
}

export const NOTHING: List = {
  rows: [],
  waiting: [],
  total: 0,
  totalIsExact: true,
  next: null,
  gone: new Set(),
};

/** The graph's order: the newest first; of the same moment, by id. */
const newestFirst = (one: Row, other: Row): number =>
  one.createdAt === other.createdAt
    ? Number(one.id < other.id) - Number(one.id > other.id)
    : Number(one.createdAt < other.createdAt) - Number(one.createdAt > other.createdAt);

const nextOf = ({ pageInfo: { hasNextPage, endCursor } }: ListPage): string | null =>
  hasNextPage ? endCursor : null;

/** Rows as one of them has become; the same array where that is no news. */
function withNewer(rows: readonly Row[], row: Row): readonly Row[] {
  const at = rows.findIndex(({ id }) => id === row.id);
  const known = rows[at];
  if (!known || known.version >= row.version) return rows;
  return rows.with(at, row);
}

const added = ({ rows, gone }: List, more: readonly Row[]): Row[] => {
  const known = new Set(rows.map(({ id }) => id));
  return more.filter(({ id }) => !known.has(id) && !gone.has(id));
};

/** The list as its first page has it. Rows of before that are newer than the answer stay so. */
export function begun(before: List, page: ListPage): List {
  const known = new Map([...before.rows, ...before.waiting].map((row) => [row.id, row]));
  const newest = (row: Row): Row => {
    const seen = known.get(row.id);
    return seen && seen.version > row.version ? seen : row;
  };
  return {
    rows: page.nodes.filter(({ id }) => !before.gone.has(id)).map(newest),
    waiting: [],
    total: page.totalCount ?? page.nodes.length,
    totalIsExact: page.totalCountIsExact ?? !page.pageInfo.hasNextPage,
    next: nextOf(page),
    gone: before.gone,
  };
}

/** The list with its next page. */
export const continued = (list: List, page: ListPage): List => ({
  ...list,
  rows: [...list.rows, ...added(list, page.nodes)],
  next: nextOf(page),
});

/** New rows, put where they belong at once or kept waiting. Those behind the last row come with their page. */
export function arrived(list: List, arriving: readonly Row[], atOnce: boolean): List {
  const last = list.rows.at(-1);
  const reached = (row: Row) => list.next === null || !last || newestFirst(row, last) < 0;
  const waitingIds = new Set(list.waiting.map(({ id }) => id));
  const fresh = added(list, arriving).filter((row) => !waitingIds.has(row.id) && reached(row));
  if (fresh.length === 0) return list;
  const waiting = [...list.waiting, ...fresh].sort(newestFirst);
  const grown = { ...list, waiting, total: list.total + fresh.length };
  return atOnce ? shown(grown) : grown;
}

/** The list with the rows that waited in their places. */
export const shown = (list: List): List =>
  list.waiting.length === 0
    ? list
    : { ...list, waiting: [], rows: [...list.waiting, ...list.rows].sort(newestFirst) };

/** A blob as it has become, where the list has it. */
export function changed(list: List, row: Row): List {
  const [rows, waiting] = [withNewer(list.rows, row), withNewer(list.waiting, row)];
  return rows === list.rows && waiting === list.waiting ? list : { ...list, rows, waiting };
}

/** The list without a blob that was deleted. */
export function dropped(list: List, blobId: string): List {
  if (list.gone.has(blobId)) return list;
  const without = (rows: readonly Row[]) => rows.filter(({ id }) => id !== blobId);
  const [rows, waiting] = [without(list.rows), without(list.waiting)];
  const count = list.rows.length + list.waiting.length - rows.length - waiting.length;
  return { ...list, rows, waiting, total: list.total - count, gone: new Set(list.gone).add(blobId) };
}

export const has = ({ rows, waiting }: List, blobId: string): boolean =>
  rows.some(({ id }) => id === blobId) || waiting.some(({ id }) => id === blobId);
