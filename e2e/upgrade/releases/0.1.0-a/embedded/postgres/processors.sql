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
  "created_at" timestamp with time zone NOT NULL
);

INSERT INTO processors ("id", "name", "description", "version", "storage_type", "connection_string", "database_name", "input_schema_ids", "output_schema_id", "graphql_type", "base_url", "health_endpoint", "query_endpoint", "event_subscriptions", "max_concurrency", "timeout_seconds", "active", "created_at") VALUES
('book-compiler', 'Book compiler', 'Compiles the chapters of a book into one Markdown text, version by version.', '1', 'postgresql', 'v1.da21e28b.uTXp4VIpkOKnMbqy.Hc1HJaogjC8._qzvvDAzRqw4uGeFO66nkg', 'blobgraph_book_compiler', '{text-input-v1,expanded-text-v1}', 'compiled-book-v1', 'CompiledBook', 'http://127.0.0.1:20193', '/health', '/graphql', '{}', '4', '60', 'true', '2026-11-28 09:19:49.709+00'),
('text-expansion', 'Text expansion', 'Makes a draft longer, section by section, and tells of its style.', '1', 'postgresql', 'v1.da21e28b.Ll7jWJDxe6TUFqdm.5EUjfyUzUHU.0_XbEUb_5zaXGoqul7FP0g', 'text_expansion', '{text-input-v1}', 'expanded-text-v1', 'ExpandedText', 'http://127.0.0.1:20192', '/health', '/graphql', '{blob.created}', '4', '600', 'true', '2026-11-28 09:19:49.575+00'),
('word-stats', 'Word statistics', 'Not running any more.', '3', 'postgresql', 'v1.da21e28b.ed3qtWxnWLNcJ9bN.L-R8k-KrAa_l0j5II7C3P4xImHTlQvMxrfgZ5EiAwUwpsB9gIAKXdGuw90Q.VKGTGen65WaVbOxm2wMn_w', 'word_stats', '{field-notes-v1,expanded-text-v1}', 'note-v1', 'WordStats', 'http://127.0.0.1:9', '/health', '/graphql', '{blob.created,blob.indexed}', '4', '60', 'false', '2026-11-28 09:20:03.554+00');

CREATE TABLE schema_migrations (
  "step" integer NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO schema_migrations ("step", "checksum", "applied_at") VALUES
('1', 'd615051ff8051d81a10f4465ee4c14e3527632a7b9a2e4635583cdfdc155f800', '2026-11-28 09:19:47.661+00');

ALTER TABLE processors ADD CONSTRAINT processors_pkey PRIMARY KEY (id);

ALTER TABLE schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (step);
