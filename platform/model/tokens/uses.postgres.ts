import type { SqlDatabase } from '../../sql/database.ts';
import { dayBefore, type TokenUses } from './uses.ts';

/** The step of a processor's migrations that makes the table. */
export const tokenUsesTable = `
  CREATE TABLE token_uses (
    user_id text NOT NULL,
    day date NOT NULL,
    run_id text NOT NULL,
    tokens bigint NOT NULL,
    PRIMARY KEY (user_id, day, run_id)
  );
  CREATE INDEX token_uses_day ON token_uses (day);
`;

/** Runs of one user begin one after the other: two that begin at once must know of each other. */
const ONE_AT_A_TIME = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';

const BEGIN = `
INSERT INTO token_uses (user_id, day, run_id, tokens)
SELECT $1, $2::date, $3, $4
WHERE (SELECT coalesce(sum(tokens), 0) FROM token_uses WHERE user_id = $1 AND day = $2::date) < $5
ON CONFLICT DO NOTHING`;

const KNOWN = 'SELECT 1 AS known FROM token_uses WHERE user_id = $1 AND day = $2::date AND run_id = $3';

const FINISH = `
INSERT INTO token_uses (user_id, day, run_id, tokens) VALUES ($1, $2::date, $3, $4)
ON CONFLICT (user_id, day, run_id) DO UPDATE SET tokens = excluded.tokens`;

/** The uses in PostgreSQL, by the table of the processor's migrations. */
export const createPostgresTokenUses = (database: SqlDatabase): TokenUses => ({
  async prepare(today) {
    await database.execute('DELETE FROM token_uses WHERE day < $1::date', [dayBefore(today)]);
  },
  begin: ({ userId, day, runId, tokens }, limit) =>
    database.transaction(async (tx) => {
      await tx.query(ONE_AT_A_TIME, [userId]);
      const known = await tx.query(KNOWN, [userId, day, runId]);
      if (known.length > 0) return true;
      return (await tx.execute(BEGIN, [userId, day, runId, tokens, limit])) > 0;
    }),
  async finish({ userId, day, runId, tokens }) {
    await database.execute(FINISH, [userId, day, runId, tokens]);
  },
  async eraseUser(userId) {
    await database.execute('DELETE FROM token_uses WHERE user_id = $1', [userId]);
  },
});
