/**
 * Counts and lists that triggers update in the transaction of each change, whichever release makes it.
 *
 * A user's row in `summaries` is taken by every change of what is counted of them, until its transaction ends. So
 * changes of one user come one after the other, and each statement after `take_summary` sees all that came before.
 */
export const SUMMARIES = `
  CREATE TABLE summaries (
    user_id text PRIMARY KEY,
    -- Entries up to this id are counted. Those behind it are left out until \`advance_summary\` comes to them.
    counted_to text NOT NULL DEFAULT '',
    complete boolean NOT NULL DEFAULT false
  );
  CREATE INDEX summaries_incomplete ON summaries (user_id) WHERE NOT complete;

  CREATE TABLE facet_counts (
    user_id text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    processor_id text NOT NULL,
    total bigint NOT NULL,
    PRIMARY KEY (user_id, kind, key, processor_id)
  );

  -- Books and conversations, by the time that lists of them go by; null: not shown.
  CREATE TABLE places (
    user_id text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    listed_at timestamptz,
    PRIMARY KEY (user_id, kind, id)
  );
  CREATE INDEX places_listed ON places (user_id, kind, listed_at DESC, id DESC) WHERE listed_at IS NOT NULL;
  CREATE INDEX blob_index_draft ON blob_index (user_id, book_id, created_at) WHERE chapter_num IS NOT NULL;

  CREATE FUNCTION take_summary(whose text) RETURNS summaries LANGUAGE plpgsql AS $$
  DECLARE
    taken summaries;
  BEGIN
    LOOP
      SELECT * INTO taken FROM summaries WHERE user_id = whose FOR UPDATE;
      IF FOUND THEN
        RETURN taken;
      END IF;
      INSERT INTO summaries (user_id) VALUES (whose) ON CONFLICT DO NOTHING;
    END LOOP;
  END $$;

  -- Every facet of an entry but those of its sources.
  CREATE FUNCTION own_facets(e blob_index) RETURNS TABLE (kind text, key text) LANGUAGE sql IMMUTABLE AS $$
    SELECT * FROM (VALUES ('all', ''), ('type', e.type), ('schemaId', e.schema_id), ('state', e.state),
      ('bookId', e.book_id), ('conversationId', e.conversation_id)) AS facets(kind, key) WHERE key IS NOT NULL
  $$;

  CREATE FUNCTION count_entry(e blob_index, by_how_many integer) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO facet_counts AS counted (user_id, kind, key, processor_id, total)
    SELECT e.user_id, facets.kind, facets.key, e.processor_id, by_how_many FROM (
      SELECT * FROM own_facets(e) UNION SELECT 'parentId', unnest(e.source_ids)
    ) facets
    ON CONFLICT (user_id, kind, key, processor_id) DO UPDATE SET total = counted.total + by_how_many;
    IF by_how_many < 0 THEN
      DELETE FROM facet_counts WHERE user_id = e.user_id AND total = 0 AND processor_id = e.processor_id AND (
        (kind = 'type' AND key = e.type) OR (kind = 'bookId' AND key = e.book_id)
        OR (kind = 'conversationId' AND key = e.conversation_id) OR (kind = 'parentId' AND key = ANY(e.source_ids))
      );
    END IF;
  END $$;

  -- A book is listed by when its user described it, or by its first draft since it was deleted last.
  CREATE FUNCTION list_book(whose text, which text) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    described books;
    made timestamptz;
    drafted timestamptz;
  BEGIN
    SELECT * INTO described FROM books WHERE user_id = whose AND id = which;
    IF FOUND AND NOT described.deleted THEN
      made := greatest(described.created_at, described.deleted_at);
    END IF;
    SELECT created_at INTO drafted FROM blob_index
      WHERE user_id = whose AND book_id = which AND chapter_num IS NOT NULL
        AND created_at > coalesce(described.deleted_at, '-infinity')
      ORDER BY created_at LIMIT 1;
    IF made IS NULL AND drafted IS NULL THEN
      DELETE FROM places WHERE user_id = whose AND kind = 'bookId' AND id = which;
    ELSE
      INSERT INTO places VALUES (whose, 'bookId', which, least(made, drafted))
      ON CONFLICT (user_id, kind, id) DO UPDATE SET listed_at = excluded.listed_at;
    END IF;
  END $$;

  -- A conversation is listed by its newest message.
  CREATE FUNCTION list_conversation(whose text, which text) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    newest timestamptz;
  BEGIN
    SELECT created_at INTO newest FROM blob_index WHERE user_id = whose AND conversation_id = which
      ORDER BY created_at DESC, id DESC LIMIT 1;
    IF newest IS NULL THEN
      DELETE FROM places WHERE user_id = whose AND kind = 'conversationId' AND id = which;
    ELSE
      INSERT INTO places VALUES (whose, 'conversationId', which, newest)
      ON CONFLICT (user_id, kind, id) DO UPDATE SET listed_at = excluded.listed_at;
    END IF;
  END $$;

  CREATE FUNCTION list_entry(e blob_index) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    IF e.chapter_num IS NOT NULL AND e.book_id IS NOT NULL THEN
      PERFORM list_book(e.user_id, e.book_id);
    END IF;
    IF e.conversation_id IS NOT NULL THEN
      PERFORM list_conversation(e.user_id, e.conversation_id);
    END IF;
  END $$;

  CREATE FUNCTION summarize_entry() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    known summaries;
    e blob_index;
  BEGIN
    IF TG_OP = 'INSERT' THEN
      e := NEW;
    ELSE
      e := OLD;
    END IF;
    known := take_summary(e.user_id);
    IF NOT known.complete AND e.id > known.counted_to THEN
      RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.user_id IS NOT NULL THEN
      INSERT INTO facet_counts AS counted VALUES (e.user_id, 'state', NEW.state, e.processor_id, 1)
      ON CONFLICT (user_id, kind, key, processor_id) DO UPDATE SET total = counted.total + 1;
      UPDATE facet_counts SET total = total - 1
      WHERE user_id = e.user_id AND kind = 'state' AND key = OLD.state AND processor_id = e.processor_id;
      RETURN NULL;
    END IF;
    PERFORM count_entry(e, CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END);
    PERFORM list_entry(e);
    RETURN NULL;
  END $$;
  CREATE TRIGGER entry_inserted AFTER INSERT ON blob_index FOR EACH ROW
    WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION summarize_entry();
  CREATE TRIGGER entry_updated AFTER UPDATE ON blob_index FOR EACH ROW
    WHEN (OLD.user_id IS NOT NULL AND (NEW.user_id IS NULL OR NEW.state <> OLD.state))
    EXECUTE FUNCTION summarize_entry();
  CREATE TRIGGER entry_removed AFTER DELETE ON blob_index FOR EACH ROW
    WHEN (OLD.user_id IS NOT NULL) EXECUTE FUNCTION summarize_entry();

  CREATE FUNCTION summarize_book() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    b books;
  BEGIN
    IF TG_OP = 'DELETE' THEN
      b := OLD;
    ELSE
      b := NEW;
    END IF;
    PERFORM take_summary(b.user_id);
    PERFORM list_book(b.user_id, b.id);
    RETURN NULL;
  END $$;
  CREATE TRIGGER book_described AFTER INSERT OR UPDATE OR DELETE ON books FOR EACH ROW
    EXECUTE FUNCTION summarize_book();

  -- Counts the next entries of those that were there before, in the order of their ids; true when none is left.
  CREATE FUNCTION advance_summary(whose text, how_many integer) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    known summaries := take_summary(whose);
    last_id text;
    taken bigint;
  BEGIN
    IF known.complete THEN
      RETURN true;
    END IF;
    SELECT max(id), count(*) INTO last_id, taken FROM (
      SELECT id FROM blob_index WHERE user_id = whose AND id > known.counted_to ORDER BY id LIMIT how_many
    ) next;
    INSERT INTO facet_counts AS counted (user_id, kind, key, processor_id, total)
    SELECT whose, facets.kind, facets.key, e.processor_id, count(*)
    FROM blob_index e CROSS JOIN LATERAL (
      SELECT * FROM own_facets(e) UNION SELECT 'parentId', unnest(e.source_ids)
    ) facets
    WHERE e.user_id = whose AND e.id > known.counted_to AND e.id <= last_id
    GROUP BY facets.kind, facets.key, e.processor_id
    ON CONFLICT (user_id, kind, key, processor_id) DO UPDATE SET total = counted.total + excluded.total;
    PERFORM list_book(whose, book_id) FROM (
      SELECT DISTINCT book_id FROM blob_index WHERE user_id = whose AND id > known.counted_to AND id <= last_id
        AND chapter_num IS NOT NULL AND book_id IS NOT NULL
    ) drafted;
    PERFORM list_conversation(whose, conversation_id) FROM (
      SELECT DISTINCT conversation_id FROM blob_index
      WHERE user_id = whose AND id > known.counted_to AND id <= last_id AND conversation_id IS NOT NULL
    ) talked;
    IF taken < how_many THEN
      PERFORM list_book(whose, id) FROM books WHERE user_id = whose;
    END IF;
    UPDATE summaries SET complete = taken < how_many, counted_to = coalesce(last_id, counted_to)
    WHERE user_id = whose;
    RETURN taken < how_many;
  END $$;

  CREATE FUNCTION forget_summary(whose text) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM take_summary(whose);
    DELETE FROM facet_counts WHERE user_id = whose;
    DELETE FROM places WHERE user_id = whose;
    DELETE FROM summaries WHERE user_id = whose;
  END $$;
`;

