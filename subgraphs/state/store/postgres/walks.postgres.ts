import type { SqlDatabase, SqlValue } from '../../../../platform/sql/database.ts';
import type { EntryPlace } from '../scans.ts';
import type { BatchPlace, IndexWalk, ReprocessingDetails, WalkStore } from '../walks.ts';

interface WalkRow {
  processor_id: string;
  since: Date | null;
  requested_by: string;
  started_at: Date;
  finished_at: Date | null;
  scanned: number;
  planned: number;
  finished_runs: number;
  obstacle: string | null;
  after: EntryPlace | null;
  batch: BatchPlace[];
  details: ReprocessingDetails | null;
  notes: unknown;
  lease: number;
}

const WALK = `processor_id, since, requested_by, started_at, finished_at, scanned, planned, finished_runs, obstacle,
  after, batch, details, notes, lease`;

const walkFrom = (row: WalkRow): IndexWalk => ({
  processorId: row.processor_id,
  since: row.since,
  requestedBy: row.requested_by,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  scanned: row.scanned,
  planned: row.planned,
  finishedRuns: row.finished_runs,
  obstacle: row.obstacle,
  after: row.after,
  batch: row.batch,
  details: row.details,
  notes: row.notes,
  lease: row.lease,
});

/** In the order of the columns after `started_at`. */
const progressOf = (walk: Omit<IndexWalk, 'lease'>): SqlValue[] => [
  walk.finishedAt,
  walk.scanned,
  walk.planned,
  walk.finishedRuns,
  walk.obstacle,
  walk.after && JSON.stringify(walk.after),
  JSON.stringify(walk.batch),
  walk.details && JSON.stringify(walk.details),
  walk.notes === null ? null : JSON.stringify(walk.notes),
];

/** Walks of one kind; each kind has its own table. */
export function createWalks(
  database: SqlDatabase,
  table: 'backfills' | 'hand_outs' | 'retirements' | 'canary_ends' | 'reprocessings' | 'stored_checks',
): WalkStore {
  const one = async (text: string, values: readonly SqlValue[]): Promise<IndexWalk | null> => {
    const [row] = await database.query<WalkRow>(text, values);
    return row ? walkFrom(row) : null;
  };
  const find = (processorId: string) =>
    one(`SELECT ${WALK} FROM ${table} WHERE processor_id = $1`, [processorId]);
  return {
    async beginWalk(walk, dueAt, { anew = false } = {}) {
      const { processorId, since, requestedBy, startedAt } = walk;
      await database.execute(
        `INSERT INTO ${table} AS b (processor_id, since, requested_by, started_at, finished_at, scanned, planned,
           finished_runs, obstacle, after, batch, details, notes, due_at, lease)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::jsonb, $12::jsonb, $13::jsonb, $14, 0)
         ON CONFLICT (processor_id) DO UPDATE SET since = $2, requested_by = $3, started_at = $4, finished_at = $5,
           scanned = $6, planned = $7, finished_runs = $8, obstacle = $9, after = $10::jsonb, batch = $11::jsonb,
           details = $12::jsonb, notes = $13::jsonb, due_at = $14, lease = b.lease + 1
         WHERE $15 OR b.finished_at IS NOT NULL OR b.since IS DISTINCT FROM $2`,
        [processorId, since, requestedBy, startedAt, ...progressOf(walk), dueAt, anew],
      );
      return (await find(processorId)) ?? { ...walk, lease: 0 };
    },
    walk: find,
    claimWalk: (processorId, now, until) =>
      one(
        `UPDATE ${table} SET due_at = $3, lease = lease + 1 WHERE processor_id = $1 AND due_at <= $2
         RETURNING ${WALK}`,
        [processorId, now, until],
      ),
    async saveWalk(walk, dueAt) {
      const { processorId, lease } = walk;
      const saved = await database.execute(
        `UPDATE ${table} SET finished_at = $3, scanned = $4, planned = $5, finished_runs = $6, obstacle = $7,
           after = $8::jsonb, batch = $9::jsonb, details = $10::jsonb, notes = $11::jsonb, due_at = $12
         WHERE processor_id = $1 AND lease = $2`,
        [processorId, lease, ...progressOf(walk), dueAt],
      );
      return saved === 1;
    },
    async cancelWalk(processorId, at) {
      const cancelled = await database.execute(
        `UPDATE ${table} SET finished_at = $2, due_at = NULL, lease = lease + 1, batch = '[]', obstacle = NULL,
           details = jsonb_set(details, '{cancelled}', 'true')
         WHERE processor_id = $1 AND finished_at IS NULL`,
        [processorId, at],
      );
      return cancelled === 1;
    },
    async forgetWalks(userId) {
      await database.execute(`DELETE FROM ${table} WHERE details->>'userId' = $1`, [userId]);
    },
    async dueWalks(now, limit) {
      const text = `SELECT processor_id FROM ${table} WHERE due_at <= $1 ORDER BY due_at LIMIT $2`;
      const rows = await database.query<{ processor_id: string }>(text, [now, limit]);
      return rows.map((row) => row.processor_id);
    },
  };
}
