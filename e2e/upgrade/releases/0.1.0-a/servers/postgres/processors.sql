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
('book-compiler', 'Book compiler', 'Compiles the chapters of a book into one Markdown text, version by version.', '1', 'postgresql', 'v1.da21e28b.lqgY-y_llddmL9Yf.SCyrEeHpgrlP5CC0kqfYjmMDZRMyMbXd0JNOTcS7ejZvMAG9SyMLaBXVPCVsVrsKc4SHQYvnkG1wC9J9pfKlrp62fIQf.j6GQXPKMmnGAUbQP7EkBtQ', 'e2e_52bd153738_book_compiler', '{text-input-v1,expanded-text-v1}', 'compiled-book-v1', 'CompiledBook', 'http://127.0.0.1:25733', '/health', '/graphql', '{}', '4', '60', 'true', '2026-11-28 09:20:10.903+00'),
('text-expansion', 'Text expansion', 'Makes a draft longer, section by section, and tells of its style.', '1', 'mongodb', 'v1.da21e28b.2TRuWkacYdoU_lOV.F7xpk2P-zJE2xUvu-2bmZamdIVftVqBQd5WhC27F8L08cyn7hixa2tjpk-t5DjfOO78MXO3aoxVv0IJwfUdYVQ.PxDvCD3yIVltNu3rqxfXpg', 'text_expansion', '{text-input-v1}', 'expanded-text-v1', 'ExpandedText', 'http://127.0.0.1:25732', '/health', '/graphql', '{blob.created}', '4', '600', 'true', '2026-11-28 09:20:10.766+00'),
('word-stats', 'Word statistics', 'Not running any more.', '3', 'postgresql', 'v1.da21e28b.uS9CT3vxMBYP-GtX.kTgkmEyqQ9AJA07Cavc63CPL7UToAu347k4zcDL5o2IDKDJSXEuqvAsQvfg.ehReLRett2ITSxJ4jfwTtA', 'word_stats', '{field-notes-v1,expanded-text-v1}', 'note-v1', 'WordStats', 'http://127.0.0.1:9', '/health', '/graphql', '{blob.created,blob.indexed}', '4', '60', 'false', '2026-11-28 09:20:23.899+00');

CREATE TABLE schema_migrations (
  "step" integer NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO schema_migrations ("step", "checksum", "applied_at") VALUES
('1', 'd615051ff8051d81a10f4465ee4c14e3527632a7b9a2e4635583cdfdc155f800', '2026-11-28 09:20:10.600967+00');

ALTER TABLE processors ADD CONSTRAINT processors_pkey PRIMARY KEY (id);

ALTER TABLE schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (step);
