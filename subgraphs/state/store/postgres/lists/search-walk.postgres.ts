import type { SqlDatabase } from '../../../../../platform/sql/database.ts';
import type { EntryFilter } from '../../filter.ts';
import { hasConditions } from '../../filter.ts';
import type { EntryList, PageRequest, Total } from '../../lists.ts';
import type { Detail, EntryOf } from '../../records.ts';
import { COMPARED, fewestOf, isOneWord, SCANNED, type Searched } from '../../search.ts';
import { Parameters } from '../rows/groups.postgres.ts';
import type { EntryRow, Reading } from '../rows/rows.postgres.ts';
import { conditions, listOf } from './filters.postgres.ts';
import { countSql, type Listing, listSql, partsOf, type Stretch, stretches } from './listings.postgres.ts';

/** A list that an index holds, in its order. */
interface List {
  readonly listing: Listing;
  readonly seeds: string;
}

const wordList = (userId: string, word: string, parameters: Parameters): List => ({
  listing: {
    from: 'blob_words i',
    id: 'i.id',
    time: 'i.created_at',
    key: 'i.key',
    keyOf: (seed) => seed,
    where: [],
    facets: [],
    keep: () => [],
  },
  seeds: `SELECT ${parameters.add(`${word} ${userId}`)}::text`,
});

/** The time span, which bounds every list. */
const spanOf = ({ createdAfter, createdBefore }: EntryFilter) => ({ createdAfter, createdBefore });

type ListOf = (parameters: Parameters) => List;

async function counted(database: SqlDatabase, filter: EntryFilter, list: ListOf, limit: number) {
  const parameters = new Parameters();
  const { listing, seeds } = list(parameters);
  const text = countSql(listing, seeds, { limit, ...spanOf(filter) }, parameters);
  const [row] = await database.query<{ total: number }>(text, parameters.values);
  return row?.total ?? 0;
}

/** The shortest list that contains all matches; null when one is empty. */
async function fewest(database: SqlDatabase, userId: string, filter: Searched): Promise<ListOf | null> {
  const { words, ...others } = filter;
  const lists: ListOf[] = words.map((word) => (parameters) => wordList(userId, word, parameters));
  if (hasConditions(others)) lists.push((parameters) => listOf(userId, others, parameters));
  return fewestOf(lists, (list) => counted(database, filter, list, COMPARED));
}

interface Walk {
  readonly userId: string;
  readonly filter: Searched;
  readonly list: List;
  readonly stretch: Omit<Stretch, 'limit'>;
}

/** `walked`: the positions of a list to test; `last`: the last of them, if the list may continue. */
function walkedSql({ list, stretch }: Walk, parameters: Parameters): string {
  const { listing, seeds } = list;
  const columns = `${listing.id} AS found_id, ${listing.time} AS found_at`;
  const order = `found_at ${stretch.direction}, found_id ${stretch.direction}`;
  const found = stretches(listing, columns, { ...stretch, limit: SCANNED }, parameters);
  return `${partsOf(listing, seeds)}, walked AS MATERIALIZED (
      SELECT found_id, found_at FROM (${found}) stretch ORDER BY ${order} LIMIT ${SCANNED}
    ), last AS (
      SELECT found_id, found_at FROM walked ORDER BY ${order} OFFSET ${SCANNED - 1}
    )`;
}

/** The walked entries that match the filter, looked up one by one in order. */
function keptSql(
  { userId, filter, stretch }: Walk,
  columns: string,
  limit: number,
  parameters: Parameters,
): string {
  const where = conditions(userId, filter, parameters);
  const order = `found_at ${stretch.direction}, found_id ${stretch.direction}`;
  return `SELECT kept.* FROM walked CROSS JOIN LATERAL (
      SELECT ${columns} FROM blob_index e WHERE e.id = found_id AND ${where} OFFSET 0
    ) kept ORDER BY ${order} LIMIT ${parameters.add(limit)}`;
}

interface FoundRow extends EntryRow {
  end_id: string | null;
  end_at: Date;
}

async function walk<D extends Detail>(
  database: SqlDatabase,
  walked: Walk,
  limit: number,
  { columns, from }: Reading<D>,
  parameters: Parameters,
): Promise<EntryList<EntryOf[D]>> {
  const { direction } = walked.stretch;
  const rows = await database.query<FoundRow>(
    `${walkedSql(walked, parameters)}
     SELECT last.found_id AS end_id, last.found_at AS end_at, entry.* FROM (SELECT) one
     LEFT JOIN last ON true
     LEFT JOIN LATERAL (${keptSql(walked, columns, limit, parameters)}) entry ON true
     ORDER BY entry.created_at ${direction}, entry.id ${direction}`,
    parameters.values,
  );
  const [first] = rows;
  const entries = rows.filter(({ id }) => id !== null).map(from);
  const end = first && first.end_id !== null ? { id: first.end_id, createdAt: first.end_at } : null;
  return { entries, resume: entries.length < limit ? end : null };
}

/** A page of entries with these words. */
export async function searchPage<D extends Detail>(
  database: SqlDatabase,
  userId: string,
  filter: Searched,
  request: PageRequest,
  reading: Reading<D>,
): Promise<EntryList<EntryOf[D]>> {
  const parameters = new Parameters();
  const stretch = { ...request, ...spanOf(filter) };
  if (isOneWord(filter)) {
    const { listing, seeds } = wordList(userId, filter.words[0] ?? '', parameters);
    const of = { seeds, columns: reading.columns, userId: parameters.add(userId) };
    const rows = await database.query<EntryRow>(listSql(listing, of, stretch, parameters), parameters.values);
    return { entries: rows.map(reading.from), resume: null };
  }
  const list = await fewest(database, userId, filter);
  if (!list) return { entries: [], resume: null };
  const walked: Walk = { userId, filter, list: list(parameters), stretch };
  return walk(database, walked, request.limit, reading, parameters);
}

/** Counts the entries with these words, up to `limit`. */
export async function searchTotal(
  database: SqlDatabase,
  userId: string,
  filter: Searched,
  limit: number,
): Promise<Total> {
  if (isOneWord(filter)) {
    const list: ListOf = (parameters) => wordList(userId, filter.words[0] ?? '', parameters);
    const total = await counted(database, filter, list, limit + 1);
    return { count: Math.min(total, limit), exact: total <= limit };
  }
  const list = await fewest(database, userId, filter);
  if (!list) return { count: 0, exact: true };
  const parameters = new Parameters();
  const stretch = { direction: 'DESC', ...spanOf(filter) } as const;
  const walked: Walk = { userId, filter, list: list(parameters), stretch };
  const [row] = await database.query<{ total: number; cut: boolean }>(
    `${walkedSql(walked, parameters)}
     SELECT (SELECT count(*) FROM (${keptSql(walked, 'e.id', limit + 1, parameters)}) kept) AS total,
       EXISTS (SELECT FROM last) AS cut`,
    parameters.values,
  );
  const total = row?.total ?? 0;
  return { count: Math.min(total, limit), exact: total <= limit && !row?.cut };
}
