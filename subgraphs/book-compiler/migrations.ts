/**
 * Migrations of the book compiler's tables. Append only. Texts are stored uncompressed (`EXTERNAL`), as the embedded
 * PostgreSQL compresses on the event loop: writing a book took three times as long.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE compiled_books (
    id uuid PRIMARY KEY,
    user_id text NOT NULL,
    book_id text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    title text NOT NULL,
    full_text text NOT NULL,
    word_count integer NOT NULL,
    chapter_count integer NOT NULL,
    source_blob_ids jsonb NOT NULL,
    compile_config jsonb NOT NULL,
    stale boolean NOT NULL DEFAULT false,
    content_hash text NOT NULL,
    size_bytes bigint NOT NULL,
    input_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    registered_at timestamptz,
    registration_due_at timestamptz NOT NULL,
    registration_attempts integer NOT NULL DEFAULT 0,
    registration_refusal text,
    UNIQUE (user_id, book_id, version)
  );
  ALTER TABLE compiled_books ALTER COLUMN full_text SET STORAGE EXTERNAL;
  CREATE INDEX compiled_books_by_time ON compiled_books (user_id, created_at, id);
  CREATE INDEX compiled_books_to_register ON compiled_books (registration_due_at)
    WHERE registered_at IS NULL AND registration_refusal IS NULL;

  CREATE TABLE book_chapters (
    id uuid PRIMARY KEY,
    book_id uuid NOT NULL REFERENCES compiled_books (id) ON DELETE CASCADE,
    chapter_num integer NOT NULL,
    title text NOT NULL,
    draft_blob_id text NOT NULL,
    expanded_blob_id text,
    compiled_text text NOT NULL,
    word_count integer NOT NULL,
    UNIQUE (book_id, chapter_num)
  );
  ALTER TABLE book_chapters ALTER COLUMN compiled_text SET STORAGE EXTERNAL;
  `,
  // The common columns of all processors' records.
  `
  DROP INDEX compiled_books_to_register;
  ALTER TABLE compiled_books RENAME COLUMN registration_due_at TO register_at;
  ALTER TABLE compiled_books RENAME COLUMN registration_attempts TO register_attempts;
  ALTER TABLE compiled_books RENAME COLUMN registration_refusal TO refusal;
  ALTER TABLE compiled_books
    ALTER COLUMN book_id DROP NOT NULL,
    ALTER COLUMN version DROP NOT NULL,
    ALTER COLUMN full_text DROP NOT NULL,
    ALTER COLUMN word_count DROP NOT NULL,
    ALTER COLUMN chapter_count DROP NOT NULL,
    ALTER COLUMN compile_config DROP NOT NULL,
    ALTER COLUMN content_hash DROP NOT NULL,
    ALTER COLUMN input_hash DROP NOT NULL,
    ADD COLUMN parent_blob_id text,
    ADD COLUMN generation integer NOT NULL DEFAULT 0,
    ADD COLUMN processor_version text NOT NULL DEFAULT '1',
    ADD COLUMN schema_version text NOT NULL DEFAULT '1.0.0',
    ADD COLUMN preview text,
    ADD COLUMN processing_time_ms integer NOT NULL DEFAULT 0,
    ADD COLUMN on_demand boolean NOT NULL DEFAULT true,
    ADD COLUMN command json;
  UPDATE compiled_books SET parent_blob_id = source_blob_ids->>0, preview = left(full_text, 200);
  ALTER TABLE compiled_books ALTER COLUMN preview SET NOT NULL;
  CREATE INDEX compiled_books_to_register ON compiled_books (register_at)
    WHERE registered_at IS NULL AND refusal IS NULL;
  `,
  `
  ALTER TABLE compiled_books
    ADD COLUMN character_count integer,
    ADD COLUMN language text;
  ALTER TABLE book_chapters
    ADD COLUMN position integer NOT NULL DEFAULT 0,
    ADD COLUMN character_count integer;
  UPDATE book_chapters c SET position = p.place
    FROM (SELECT id, row_number() OVER (PARTITION BY book_id ORDER BY chapter_num) AS place FROM book_chapters) p
    WHERE p.id = c.id;
  CREATE TABLE compiled_books_numbers (
    user_id text NOT NULL,
    of_values jsonb NOT NULL,
    number integer NOT NULL,
    PRIMARY KEY (user_id, of_values)
  );
  `,
  `
  ALTER TABLE compiled_books
    ADD COLUMN subtitle text,
    ADD COLUMN author text,
    ADD COLUMN rights text,
    ADD COLUMN cover_blob_id text;
  ALTER TABLE book_chapters ADD COLUMN number integer;
  UPDATE compiled_books SET author = compile_config->>'author' WHERE compile_config->>'author' IS NOT NULL;
  `,
];
