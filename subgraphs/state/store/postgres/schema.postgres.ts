import { LISTS_STEP } from './lists/indexes.postgres.ts';
import { LISTED_BY_STATEMENT, SEARCH_STEP } from './lists/search-schema.postgres.ts';
import { TURNS_STEP } from './lists/turns.postgres.ts';
import { WORKLOADS_STEP } from './lists/workloads.postgres.ts';
import { INSERTED_BY_FUNCTION } from './own-blobs-schema.postgres.ts';
import { COUNTED_BY_STATEMENT, SUMMARIES } from './summary/summary-schema.postgres.ts';

/** The migration steps of the state database, in order. Each is applied once. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE user_blobs (
    id text PRIMARY KEY,
    user_id text NOT NULL,
    schema_id text NOT NULL,
    schema_version text NOT NULL,
    type text NOT NULL,
    title text NOT NULL,
    -- json, not jsonb: the document is given back as it was sent, order of members included.
    data json NOT NULL,
    conversation_id text,
    book_id text,
    chapter_num integer,
    created_at timestamptz NOT NULL,
    input_hash text,
    expected_processor_ids text[] NOT NULL,
    outbox jsonb NOT NULL,
    outbox_since timestamptz
  );
  CREATE INDEX user_blobs_outbox ON user_blobs (outbox_since) WHERE outbox_since IS NOT NULL;

  CREATE TABLE blob_index (
    id text PRIMARY KEY,
    user_id text NOT NULL,
    version integer NOT NULL,
    processor_id text NOT NULL,
    storage_location text NOT NULL,
    schema_id text NOT NULL,
    schema_version text NOT NULL,
    source_ids text[] NOT NULL,
    type text NOT NULL,
    title text NOT NULL,
    preview text NOT NULL,
    size_bytes bigint NOT NULL,
    book_id text,
    conversation_id text,
    chapter_num integer,
    content_hash text,
    runs jsonb NOT NULL,
    state text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    outbox jsonb NOT NULL,
    outbox_since timestamptz
  );
  CREATE INDEX blob_index_user ON blob_index (user_id, created_at DESC, id DESC);
  CREATE INDEX blob_index_processor ON blob_index (user_id, processor_id, created_at DESC, id DESC);
  CREATE INDEX blob_index_type ON blob_index (user_id, type, created_at DESC, id DESC);
  CREATE INDEX blob_index_state ON blob_index (user_id, state, created_at DESC, id DESC);
  CREATE INDEX blob_index_changed ON blob_index (user_id, updated_at DESC);
  CREATE INDEX blob_index_book ON blob_index (user_id, book_id, created_at DESC, id DESC) WHERE book_id IS NOT NULL;
  CREATE INDEX blob_index_chapter ON blob_index (user_id, book_id, chapter_num, created_at DESC, id DESC)
    WHERE chapter_num IS NOT NULL;
  CREATE INDEX blob_index_conversation ON blob_index (user_id, conversation_id, created_at DESC, id DESC)
    WHERE conversation_id IS NOT NULL;
  CREATE INDEX blob_index_outbox ON blob_index (outbox_since) WHERE outbox_since IS NOT NULL;

  -- What was made of what. The child's time stands here too, so that a parent's newest children are read in order.
  CREATE TABLE blob_sources (
    user_id text NOT NULL,
    parent_id text NOT NULL,
    child_id text NOT NULL,
    child_created_at timestamptz NOT NULL,
    child_processor_id text NOT NULL,
    PRIMARY KEY (child_id, parent_id)
  );
  CREATE INDEX blob_sources_parent ON blob_sources (user_id, parent_id, child_created_at DESC, child_id DESC);

  CREATE TABLE books (
    user_id text NOT NULL,
    id text NOT NULL,
    title text NOT NULL,
    chapters jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, id)
  );
  `,
  'ALTER TABLE books ADD COLUMN version integer NOT NULL DEFAULT 1',
  'CREATE INDEX blob_index_schema ON blob_index (user_id, schema_id, created_at DESC, id DESC)',
  `
  -- A row without a user is a tombstone.
  ALTER TABLE blob_index
    ALTER COLUMN user_id DROP NOT NULL,
    ADD COLUMN deleted_user_id text,
    ADD COLUMN deletion_cascades boolean,
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN deletion_due_at timestamptz;
  CREATE INDEX blob_index_deletion_due ON blob_index (deletion_due_at) WHERE deletion_due_at IS NOT NULL;
  `,
  `
  ALTER TABLE blob_index ADD COLUMN content_missing_since timestamptz;
  CREATE INDEX blob_index_scan ON blob_index (user_id, id);
  CREATE INDEX user_blobs_user ON user_blobs (user_id, created_at);
  `,
  `
  CREATE TABLE erasures (
    user_id text PRIMARY KEY,
    requested_by text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    stores jsonb NOT NULL,
    obstacle text,
    due_at timestamptz
  );
  CREATE INDEX erasures_due ON erasures (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX blob_index_deleted ON blob_index (deleted_user_id, processor_id, deleted_at)
    WHERE deleted_user_id IS NOT NULL;
  `,
  `
  CREATE TABLE reemission (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    epoch text NOT NULL,
    after_user text,
    after_id text,
    done boolean NOT NULL
  );
  `,
  'ALTER TABLE blob_index ADD COLUMN generation integer NOT NULL DEFAULT 0',
  `
  CREATE TABLE backfills (
    processor_id text PRIMARY KEY,
    since timestamptz,
    requested_by text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    scanned int8 NOT NULL,
    planned int8 NOT NULL,
    finished_runs int8 NOT NULL,
    obstacle text,
    after jsonb,
    batch jsonb NOT NULL,
    due_at timestamptz,
    lease integer NOT NULL
  )
  `,
  `
  -- Members of chapters that came with this step are absent in older ones.
  ALTER TABLE books
    ADD COLUMN language text,
    ADD COLUMN removed jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN deleted boolean NOT NULL DEFAULT false,
    ADD COLUMN deleted_at timestamptz
  `,
  `
  ALTER TABLE erasures ADD COLUMN gone_stores jsonb NOT NULL DEFAULT '[]';
  CREATE TABLE hand_outs (LIKE backfills INCLUDING ALL);
  CREATE TABLE retirements (LIKE backfills INCLUDING ALL)
  `,
  SUMMARIES,
  LISTS_STEP,
  "ALTER TABLE books ADD COLUMN automatic text[] NOT NULL DEFAULT '{}'",
  'ALTER TABLE blob_index ADD COLUMN deleted_schema text',
  "ALTER TABLE books ADD COLUMN front jsonb NOT NULL DEFAULT '{}'",
  SEARCH_STEP,
  COUNTED_BY_STATEMENT,
  LISTED_BY_STATEMENT,
  INSERTED_BY_FUNCTION,
  `
  ALTER TABLE books ADD COLUMN outbox jsonb NOT NULL DEFAULT '[]', ADD COLUMN outbox_since timestamptz;
  CREATE INDEX books_outbox ON books (outbox_since) WHERE outbox_since IS NOT NULL
  `,
  TURNS_STEP,
  WORKLOADS_STEP,
  `
  ALTER TABLE backfills ADD COLUMN details jsonb;
  ALTER TABLE hand_outs ADD COLUMN details jsonb;
  ALTER TABLE retirements ADD COLUMN details jsonb;
  CREATE TABLE canary_ends (LIKE backfills INCLUDING ALL);
  CREATE TABLE reprocessings (LIKE backfills INCLUDING ALL)
  `,
  `
  ALTER TABLE backfills ADD COLUMN notes jsonb;
  ALTER TABLE hand_outs ADD COLUMN notes jsonb;
  ALTER TABLE retirements ADD COLUMN notes jsonb;
  ALTER TABLE canary_ends ADD COLUMN notes jsonb;
  ALTER TABLE reprocessings ADD COLUMN notes jsonb;
  CREATE TABLE stored_checks (LIKE backfills INCLUDING ALL)
  `,
];