/**
 * New entries are counted once a statement in place of once a row: a hundred updates of one count in a transaction leave
 * a chain of row versions that each must walk through.
 */
export const COUNTED_BY_STATEMENT = `
  CREATE FUNCTION summarize_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    whose text;
  BEGIN
    -- In order, so that two statements with the same users do not deadlock.
    FOR whose IN SELECT DISTINCT user_id FROM inserted WHERE user_id IS NOT NULL ORDER BY user_id LOOP
      PERFORM take_summary(whose);
    END LOOP;
    INSERT INTO facet_counts AS counted (user_id, kind, key, processor_id, total)
    SELECT e.user_id, facets.kind, facets.key, e.processor_id, count(*)
    FROM inserted e JOIN summaries s ON s.user_id = e.user_id AND (s.complete OR e.id <= s.counted_to)
    CROSS JOIN LATERAL (
      SELECT * FROM (VALUES ('all', ''), ('type', e.type), ('schemaId', e.schema_id), ('state', e.state),
        ('bookId', e.book_id), ('conversationId', e.conversation_id)) AS own(kind, key) WHERE key IS NOT NULL
      UNION ALL SELECT DISTINCT 'parentId', parent FROM unnest(e.source_ids) parent
    ) facets
    GROUP BY e.user_id, facets.kind, facets.key, e.processor_id
    ON CONFLICT (user_id, kind, key, processor_id) DO UPDATE SET total = counted.total + excluded.total;
    PERFORM list_book(user_id, book_id) FROM (
      SELECT DISTINCT e.user_id, e.book_id
      FROM inserted e JOIN summaries s ON s.user_id = e.user_id AND (s.complete OR e.id <= s.counted_to)
      WHERE e.chapter_num IS NOT NULL AND e.book_id IS NOT NULL
    ) drafted;
    PERFORM list_conversation(user_id, conversation_id) FROM (
      SELECT DISTINCT e.user_id, e.conversation_id
      FROM inserted e JOIN summaries s ON s.user_id = e.user_id AND (s.complete OR e.id <= s.counted_to)
      WHERE e.conversation_id IS NOT NULL
    ) talked;
    RETURN NULL;
  END $$;
  DROP TRIGGER entry_inserted ON blob_index;
  CREATE TRIGGER entry_inserted AFTER INSERT ON blob_index REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
    EXECUTE FUNCTION summarize_inserted();
`;
