/** Migrations of the tables. Append only. */
export const migrations: readonly string[] = [
  `CREATE TABLE webhooks (
    id text PRIMARY KEY,
    user_id text NOT NULL,
    url text NOT NULL,
    description text,
    kinds text[],
    blob_id text,
    book_id text,
    parent_id text,
    secret text NOT NULL,
    former_secret text,
    former_until timestamptz,
    state text NOT NULL,
    state_since timestamptz NOT NULL,
    reason text,
    cursor text NOT NULL,
    failing_since timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    tried_at timestamptz,
    status integer,
    error text,
    delivered_at timestamptz,
    created_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    held_by text,
    busy_until timestamptz,
    nudged boolean NOT NULL DEFAULT false,
    deleted_at timestamptz
  );
  COMMENT ON COLUMN webhooks.secret IS 'AES-256-GCM, never in plain text';
  COMMENT ON COLUMN webhooks.former_secret IS 'AES-256-GCM, never in plain text';
  CREATE INDEX webhooks_of_user ON webhooks (user_id, created_at, id);
  CREATE INDEX webhooks_active ON webhooks (held_by) WHERE state = 'ACTIVE' AND deleted_at IS NULL;
  CREATE INDEX webhooks_held ON webhooks (held_by, nudged) WHERE held_by IS NOT NULL;
  CREATE INDEX webhooks_deleted ON webhooks (deleted_at) WHERE deleted_at IS NOT NULL;
  CREATE INDEX webhooks_rotated ON webhooks (former_until) WHERE former_until IS NOT NULL;
  CREATE TABLE webhook_workers (id text PRIMARY KEY, until timestamptz NOT NULL);
  CREATE TABLE webhook_erasures (user_id text PRIMARY KEY, until timestamptz NOT NULL)`,
  `ALTER TABLE webhooks ADD COLUMN idempotency_key text, ADD COLUMN input_hash text, ADD COLUMN testing_until timestamptz;
  CREATE UNIQUE INDEX webhooks_by_key ON webhooks (user_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL AND deleted_at IS NULL`,
];
