import type { DocumentMigration } from '../../platform/processor/records/records.ts';

/** Migrations of the table in PostgreSQL. Append only. */
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
  // The common columns of all processors' records; complexity as a number; registers again, with the schema's version.
  `
  DROP INDEX expanded_texts_user;
  DROP INDEX expanded_texts_unregistered;
  ALTER TABLE expanded_texts RENAME COLUMN quarantined TO refusal;
  ALTER TABLE expanded_texts
    ALTER COLUMN id TYPE uuid USING id::uuid,
    ALTER COLUMN original DROP NOT NULL,
    ALTER COLUMN expanded DROP NOT NULL,
    ALTER COLUMN expansion_ratio DROP NOT NULL,
    ALTER COLUMN style_analysis DROP NOT NULL,
    ALTER COLUMN sections DROP NOT NULL,
    ALTER COLUMN model_used DROP NOT NULL,
    ALTER COLUMN tokens_used DROP NOT NULL,
    ALTER COLUMN content_hash DROP NOT NULL,
    ADD COLUMN source_blob_ids jsonb,
    ADD COLUMN generation integer NOT NULL DEFAULT 0,
    ADD COLUMN processor_version text NOT NULL DEFAULT '1',
    ADD COLUMN schema_version text NOT NULL DEFAULT '2.0.0',
    ADD COLUMN preview text,
    ADD COLUMN stale boolean NOT NULL DEFAULT false,
    ADD COLUMN on_demand boolean NOT NULL DEFAULT false,
    ADD COLUMN input_hash text,
    ADD COLUMN command json,
    ADD COLUMN register_at timestamptz,
    ADD COLUMN register_attempts integer NOT NULL DEFAULT 0;
  UPDATE expanded_texts SET
    source_blob_ids = jsonb_build_array(parent_blob_id),
    preview = left(expanded, 400),
    register_at = created_at,
    registered_at = NULL,
    style_analysis = json_build_object(
      'tone', style_analysis->>'tone',
      'complexity', CASE style_analysis->>'complexity' WHEN 'simple' THEN 0.2 WHEN 'moderate' THEN 0.5 ELSE 0.8 END,
      'readability_score', (style_analysis->>'readabilityScore')::double precision,
      'vocabulary_level', style_analysis->>'vocabularyLevel'),
    sections = (
      SELECT json_agg(json_build_object(
        'index', (s->>'index')::integer,
        'title', s->>'title',
        'original_start', (s->>'originalStart')::integer,
        'original_length', (s->>'originalLength')::integer,
        'expanded_start', (s->>'expandedStart')::integer,
        'expanded_length', (s->>'expandedLength')::integer) ORDER BY (s->>'index')::integer)
      FROM json_array_elements(sections) AS s);
  ALTER TABLE expanded_texts
    ALTER COLUMN source_blob_ids SET NOT NULL,
    ALTER COLUMN preview SET NOT NULL,
    ALTER COLUMN register_at SET NOT NULL,
    ALTER COLUMN original SET STORAGE EXTERNAL,
    ALTER COLUMN expanded SET STORAGE EXTERNAL;
  CREATE INDEX expanded_texts_by_time ON expanded_texts (user_id, created_at, id);
  CREATE INDEX expanded_texts_to_register ON expanded_texts (register_at)
    WHERE registered_at IS NULL AND refusal IS NULL;
  `,
  // Tokens used by users' runs, by day: see `tokens/uses.ts`.
  `
  CREATE TABLE token_uses (
    user_id text NOT NULL,
    day date NOT NULL,
    run_id text NOT NULL,
    tokens bigint NOT NULL,
    PRIMARY KEY (user_id, day, run_id)
  );
  CREATE INDEX token_uses_day ON token_uses (day);
  `,
];

/** The middle of each word's former range. */
const complexities: Readonly<Record<string, number>> = { simple: 0.2, moderate: 0.5, complex: 0.8 };

type OldData = { expanded?: string; style_analysis?: { complexity: unknown } };

function numbered(data: OldData): OldData {
  const { style_analysis: style } = data;
  if (typeof style?.complexity !== 'string') return data;
  return { ...data, style_analysis: { ...style, complexity: complexities[style.complexity] ?? 0.5 } };
}

/** Migrations of documents in MongoDB. Append only. */
export const documentMigrations: readonly DocumentMigration[] = [
  ({ quarantined, data, ...document }) => ({
    ...document,
    source_blob_ids: [document['parent_blob_id']],
    generation: 0,
    processor_version: '1',
    schema_version: '2.0.0',
    preview: (data as OldData).expanded?.slice(0, 400).toWellFormed() ?? '',
    stale: false,
    on_demand: false,
    input_hash: null,
    command: null,
    data: numbered(data as OldData),
    register_at: document['created_at'],
    register_attempts: 0,
    registered_at: null,
    refusal: quarantined ?? null,
  }),
];

/** Indexes in MongoDB that are dropped, as they use old names. */
export const formerIndexes: readonly string[] = ['registered_at_1_quarantined_1_created_at_1__id_1'];
