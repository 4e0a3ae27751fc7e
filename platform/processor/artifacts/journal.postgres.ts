import type { ErrorCode } from '../../errors/errors.ts';
import type { SqlDatabase, SqlValue } from '../../sql/database.ts';
import type { ArtifactEntry, ArtifactJournal, ArtifactKey } from './journal.ts';

/** Any fixed number: two processes that make the table at once would trip over each other. */
const LOCK_KEY = 7_205_760;

const STEPS = [
  `CREATE TABLE IF NOT EXISTS artifacts (
    blob_id text NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    user_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('MAKING', 'READY', 'FAILED')),
    attempt integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    crashes integer NOT NULL DEFAULT 0,
    size_bytes bigint,
    error_code text,
    error_message text,
    is_final boolean NOT NULL DEFAULT false,
    is_told boolean NOT NULL DEFAULT true,
    holder text,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (blob_id, name, version)
  )`,
  "CREATE INDEX IF NOT EXISTS artifacts_due ON artifacts (due_at) WHERE state = 'MAKING'",
  'CREATE INDEX IF NOT EXISTS artifacts_untold ON artifacts (due_at) WHERE NOT is_told',
];

interface Row {
  readonly blob_id: string;
  readonly name: string;
  readonly version: string;
  readonly user_id: string;
  readonly state: ArtifactEntry['state'];
  readonly attempt: number;
  readonly failures: number;
  readonly crashes: number;
  readonly size_bytes: number | null;
  readonly error_code: ErrorCode | null;
  readonly error_message: string | null;
  readonly is_final: boolean;
  readonly is_told: boolean;
  readonly holder: string | null;
  readonly due_at: Date;
}

const entryOf = (row: Row): ArtifactEntry => ({
  blobId: row.blob_id,
  name: row.name,
  version: row.version,
  userId: row.user_id,
  state: row.state,
  attempt: row.attempt,
  failures: row.failures,
  crashes: row.crashes,
  sizeBytes: row.size_bytes,
  error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
  isFinal: row.is_final,
  isTold: row.is_told,
  holder: row.holder,
  dueAt: row.due_at,
});

const THIS = 'blob_id = $1 AND name = $2 AND version = $3';
const HELD = `${THIS} AND state = 'MAKING' AND holder = $4`;
const keyed = ({ blobId, name, version }: ArtifactKey, ...more: readonly SqlValue[]): SqlValue[] => [
  blobId,
  name,
  version,
  ...more,
];

