/**
 * Users' own blobs with their entries, in one statement for any number of them. Users come in order, so that two
 * statements that take the summaries of the same users do not deadlock; their blobs as in every other insert. A function,
 * because connections have each statement planned for its values: of one row, that took longer than inserting it. Here
 * and in the triggers it is planned once a connection.
 */
export const INSERTED_BY_FUNCTION = `
  CREATE FUNCTION insert_own_blobs(rows json) RETURNS TABLE (id text, inserted boolean, entered boolean)
  LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
  #variable_conflict use_column
  BEGIN
    RETURN QUERY
    WITH given AS MATERIALIZED (
      SELECT g.* FROM json_to_recordset(rows) AS g(id text, user_id text, schema_id text, schema_version text, type text,
        title text, data json, conversation_id text, book_id text, chapter_num integer, created_at timestamptz,
        input_hash text, expected_processor_ids text[], outbox jsonb, outbox_since timestamptz, version integer,
        processor_id text, storage_location text, preview text, size_bytes bigint, generation integer, runs jsonb, state text,
        words text[])
      WHERE NOT EXISTS (SELECT FROM erasures WHERE erasures.user_id = g.user_id AND finished_at IS NULL)
      ORDER BY g.user_id, g.id COLLATE "C"
    ), blobs AS (
      INSERT INTO user_blobs (id, user_id, schema_id, schema_version, type, title, data, conversation_id, book_id,
        chapter_num, created_at, input_hash, expected_processor_ids, outbox, outbox_since)
      SELECT id, user_id, schema_id, schema_version, type, title, data, conversation_id, book_id, chapter_num, created_at,
        input_hash, expected_processor_ids, outbox, outbox_since FROM given
      ON CONFLICT (id) DO NOTHING RETURNING id
    ), entries AS (
      INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version, source_ids,
        type, title, preview, size_bytes, book_id, conversation_id, chapter_num, runs, state, created_at, updated_at, outbox,
        generation, words)
      SELECT id, user_id, version, processor_id, storage_location, schema_id, schema_version, '{}', type, title, preview,
        size_bytes, book_id, conversation_id, chapter_num, runs, state, created_at, created_at, '[]', generation, words
      FROM given JOIN blobs USING (id) ORDER BY user_id, id COLLATE "C"
      ON CONFLICT (id) DO NOTHING RETURNING id
    )
    SELECT id, blobs.id IS NOT NULL AS inserted, entries.id IS NOT NULL AS entered
    FROM given LEFT JOIN blobs USING (id) LEFT JOIN entries USING (id);
  END $$;
  ${['summarize_inserted()', 'list_inserted_words()']
    .map((name) => `ALTER FUNCTION ${name} SET plan_cache_mode = auto;`)
    .join('\n  ')}
`;
