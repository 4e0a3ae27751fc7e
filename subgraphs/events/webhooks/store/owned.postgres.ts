import type { SqlDatabase, SqlExecutor, SqlValue } from '../../../../platform/sql/database.ts';
import type { Webhook, WebhookFilter, WebhookSettings } from '../record/webhook.ts';
import { toWebhook, WEBHOOK, type WebhookRow } from './rows.postgres.ts';
import type { NewWebhook, RegisterRefusal, WebhookStore } from './store.ts';

/** The work of owners, as SQL. */
export type Owned = Pick<
  WebhookStore,
  | 'register'
  | 'registered'
  | 'list'
  | 'update'
  | 'rotate'
  | 'steer'
  | 'replay'
  | 'beginTest'
  | 'endTest'
  | 'markDeleted'
  | 'remove'
  | 'sweep'
>;

const OWN = 'user_id = $1 AND id = $2 AND deleted_at IS NULL';
const CHANGED = 'revision = revision + 1, nudged = true';
const NOT_FAILING = 'failing_since = NULL, attempts = 0, next_at = NULL';
const isOver = (column: string, at: string) => `(${column} IS NULL OR ${column} <= ${at})`;
const IDLE = `${isOver('busy_until', '$2')} AND ${isOver('testing_until', '$2')}`;

const INSERT = `
  INSERT INTO webhooks (user_id, id, url, description, kinds, blob_id, book_id, parent_id, secret, cursor, created_at,
    idempotency_key, input_hash, state, state_since)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'ACTIVE', $11) RETURNING ${WEBHOOK}`;

/** Its registrations and its erasure go one after the other. */
const lockUser = (tx: SqlExecutor, userId: string) =>
  tx.query('SELECT pg_advisory_xact_lock(1, hashtext($1))', [userId]);

async function refusal(tx: SqlExecutor, webhook: NewWebhook, most: number): Promise<RegisterRefusal | null> {
  const { userId, createdAt } = webhook;
  const erasing = 'SELECT 1 FROM webhook_erasures WHERE user_id = $1 AND until > $2';
  if ((await tx.query(erasing, [userId, createdAt])).length > 0) return 'erasing';
  const count = 'SELECT count(*) AS there FROM webhooks WHERE user_id = $1 AND deleted_at IS NULL';
  const [row] = await tx.query<{ there: number }>(count, [userId]);
  return Number(row?.there) < most ? null : 'too many';
}

/** The one that the user registered with a key. */
async function registeredBy(on: SqlExecutor, userId: string, key: string): Promise<Webhook | null> {
  const text = `SELECT ${WEBHOOK} FROM webhooks WHERE user_id = $1 AND idempotency_key = $2 AND deleted_at IS NULL`;
  const [row] = await on.query<WebhookRow>(text, [userId, key]);
  return row ? toWebhook(row) : null;
}

const filterValues = ({ kinds, blobId, bookId, parentId }: WebhookFilter): SqlValue[] => [
  ...[kinds, blobId, bookId, parentId],
];

/** Assignments of the given settings, from `$3` on, with their values. */
function assignments({ url, description, filter }: Partial<WebhookSettings>) {
  const given: [string, SqlValue][] = [];
  if (url !== undefined) given.push(['url', url]);
  if (description !== undefined) given.push(['description', description]);
  const columns = ['kinds', 'blob_id', 'book_id', 'parent_id'];
  const values = filter ? filterValues(filter) : [];
  for (const [index, value] of values.entries()) given.push([columns[index] as string, value]);
  return {
    text: given.map(([column], index) => `${column} = $${index + 3}, `).join(''),
    values: given.map(([, value]) => value),
  };
}