class PostgresJournal implements ArtifactJournal {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async prepare(): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK_KEY]);
      for (const step of STEPS) await tx.execute(step);
    });
  }

  async find(key: ArtifactKey): Promise<ArtifactEntry | null> {
    const [found] = await this.#rows(`SELECT * FROM artifacts WHERE ${THIS}`, keyed(key));
    return found ?? null;
  }

  async list(blobIds: readonly string[]): Promise<ArtifactEntry[]> {
    if (blobIds.length === 0) return [];
    return this.#rows('SELECT * FROM artifacts WHERE blob_id = ANY($1)', [blobIds]);
  }

  async ask(...asked: Parameters<ArtifactJournal['ask']>): Promise<ArtifactEntry> {
    const [key, { userId, now, again }] = asked;
    const text = `
      INSERT INTO artifacts AS a (blob_id, name, version, user_id, state, due_at)
      VALUES ($1, $2, $3, $4, 'MAKING', $5)
      ON CONFLICT (blob_id, name, version) DO UPDATE SET
        state = 'MAKING', due_at = $5, holder = NULL, error_code = NULL, error_message = NULL, is_final = false,
        is_told = true, crashes = 0
      WHERE a.state = 'FAILED' AND a.due_at <= $5 AND ($6 OR NOT a.is_final)
      RETURNING *`;
    const [entered] = await this.#rows(text, keyed(key, userId, now, again));
    // Erased in between when it is not found either: asked for again.
    return entered ?? (await this.find(key)) ?? this.ask(...asked);
  }

  async claim(...[key, claim]: Parameters<ArtifactJournal['claim']>): Promise<ArtifactEntry | null> {
    const { holder, now, until, attempts } = claim;
    const text = `
      UPDATE artifacts SET
        holder = $4, due_at = $6,
        crashes = crashes + CASE WHEN holder IS NULL THEN 0 ELSE 1 END,
        attempt = 1 + greatest($7, (SELECT max(attempt) FROM artifacts WHERE blob_id = $1 AND name = $2))
      WHERE ${THIS} AND state = 'MAKING' AND due_at <= $5
      RETURNING *`;
    const [claimed] = await this.#rows(text, keyed(key, holder, now, until, attempts));
    return claimed ?? null;
  }

  extend(key: ArtifactKey, holder: string, until: Date): Promise<boolean> {
    return this.#changed(`UPDATE artifacts SET due_at = $5 WHERE ${HELD}`, keyed(key, holder, until));
  }

  async release(key: ArtifactKey, holder: string, now: Date): Promise<void> {
    const text = `UPDATE artifacts SET holder = NULL, due_at = $5 WHERE ${HELD}`;
    await this.#changed(text, keyed(key, holder, now));
  }

  finish(...[key, holder, { sizeBytes, isTold }]: Parameters<ArtifactJournal['finish']>): Promise<boolean> {
    const text = `
      UPDATE artifacts SET state = 'READY', size_bytes = $5, is_told = $6, holder = NULL, failures = 0, crashes = 0
      WHERE ${HELD}`;
    return this.#changed(text, keyed(key, holder, sizeBytes, isTold));
  }

  fail(...[key, holder, failure]: Parameters<ArtifactJournal['fail']>): Promise<boolean> {
    const { error, isFinal, dueAt, isTold } = failure;
    const text = `
      UPDATE artifacts SET state = 'FAILED', error_code = $5, error_message = $6, is_final = $7, due_at = $8,
        is_told = $9, holder = NULL, failures = failures + 1, crashes = 0
      WHERE ${HELD}`;
    return this.#changed(text, keyed(key, holder, error.code, error.message, isFinal, dueAt, isTold));
  }

  async adopt(...[key, { userId, sizeBytes }]: Parameters<ArtifactJournal['adopt']>): Promise<void> {
    const text = `
      INSERT INTO artifacts (blob_id, name, version, user_id, state, size_bytes, attempt, due_at)
      VALUES ($1, $2, $3, $4, 'READY', $5, 1, now()) ON CONFLICT DO NOTHING`;
    await this.#changed(text, keyed(key, userId, sizeBytes));
  }

  async reopen(key: ArtifactKey, now: Date): Promise<void> {
    const text = `
      UPDATE artifacts SET state = 'MAKING', size_bytes = NULL, holder = NULL, due_at = $4
      WHERE ${THIS} AND state = 'READY'`;
    await this.#changed(text, keyed(key, now));
  }

  due(now: Date, limit: number): Promise<ArtifactEntry[]> {
    const text = "SELECT * FROM artifacts WHERE state = 'MAKING' AND due_at <= $1 ORDER BY due_at LIMIT $2";
    return this.#rows(text, [now, limit]);
  }

  untold(limit: number): Promise<ArtifactEntry[]> {
    return this.#rows('SELECT * FROM artifacts WHERE NOT is_told ORDER BY due_at LIMIT $1', [limit]);
  }

  async markTold(key: ArtifactKey, attempt: number): Promise<void> {
    const text = `UPDATE artifacts SET is_told = true WHERE ${THIS} AND attempt = $4`;
    await this.#changed(text, keyed(key, attempt));
  }

  async blobs(after: string, limit: number): Promise<string[]> {
    const text = 'SELECT DISTINCT blob_id FROM artifacts WHERE blob_id > $1 ORDER BY blob_id LIMIT $2';
    const found = await this.#database.query<{ blob_id: string }>(text, [after, limit]);
    return found.map(({ blob_id }) => blob_id);
  }

  async erase(blobIds: readonly string[]): Promise<void> {
    if (blobIds.length > 0) await this.#changed('DELETE FROM artifacts WHERE blob_id = ANY($1)', [blobIds]);
  }

  async #rows(text: string, values: readonly SqlValue[]): Promise<ArtifactEntry[]> {
    return (await this.#database.query<Row>(text, values)).map(entryOf);
  }

  /** Whether the statement changed anything. */
  async #changed(text: string, values: readonly SqlValue[]): Promise<boolean> {
    return (await this.#database.execute(text, values)) > 0;
  }
}

/** A journal in a table of the processor's own database. */
export const createPostgresJournal = (database: SqlDatabase): ArtifactJournal =>
  new PostgresJournal(database);
