/** Steps of the text expansion's database; step n is applied once, in order. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE expanded_texts (
    id text PRIMARY KEY,
    user_id text NOT NULL,
    parent_blob_id text NOT NULL,
    title text NOT NULL,
    original text NOT NULL,
    expanded text NOT NULL,
    expansion_ratio double precision NOT NULL,
    style_analysis json NOT NULL,
    sections json NOT NULL,
    processing_time_ms integer NOT NULL,
    model_used text NOT NULL,
    tokens_used bigint NOT NULL,
    created_at timestamptz NOT NULL,
    content_hash text NOT NULL,
    size_bytes bigint NOT NULL,
    -- Null until the index has it.
    registered_at timestamptz,
    -- Why the index refuses it.
    quarantined text
  );
  CREATE INDEX expanded_texts_user ON expanded_texts (user_id, created_at, id);
  CREATE INDEX expanded_texts_unregistered ON expanded_texts (created_at, id)
    WHERE registered_at IS NULL AND quarantined IS NULL;
  `,
];