export function ownedWebhooks(database: SqlDatabase): Owned {
  const one = async (text: string, values: readonly SqlValue[]) => {
    const [row] = await database.query<WebhookRow>(`${text} RETURNING ${WEBHOOK}`, values);
    return row ? toWebhook(row) : null;
  };
  return {
    registered: (userId, key) => registeredBy(database, userId, key),
    register: (webhook, most, by) =>
      database.transaction(async (tx) => {
        const { userId, id, url, description, filter, secret, cursor, createdAt } = webhook;
        await lockUser(tx, userId);
        const known = by && (await registeredBy(tx, userId, by.key));
        if (known) return known;
        const refused = await refusal(tx, webhook, most);
        if (refused) return refused;
        const values = [userId, id, url, description, ...filterValues(filter), secret, cursor, createdAt];
        const request = [by?.key ?? null, by?.inputHash ?? null];
        const [row] = await tx.query<WebhookRow>(INSERT, [...values, ...request]);
        return toWebhook(row as WebhookRow);
      }),
    async list(userId) {
      const text = `SELECT ${WEBHOOK} FROM webhooks WHERE user_id = $1 AND deleted_at IS NULL ORDER BY created_at, id`;
      return (await database.query<WebhookRow>(text, [userId])).map(toWebhook);
    },
    async beginTest(userId, id, now, until) {
      const free = isOver('testing_until', '$3');
      const text = `UPDATE webhooks SET testing_until = $4 WHERE ${OWN} AND ${free}`;
      const begun = await one(text, [userId, id, now, until]);
      if (begun) return begun;
      const there = await database.query(`SELECT 1 FROM webhooks WHERE ${OWN}`, [userId, id]);
      return there.length > 0 ? 'busy' : null;
    },
    async endTest(id) {
      await database.execute('UPDATE webhooks SET testing_until = NULL WHERE id = $1', [id]);
    },
    update(userId, id, settings) {
      const { text, values } = assignments(settings);
      // Another receiver has not failed yet.
      const anew = settings.url === undefined ? '' : `${NOT_FAILING}, `;
      return one(`UPDATE webhooks SET ${text}${anew}${CHANGED} WHERE ${OWN}`, [userId, id, ...values]);
    },
    rotate: (userId, id, secret, formerUntil) =>
      one(
        `UPDATE webhooks SET secret = $3, former_secret = secret, former_until = $4, ${CHANGED} WHERE ${OWN}`,
        [userId, id, secret, formerUntil],
      ),
    steer: (userId, id, state, now) =>
      one(
        `UPDATE webhooks SET state_since = CASE WHEN state = $3 THEN state_since ELSE $4 END, state = $3, reason = NULL,
          ${NOT_FAILING}, ${CHANGED} WHERE ${OWN}`,
        [userId, id, state, now],
      ),
    replay: (userId, id, cursor, now) =>
      one(
        `UPDATE webhooks SET cursor = $3, state_since = CASE WHEN state = 'SET_ASIDE' THEN $4 ELSE state_since END,
          state = CASE WHEN state = 'SET_ASIDE' THEN 'ACTIVE' ELSE state END, reason = NULL,
          ${NOT_FAILING}, ${CHANGED} WHERE ${OWN}`,
        [userId, id, cursor, now],
      ),
    markDeleted: (userId, which, now) =>
      database.transaction(async (tx) => {
        await lockUser(tx, userId);
        if ('erasingUntil' in which)
          await tx.execute(
            'INSERT INTO webhook_erasures VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE SET until = excluded.until',
            [userId, which.erasingUntil],
          );
        const id = 'id' in which ? which.id : null;
        const text = `UPDATE webhooks SET deleted_at = $2, nudged = true
          WHERE user_id = $1 AND deleted_at IS NULL AND ($3::text IS NULL OR id = $3) RETURNING id`;
        return (await tx.query<{ id: string }>(text, [userId, now, id])).map((row) => row.id);
      }),
    async remove(ids, now) {
      const marked = 'id = ANY($1::text[]) AND deleted_at IS NOT NULL';
      await database.execute(`DELETE FROM webhooks WHERE ${marked} AND ${IDLE}`, [ids, now]);
      const text = `SELECT count(*) AS there FROM webhooks WHERE ${marked}`;
      const [row] = await database.query<{ there: number }>(text, [ids]);
      return Number(row?.there);
    },
    async sweep(before, now) {
      await database.execute(`DELETE FROM webhooks WHERE deleted_at < $1 AND ${IDLE}`, [before, now]);
      const over = 'UPDATE webhooks SET former_secret = NULL, former_until = NULL WHERE former_until <= $1';
      await database.execute(over, [now]);
      await database.execute('DELETE FROM webhook_erasures WHERE until <= $1', [now]);
    },
  };
}
