import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import type { Webhook } from '../record/webhook.ts';
import type { Owned } from './owned.postgres.ts';
import { toWebhook, WEBHOOK, type WebhookRow } from './rows.postgres.ts';
import type { Held, WebhookStore } from './store.ts';

/** The work of processes that deliver, as SQL. */
type Delivering = Omit<WebhookStore, 'prepare' | 'ping' | keyof Owned>;

const LIVE = "state = 'ACTIVE' AND deleted_at IS NULL";
const MINE = 'id = $1 AND held_by = $2';
const STILL = `${MINE} AND cursor = $3 AND deleted_at IS NULL`;

/** The share lock lets nobody find the worker dead before what it claims is seen to be its own. */
const CLAIM = `
  WITH me AS (SELECT id FROM webhook_workers WHERE id = $1 FOR SHARE),
  free AS (
    SELECT id FROM webhooks
    WHERE ${LIVE} AND held_by IS NULL AND (busy_until IS NULL OR busy_until <= $2) AND EXISTS (SELECT 1 FROM me)
    LIMIT $3 FOR UPDATE SKIP LOCKED)
  UPDATE webhooks SET held_by = $1, nudged = false WHERE id IN (SELECT id FROM free) RETURNING ${WEBHOOK}`;

const ALIVE =
  'INSERT INTO webhook_workers VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET until = excluded.until';

const COUNTS = `
  SELECT (SELECT count(*) FROM webhook_workers WHERE until > $1) AS workers,
    (SELECT count(*) FROM webhooks WHERE ${LIVE}) AS active`;

/** Gives free what dead workers had: in two steps, so that the second sees what was claimed until the first. */
const bury = (database: SqlDatabase, now: Date) =>
  database.transaction(async (tx) => {
    const text = 'DELETE FROM webhook_workers WHERE until <= $1 RETURNING id';
    const dead = await tx.query<{ id: string }>(text, [now]);
    if (dead.length === 0) return;
    const free = 'UPDATE webhooks SET held_by = NULL WHERE held_by = ANY($1::text[])';
    await tx.execute(free, [dead.map(({ id }) => id)]);
  });

export function deliveringWebhooks(database: SqlDatabase): Delivering {
  const all = async (...given: Parameters<SqlDatabase['query']>): Promise<Webhook[]> =>
    (await database.query<WebhookRow>(...given)).map(toWebhook);
  const one = async (...given: Parameters<SqlDatabase['query']>) => (await all(...given)).at(0) ?? null;
  const place = ({ id, worker, cursor }: Held) => [id, worker, cursor];
  return {
    async turn(worker, now, until) {
      await database.execute(ALIVE, [worker, until]);
      await bury(database, now);
      const [counts] = await database.query<{ workers: number; active: number }>(COUNTS, [now]);
      const text = `UPDATE webhooks SET nudged = false WHERE held_by = $1 AND nudged RETURNING ${WEBHOOK}`;
      const changed = await all(text, [worker]);
      return { workers: Number(counts?.workers), active: Number(counts?.active), changed };
    },
    claim: (worker, limit, now) => all(CLAIM, [worker, now, limit]),
    async release(worker, ids) {
      const text = 'UPDATE webhooks SET held_by = NULL WHERE held_by = $1 AND id = ANY($2::text[])';
      await database.execute(text, [worker, ids]);
    },
    async keepOnly(worker, ids) {
      const text = 'UPDATE webhooks SET held_by = NULL WHERE held_by = $1 AND NOT id = ANY($2::text[])';
      await database.execute(text, [worker, ids]);
    },
    leave: (worker) =>
      database.transaction(async (tx) => {
        await tx.execute('DELETE FROM webhook_workers WHERE id = $1', [worker]);
        await tx.execute('UPDATE webhooks SET held_by = NULL WHERE held_by = $1', [worker]);
      }),
    begin: (id, worker, busyUntil) =>
      one(`UPDATE webhooks SET busy_until = $3 WHERE ${MINE} AND ${LIVE} RETURNING ${WEBHOOK}`, [
        ...[id, worker, busyUntil],
      ]),
    delivered: (held, cursor, { at, status }, busyUntil) =>
      one(
        `UPDATE webhooks SET cursor = $4, tried_at = $5, delivered_at = $5, status = $6, error = NULL,
          failing_since = NULL, attempts = 0, next_at = NULL, busy_until = $7 WHERE ${STILL} RETURNING ${WEBHOOK}`,
        [...place(held), cursor, at, status, busyUntil],
      ),
    async rest(held, cursor) {
      const text = `UPDATE webhooks SET busy_until = NULL,
        cursor = CASE WHEN cursor = $3 AND deleted_at IS NULL THEN $4 ELSE cursor END WHERE ${MINE}`;
      await database.execute(text, [...place(held), cursor]);
    },
    async failed(held, { failing, lastTry }, setAside) {
      const { since = null, attempts = 0, nextAt = null } = failing ?? {};
      const { at = null, status = null, error = null } = lastTry ?? {};
      const aside = setAside ? ", state = 'SET_ASIDE', reason = $11, state_since = $12, held_by = NULL" : '';
      const text = `UPDATE webhooks SET busy_until = NULL, failing_since = $4, attempts = $5, next_at = $6,
        tried_at = coalesce($7, tried_at), status = CASE WHEN $7::timestamptz IS NULL THEN status ELSE $8 END,
        error = CASE WHEN $7::timestamptz IS NULL THEN error ELSE $9 END${aside}
        WHERE ${STILL} AND state = 'ACTIVE' AND revision = $10`;
      const values = [...place(held), since, attempts, nextAt, at, status, error, held.revision];
      const more = setAside ? [setAside.reason, setAside.at] : [];
      return (await database.execute(text, [...values, ...more])) > 0;
    },
    async count() {
      const text = 'SELECT state, count(*) AS there FROM webhooks WHERE deleted_at IS NULL GROUP BY state';
      const rows = await database.query<{ state: Webhook['state']; there: number }>(text);
      const counts = { ACTIVE: 0, PAUSED: 0, SET_ASIDE: 0 };
      for (const { state, there } of rows) counts[state] = Number(there);
      return counts;
    },
  };
}
