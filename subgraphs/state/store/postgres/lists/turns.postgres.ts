import type { SqlDatabase } from '../../../../../platform/sql/database.ts';
import type { HeldEntry, TurnStore } from '../../turns.ts';
import { untilServed } from './served.postgres.ts';

/** Of one run: see `turnOf`. Runs of early releases have no artifact. */
const OUTSTANDING =
  '(!(@.artifact != null) && (@.state == "PROCESSING" || @.state == "PENDING" && !exists(@.held)))';
const HAS_OUTSTANDING = `runs @? '$[*] ? ${OUTSTANDING}'`;
const HELD = '{"held": true, "state": "PENDING"}';
const HAS_HELD = `runs @> '[${HELD}]'`;

/** Small: an entry leaves them when its runs end, or are handed out. */
export const TURN_INDEXES = [
  { name: 'blob_index_held', on: `blob_index (user_id, created_at, id) WHERE ${HAS_HELD}` },
  { name: 'blob_index_outstanding', on: `blob_index (user_id) WHERE ${HAS_OUTSTANDING}` },
] as const;

/** In a table with entries, creating them in the step would block writers: the upkeep does it. */
export const TURNS_STEP = `
  DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM blob_index) THEN
      ${TURN_INDEXES.map(({ name, on }) => `CREATE INDEX ${name} ON ${on};`).join('\n      ')}
    END IF;
  END $$;
`;

const nextUser = (after: string): string =>
  `SELECT user_id FROM blob_index WHERE ${HAS_HELD} AND user_id > ${after} ORDER BY user_id LIMIT 1`;

export function createTurnStore(database: SqlDatabase): TurnStore {
  const isServed = untilServed(database, TURN_INDEXES);
  return {
    async outstandingRuns(userId) {
      if (!(await isServed())) return null;
      const rows = await database.query<{ processor_id: string; runs: number }>(
        `SELECT run->>'processorId' AS processor_id, count(*) AS runs
       FROM blob_index, jsonb_array_elements(runs) AS run
       WHERE user_id = $1 AND ${HAS_OUTSTANDING} AND run @? '$ ? ${OUTSTANDING}' GROUP BY 1`,
        [userId],
      );
      return new Map(rows.map((row) => [row.processor_id, row.runs]));
    },
    heldEntries: (userId, { except, limit }) =>
      database.query<HeldEntry>(
        `SELECT id, held.ids AS "processorIds" FROM blob_index, LATERAL (
         SELECT array_agg(run->>'processorId') AS ids FROM jsonb_array_elements(runs) AS run
         WHERE run @> '${HELD}' AND NOT run->>'processorId' = ANY($2)
       ) AS held
       WHERE user_id = $1 AND ${HAS_HELD} AND held.ids IS NOT NULL ORDER BY created_at, id LIMIT $3`,
        [userId, [...except], limit],
      ),
    async heldUsers({ after, limit }) {
      if (!(await isServed())) return [];
      // One look at the index for each user, however many runs they have.
      const rows = await database.query<{ user_id: string }>(
        `WITH RECURSIVE users AS (
         (${nextUser('$1')}) UNION ALL SELECT (${nextUser('users.user_id')}) FROM users WHERE user_id IS NOT NULL
       ) SELECT user_id FROM users WHERE user_id IS NOT NULL LIMIT $2`,
        [after, limit],
      );
      return rows.map((row) => row.user_id);
    },
  };
}
