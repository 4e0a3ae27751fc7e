/** Migrations of the uploads' tables in the processor's database. Append only. */
export const uploadMigrations = [
  `
  CREATE TABLE uploads (
    id uuid PRIMARY KEY,
    user_id text NOT NULL,
    idempotency_key text NOT NULL,
    input_hash text NOT NULL,
    state text NOT NULL,
    -- The upload that brought the bytes first; null until they have arrived.
    original_id uuid,
    blob_id text,
    refusal text,
    file_name text NOT NULL,
    content_type text NOT NULL,
    size_bytes int8 NOT NULL,
    sha256 text NOT NULL,
    title text NOT NULL,
    book_id text,
    conversation_id text,
    alt_text text,
    keep_position boolean NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    UNIQUE (user_id, idempotency_key)
  );
  CREATE INDEX uploads_user ON uploads (user_id, created_at);
  CREATE INDEX uploads_due ON uploads (state, expires_at) WHERE state <> 'COMPLETED';
  CREATE INDEX uploads_blob ON uploads (blob_id) WHERE blob_id IS NOT NULL;
  CREATE INDEX uploads_original ON uploads (original_id) WHERE original_id IS NOT NULL;
  CREATE TABLE originals (
    id uuid PRIMARY KEY,
    user_id text NOT NULL,
    sha256 text NOT NULL,
    put_until timestamptz NOT NULL,
    UNIQUE (user_id, sha256)
  );
  CREATE TABLE doomed_objects (
    key text PRIMARY KEY,
    put_until timestamptz NOT NULL,
    due_at timestamptz NOT NULL
  );
  CREATE INDEX doomed_objects_due ON doomed_objects (due_at);
  `,
];
