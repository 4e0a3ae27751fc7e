import type { SqlDatabase } from '../../../../../platform/sql/database.ts';
import type { Facet } from '../../filter.ts';
import type { StateStore } from '../../store.ts';
import { type ListedPlace, MAX_LISTED, type SummaryStanding, type SummaryStore } from '../../summary.ts';
import { Parameters, PLACES } from '../rows/groups.postgres.ts';

/** The ids of all books of the user $1. */
const BOOK_IDS = `
  SELECT id FROM books WHERE user_id = $1
  UNION SELECT book_id FROM blob_index WHERE user_id = $1 AND book_id IS NOT NULL AND chapter_num IS NOT NULL`;

/** The books of the user $1 with these ids, with the time by which they are listed. */
const booksOf = (ids: string): string => `
  SELECT id, least(made, drafted) AS "listedAt" FROM (
    SELECT named.id, CASE WHEN NOT b.deleted THEN greatest(b.created_at, b.deleted_at) END AS made, (
      SELECT created_at FROM blob_index
      WHERE user_id = $1 AND book_id = named.id AND chapter_num IS NOT NULL
        AND created_at > coalesce(b.deleted_at, '-infinity')
      ORDER BY created_at LIMIT 1
    ) AS drafted
    FROM (${ids}) AS named(id) LEFT JOIN books b ON b.user_id = $1 AND b.id = named.id
  ) dated WHERE made IS NOT NULL OR drafted IS NOT NULL`;

const TALKS = `
  SELECT conversation_id AS id, max(created_at) AS "listedAt" FROM blob_index
  WHERE user_id = $1 AND conversation_id IS NOT NULL GROUP BY conversation_id`;

const COUNTS = `
  SELECT facets.kind, facets.key, e.processor_id, count(*) AS total FROM blob_index e CROSS JOIN LATERAL (
    SELECT * FROM own_facets(e) UNION SELECT 'parentId', unnest(e.source_ids)
  ) facets WHERE e.user_id = $1 GROUP BY facets.kind, facets.key, e.processor_id`;

/** One statement, so that no change comes in between. */
const CHECK = `
  WITH counts AS (${COUNTS}), kept AS (
    SELECT kind, key, processor_id, total FROM facet_counts WHERE user_id = $1 AND total <> 0
  ), lists AS (
    SELECT 'bookId', id, "listedAt" FROM (${booksOf(BOOK_IDS)}) b
    UNION ALL SELECT 'conversationId', id, "listedAt" FROM (${TALKS}) c
  ), kept_lists AS (
    SELECT kind, id, listed_at FROM places WHERE user_id = $1
  )
  SELECT complete,
    (SELECT count(*) FROM ((TABLE counts EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE counts)) c)
    + (SELECT count(*) FROM ((TABLE lists EXCEPT TABLE kept_lists) UNION ALL (TABLE kept_lists EXCEPT TABLE lists)) l)
    AS wrong
  FROM summaries WHERE user_id = $1`;

const COLUMNS = {
  type: 'type',
  schemaId: 'schema_id',
  state: 'state',
  ...PLACES,
} as const;

async function facetCount(database: SqlDatabase, userId: string, { kind, key, processorId }: Facet) {
  const parameters = new Parameters();
  const user = parameters.add(userId);
  const ofProcessor = (column: string) =>
    processorId === undefined ? '' : ` AND ${column} = ${parameters.add(processorId)}`;
  const where = () => {
    if (kind === 'all') return `blob_index WHERE user_id = ${user}${ofProcessor('processor_id')}`;
    if (kind === 'parentId')
      return `blob_sources WHERE user_id = ${user} AND parent_id = ${parameters.add(key)}${ofProcessor('child_processor_id')}`;
    return `blob_index WHERE user_id = ${user} AND ${COLUMNS[kind]} = ${parameters.add(key)}${ofProcessor('processor_id')}`;
  };
  const [row] = await database.query<{ total: number }>(
    `SELECT count(*) AS total FROM ${where()}`,
    parameters.values,
  );
  return row?.total ?? 0;
}

async function conversations(database: SqlDatabase, userId: string) {
  const rows = await database.query<{ id: string; title: string; messages: number; last_at: Date }>(
    `SELECT conversation_id AS id, (array_agg(title ORDER BY created_at, id))[1] AS title, count(*) AS messages,
       max(created_at) AS last_at
     FROM blob_index WHERE user_id = $1 AND conversation_id IS NOT NULL
     GROUP BY conversation_id ORDER BY last_at DESC, conversation_id DESC LIMIT ${MAX_LISTED}`,
    [userId],
  );
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    messageCount: row.messages,
    lastMessageAt: row.last_at,
  }));
}

type Derived = Pick<SummaryStore, 'facetCount' | 'listedPlaces' | 'checkSummary'> &
  Pick<StateStore, 'countByProcessor' | 'derivedCounts' | 'inPlacesCounts' | 'conversations'>;

/** The same results as summaries, read from the entries. */
export const createDerivedSummaries = (database: SqlDatabase): Derived => ({
  facetCount: (userId, facet) => facetCount(database, userId, facet),
  countByProcessor: (userId) =>
    database.query(
      `SELECT processor_id AS "processorId", count(*) AS count FROM blob_index WHERE user_id = $1
       GROUP BY processor_id ORDER BY processor_id`,
      [userId],
    ),
  async derivedCounts(userId, parentIds, processorIds) {
    const rows = await database.query<{ parent_id: string; total: number }>(
      `SELECT parent_id, count(*) AS total FROM blob_sources
       WHERE user_id = $1 AND parent_id = ANY($2) AND ($3::text[] IS NULL OR child_processor_id = ANY($3))
       GROUP BY parent_id`,
      [userId, [...parentIds], processorIds ? [...processorIds] : null],
    );
    return new Map(rows.map((row) => [row.parent_id, row.total]));
  },
  async inPlacesCounts(userId, placeIds, { place, processorIds }) {
    const rows = await database.query<{ id: string; total: number }>(
      `SELECT ${PLACES[place]} AS id, count(*) AS total FROM blob_index
       WHERE user_id = $1 AND ${PLACES[place]} = ANY($2) AND ($3::text[] IS NULL OR processor_id = ANY($3)) GROUP BY 1`,
      [userId, [...placeIds], processorIds ? [...processorIds] : null],
    );
    return new Map(rows.map(({ id, total }) => [id, total]));
  },
  listedPlaces(userId, kind, ids) {
    const all = kind === 'bookId' ? booksOf(BOOK_IDS) : TALKS;
    const [where, limit] = ids ? ['WHERE id = ANY($2)', ''] : ['', `LIMIT ${MAX_LISTED}`];
    const values = ids ? [[...ids]] : [];
    return database.query<ListedPlace>(
      `SELECT * FROM (${all}) places ${where} ORDER BY "listedAt" DESC, id DESC ${limit}`,
      [userId, ...values],
    );
  },
  conversations: (userId) => conversations(database, userId),
  async checkSummary(userId) {
    const [row] = await database.query<SummaryStanding>(CHECK, [userId]);
    return row ?? { complete: false, wrong: 0 };
  },
});
