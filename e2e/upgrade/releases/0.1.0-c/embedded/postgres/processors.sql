CREATE TABLE processors (
  "id" text NOT NULL,
  "name" text NOT NULL,
  "description" text NOT NULL,
  "version" text NOT NULL,
  "storage_type" text NOT NULL,
  "connection_string" text NOT NULL,
  "database_name" text NOT NULL,
  "input_schema_ids" text[] NOT NULL,
  "output_schema_id" text NOT NULL,
  "graphql_type" text NOT NULL,
  "base_url" text NOT NULL,
  "health_endpoint" text NOT NULL,
  "query_endpoint" text NOT NULL,
  "event_subscriptions" text[] NOT NULL,
  "max_concurrency" integer NOT NULL,
  "timeout_seconds" integer NOT NULL,
  "active" boolean NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "takes" jsonb NOT NULL,
  "shown_as" text,
  "versions" text[] NOT NULL,
  "readable_schema_ids" text[] NOT NULL,
  "status" text DEFAULT 'active'::text NOT NULL,
  "status_since" timestamp with time zone,
  "status_reason" text,
  "retired_versions" text[] DEFAULT '{}'::text[] NOT NULL
);

INSERT INTO processors ("id", "name", "description", "version", "storage_type", "connection_string", "database_name", "input_schema_ids", "output_schema_id", "graphql_type", "base_url", "health_endpoint", "query_endpoint", "event_subscriptions", "max_concurrency", "timeout_seconds", "active", "created_at", "takes", "shown_as", "versions", "readable_schema_ids", "status", "status_since", "status_reason", "retired_versions") VALUES
('book-compiler', 'Book compiler', 'Compiles the chapters of a book into one text, version by version.', '1', 'postgresql', 'v1.da21e28b.SZzrc5rYwipswf7n.aosva4PV2fk.7QG3pe8Xv5w537KkHBm6fA', 'book_compiler', '{text-input-v1,expanded-text-v1}', 'compiled-book-v1', 'CompiledBook', 'http://127.0.0.1:27693', '/health', '/graphql', '{}', '4', '60', 'true', '2026-11-28 21:21:33.695+00', '{}', 'book.compiled', '{1}', '{text-input-v1,expanded-text-v1}', 'active', NULL, NULL, '{}'),
('text-expansion', 'Text expansion', 'Makes a draft longer, section by section, and tells of its style.', '1', 'postgresql', 'v1.da21e28b.uX2Kcj9zT1Ardp9v.TLsC7yQqk5E.dphgs_vaXJDzHSoKNOgRLw', 'text_expansion', '{text-input-v1}', 'expanded-text-v1', 'ExpandedText', 'http://127.0.0.1:27692', '/health', '/graphql', '{blob.created}', '4', '3600', 'true', '2026-11-28 21:21:33.551+00', '{"blob.created": ["text-input-v1"]}', 'chapter.expanded', '{1}', '{text-input-v1}', 'active', NULL, NULL, '{}'),
('word-stats', 'Word statistics', 'Not running any more.', '3', 'postgresql', 'v1.da21e28b.-Tx70v_jG1BDVyMX.Bwyb2Ga3wy8PUZmLR0IR8vYsrtMFqQCg106b3cCHBD9Rs3Wgj_qJNzTm9QQ.TuQLRCdbsP4Jk86BtZ0pvQ', 'word_stats', '{field-notes-v1,expanded-text-v1}', 'note-v1', 'WordStats', 'http://127.0.0.1:9', '/health', '/graphql', '{blob.created,blob.indexed}', '4', '60', 'false', '2026-11-28 21:21:46.593+00', '{"blob.created": ["field-notes-v1", "expanded-text-v1"], "blob.indexed": ["field-notes-v1", "expanded-text-v1"]}', NULL, '{3}', '{field-notes-v1,expanded-text-v1}', 'active', NULL, NULL, '{}');

CREATE TABLE schema_migrations (
  "step" integer NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO schema_migrations ("step", "checksum", "applied_at") VALUES
('1', 'd615051ff8051d81a10f4465ee4c14e3527632a7b9a2e4635583cdfdc155f800', '2026-11-28 21:21:32.696+00'),
('2', '81931eb82d29fd4343af6222b43d80f2af2523c18004fb9ff7c9a3a2cee3cac2', '2026-11-28 21:21:32.744+00'),
('3', '634cf0ef7d853858b59074837195ab105267002c184261529d97de3b8101f85c', '2026-11-28 21:21:32.791+00'),
('4', 'fa8907323d834eea1acc1251f18a6ae369691e7110717fce3fe1f845d4914e23', '2026-11-28 21:21:32.809+00');

ALTER TABLE processors ADD CONSTRAINT processors_pkey PRIMARY KEY (id);

ALTER TABLE schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (step);
