import type { SqlDatabase } from '../../../../../platform/sql/database.ts';
import type { FacetKind } from '../../filter.ts';
import type { StateStore } from '../../store.ts';
import { type ListedPlace, MAX_LISTED, type PlaceKind, type SummaryStore } from '../../summary.ts';
import { createDerivedSummaries } from './derived.postgres.ts';

/** Entries counted at once. Changes of their user wait meanwhile, for about 100 ms. */
const STEP = 5_000;

interface CountedRow {
  readonly key: string;
  readonly processor_id: string;
  readonly total: number;
}

interface CountedRequest {
  readonly kind: FacetKind;
  readonly keys: readonly string[];
  readonly processorIds?: readonly string[] | undefined;
}

/** The rows of a complete summary; null while it is being built. Each row says whether it is complete. */
async function ofComplete<Row extends object>(
  database: SqlDatabase,
  userId: string,
  rows: () => Promise<readonly (Row & { complete: boolean })[]>,
): Promise<readonly Row[] | null> {
  const found = await rows();
  if (found[0]?.complete) return found;
  return (await advance(database, userId)) ? rows() : null;
}

async function advance(database: SqlDatabase, userId: string): Promise<boolean> {
  const text = 'SELECT advance_summary($1, $2) AS complete';
  const [row] = await database.query<{ complete: boolean }>(text, [userId, STEP]);
  return row?.complete ?? false;
}

/** Null while the summary is being built. */
async function counted(database: SqlDatabase, userId: string, { kind, keys, processorIds }: CountedRequest) {
  const read = () =>
    database.query<CountedRow & { complete: boolean }>(
      `SELECT s.complete, f.key, f.processor_id, f.total FROM summaries s LEFT JOIN facet_counts f
         ON f.user_id = s.user_id AND f.kind = $2 AND f.key = ANY($3) AND f.total <> 0
         AND ($4::text[] IS NULL OR f.processor_id = ANY($4))
       WHERE s.user_id = $1 ORDER BY f.processor_id`,
      [userId, kind, [...keys], processorIds ? [...processorIds] : null],
    );
  const rows = await ofComplete<CountedRow>(database, userId, read);
  // Without matches there is one row, of the summary alone.
  return rows?.filter(({ key }) => key !== null) ?? null;
}

const total = (rows: readonly CountedRow[]): number => rows.reduce((sum, row) => sum + row.total, 0);

function totals(rows: readonly CountedRow[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(row.key, (sums.get(row.key) ?? 0) + row.total);
  return sums;
}

async function listed(
  database: SqlDatabase,
  userId: string,
  kind: PlaceKind,
  ids?: readonly string[],
): Promise<ListedPlace[] | null> {
  const [among, values] = ids ? [' AND id = ANY($3)', [[...ids]]] : ['', []];
  const read = () =>
    database.query<ListedPlace & { complete: boolean }>(
      `SELECT s.complete, p.id, p.listed_at AS "listedAt" FROM summaries s LEFT JOIN LATERAL (
         SELECT id, listed_at FROM places WHERE user_id = $1 AND kind = $2 AND listed_at IS NOT NULL${among}
         ORDER BY listed_at DESC, id DESC ${ids ? '' : `LIMIT ${MAX_LISTED}`}
       ) p ON true
       WHERE s.user_id = $1 ORDER BY p.listed_at DESC, p.id DESC`,
      [userId, kind, ...values],
    );
  const rows = await ofComplete<ListedPlace>(database, userId, read);
  return rows?.filter(({ id }) => id !== null).map(({ id, listedAt }) => ({ id, listedAt })) ?? null;
}

interface ConversationRow {
  readonly id: string;
  readonly title: string;
  readonly messages: number;
  readonly last_at: Date;
}

async function conversations(database: SqlDatabase, userId: string) {
  const read = () =>
    database.query<ConversationRow & { complete: boolean }>(
      `SELECT s.complete, p.id, p.listed_at AS last_at, (
         SELECT title FROM blob_index WHERE user_id = $1 AND conversation_id = p.id ORDER BY created_at, id LIMIT 1
       ) AS title, (
         SELECT sum(total)::int8 FROM facet_counts WHERE user_id = $1 AND kind = 'conversationId' AND key = p.id
       ) AS messages
       FROM summaries s LEFT JOIN LATERAL (
         SELECT id, listed_at FROM places
         WHERE user_id = $1 AND kind = 'conversationId' AND listed_at IS NOT NULL
         ORDER BY listed_at DESC, id DESC LIMIT ${MAX_LISTED}
       ) p ON true
       WHERE s.user_id = $1 ORDER BY p.listed_at DESC, p.id DESC`,
      [userId],
    );
  const rows = await ofComplete<ConversationRow>(database, userId, read);
  return (
    rows
      ?.filter(({ id }) => id !== null)
      .map(({ id, title, messages, last_at }) => ({
        id,
        title,
        messageCount: messages,
        lastMessageAt: last_at,
      })) ?? null
  );
}

type Summaries = SummaryStore &
  Pick<StateStore, 'countByProcessor' | 'derivedCounts' | 'inPlacesCounts' | 'conversations'>;

/** Summaries, kept by triggers. */
export function createSummaries(database: SqlDatabase): Summaries {
  const derived = createDerivedSummaries(database);
  const ask = (userId: string, request: CountedRequest) => counted(database, userId, request);
  return {
    async facetCount(userId, facet) {
      const { kind, key, processorId } = facet;
      const of = processorId === undefined ? {} : { processorIds: [processorId] };
      const rows = await ask(userId, { kind, keys: [key], ...of });
      return rows ? total(rows) : derived.facetCount(userId, facet);
    },
    async countByProcessor(userId) {
      const rows = await ask(userId, { kind: 'all', keys: [''] });
      if (!rows) return derived.countByProcessor(userId);
      return rows.map((row) => ({ processorId: row.processor_id, count: row.total }));
    },
    async derivedCounts(userId, parentIds, processorIds) {
      const rows = await ask(userId, { kind: 'parentId', keys: parentIds, processorIds });
      return rows ? totals(rows) : derived.derivedCounts(userId, parentIds, processorIds);
    },
    async inPlacesCounts(userId, placeIds, filter) {
      const { place: kind, processorIds } = filter;
      const rows = await ask(userId, { kind, keys: placeIds, processorIds });
      return rows ? totals(rows) : derived.inPlacesCounts(userId, placeIds, filter);
    },
    async listedPlaces(userId, kind, ids) {
      return (await listed(database, userId, kind, ids)) ?? derived.listedPlaces(userId, kind, ids);
    },
    async conversations(userId) {
      return (await conversations(database, userId)) ?? derived.conversations(userId);
    },
    // Triggers count in the transaction of the change.
    countEntries: async () => undefined,
    async incompleteSummaries(limit) {
      const text = 'SELECT user_id FROM summaries WHERE NOT complete ORDER BY user_id LIMIT $1';
      return (await database.query<{ user_id: string }>(text, [limit])).map((row) => row.user_id);
    },
    advanceSummary: (userId) => advance(database, userId),
    checkSummary: (userId) => derived.checkSummary(userId),
    async forgetSummary(userId) {
      await database.query('SELECT forget_summary($1)', [userId]);
    },
  };
}
