/** The conditions on an unfiled entry. They exclude tombstones. */
export const UNFILED = ['book_id IS NULL', 'conversation_id IS NULL', 'user_id IS NOT NULL'] as const;

/** The lists of unfiled entries, each with the members that select it; see `ENTRY_LISTS`. */
export const UNFILED_LISTS = { unfiled: [], type_unfiled: ['type'] } as const;

/**
 * The indexes for searches, by name. A migration step creates them in an empty database: a changed index needs a new name
 * and a new step.
 */
export const SEARCH_INDEXES: readonly { readonly name: string; readonly on: string }[] = [
  { name: 'blob_index_wordless', on: 'blob_index (user_id, id) WHERE words IS NULL AND user_id IS NOT NULL' },
  ...Object.entries(UNFILED_LISTS).map(([list, columns]) => ({
    name: `blob_list_${list}`,
    on: `blob_index ((ARRAY['${list}'::text, ${['user_id', ...columns].join(', ')}]), state, processor_id, schema_id, created_at, id) WHERE ${UNFILED.join(' AND ')}`,
  })),
];

/** The step that adds words, and the lists of unfiled entries. */
export const SEARCH_STEP = `
  -- Folded words of title and preview; null where they are not known: in entries of before, and in those that a process of
  -- the release before stores or changes.
  ALTER TABLE blob_index ADD COLUMN words text[];

  -- A list of entries for each user and word, in the order of lists. No word has a space, so that the key is of one user.
  CREATE TABLE blob_words (
    key text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    id text NOT NULL,
    PRIMARY KEY (key, created_at, id)
  );

  CREATE FUNCTION forget_words() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.words := NULL;
    RETURN NEW;
  END $$;
  CREATE TRIGGER blob_index_reworded BEFORE UPDATE ON blob_index FOR EACH ROW
    WHEN (OLD.words IS NOT NULL AND (NEW.user_id IS NULL OR ((NEW.title <> OLD.title OR NEW.preview <> OLD.preview)
      AND NEW.words IS NOT DISTINCT FROM OLD.words)))
    EXECUTE FUNCTION forget_words();

  CREATE FUNCTION list_words() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP <> 'INSERT' THEN
      DELETE FROM blob_words WHERE key = ANY (ARRAY(SELECT word || ' ' || OLD.user_id FROM unnest(OLD.words) word))
        AND created_at = OLD.created_at AND id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
      INSERT INTO blob_words (key, created_at, id)
        SELECT word || ' ' || NEW.user_id, NEW.created_at, NEW.id FROM unnest(NEW.words) word ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER blob_index_words_inserted AFTER INSERT ON blob_index FOR EACH ROW
    WHEN (NEW.words IS NOT NULL) EXECUTE FUNCTION list_words();
  CREATE TRIGGER blob_index_words_updated AFTER UPDATE ON blob_index FOR EACH ROW
    WHEN (NEW.words IS DISTINCT FROM OLD.words) EXECUTE FUNCTION list_words();
  CREATE TRIGGER blob_index_words_deleted AFTER DELETE ON blob_index FOR EACH ROW
    WHEN (OLD.words IS NOT NULL) EXECUTE FUNCTION list_words();

  DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM blob_index) THEN
      ${SEARCH_INDEXES.map(({ name, on }) => `CREATE INDEX ${name} ON ${on};`).join('\n      ')}
    END IF;
  END $$;
`;

/** New entries get their words listed once a statement in place of once a row: most of its time went into planning. */
export const LISTED_BY_STATEMENT = `
  CREATE FUNCTION list_inserted_words() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO blob_words (key, created_at, id)
      SELECT word || ' ' || e.user_id, e.created_at, e.id FROM inserted e CROSS JOIN LATERAL unnest(e.words) word
      WHERE e.user_id IS NOT NULL ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  DROP TRIGGER blob_index_words_inserted ON blob_index;
  CREATE TRIGGER blob_index_words_inserted AFTER INSERT ON blob_index REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
    EXECUTE FUNCTION list_inserted_words();
`;
