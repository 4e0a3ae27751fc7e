CREATE TABLE expanded_texts (
  "id" uuid NOT NULL,
  "user_id" text NOT NULL,
  "parent_blob_id" text NOT NULL,
  "title" text NOT NULL,
  "original" text,
  "expanded" text,
  "expansion_ratio" double precision,
  "style_analysis" json,
  "sections" json,
  "processing_time_ms" integer NOT NULL,
  "model_used" text,
  "tokens_used" bigint,
  "created_at" timestamp with time zone NOT NULL,
  "content_hash" text,
  "size_bytes" bigint NOT NULL,
  "registered_at" timestamp with time zone,
  "refusal" text,
  "source_blob_ids" jsonb NOT NULL,
  "generation" integer DEFAULT 0 NOT NULL,
  "processor_version" text DEFAULT '1'::text NOT NULL,
  "schema_version" text DEFAULT '2.0.0'::text NOT NULL,
  "preview" text NOT NULL,
  "stale" boolean DEFAULT false NOT NULL,
  "on_demand" boolean DEFAULT false NOT NULL,
  "input_hash" text,
  "command" json,
  "register_at" timestamp with time zone NOT NULL,
  "register_attempts" integer DEFAULT 0 NOT NULL
);

ALTER TABLE expanded_texts ALTER COLUMN "original" SET STORAGE EXTERNAL;

ALTER TABLE expanded_texts ALTER COLUMN "expanded" SET STORAGE EXTERNAL;

INSERT INTO expanded_texts ("id", "user_id", "parent_blob_id", "title", "original", "expanded", "expansion_ratio", "style_analysis", "sections", "processing_time_ms", "model_used", "tokens_used", "created_at", "content_hash", "size_bytes", "registered_at", "refusal", "source_blob_ids", "generation", "processor_version", "schema_version", "preview", "stale", "on_demand", "input_hash", "command", "register_at", "register_attempts") VALUES
('0be46df8-ae7d-536f-8efd-6ec47b6c199f', 'alice', '01a22408-f19c-766d-b4d3-7ca9e90387c1', 'The harbourmaster warned the younger men', 'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine.', 'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine. All this lent the weather an importance that a bare description could not convey.', '1.7008547008547008', '{"tone":"mixed","complexity":0.5057894736842106,"readability_score":63.613552631578955,"vocabulary_level":"intermediate"}', '[{"index":0,"title":null,"original_start":0,"original_length":117,"expanded_start":0,"expanded_length":199,"kept":false,"why":null}]', '2', 'blobgraph-offline-1', '52', '2026-11-28 21:21:35.675+00', '90b26fbe5a047878f1aa4bf2ef047a8273663ee626ec91d06f906c782bec0367', '665', '2026-11-28 21:21:35.694+00', NULL, '["01a22408-f19c-766d-b4d3-7ca9e90387c1"]', '0', '1', '2.1.0', 'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine. All this lent the weather an importance that a bare description could not convey.', 'false', 'false', NULL, NULL, '2026-11-28 21:21:45.675+00', '0'),
('1de26c56-a080-5c1a-b2d9-e5cf5cd72bcb', 'late|2@example.com', '4b666146-3bb2-5789-8b3c-964836fcabd4', 'Mud', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '1.975', '{"tone":"neutral","complexity":0.17,"readability_score":98.67808823529413,"vocabulary_level":"intermediate"}', '[{"index":0,"title":null,"original_start":0,"original_length":80,"expanded_start":0,"expanded_length":158,"kept":false,"why":null}]', '3', 'test-model-1', '100', '2026-11-28 21:21:51.345+00', '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '560', '2026-11-28 21:21:51.37+00', NULL, '["4b666146-3bb2-5789-8b3c-964836fcabd4"]', '0', '1', '2.1.0', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', 'false', 'false', NULL, NULL, '2026-11-28 21:22:01.345+00', '0'),
('2fe4c1fb-439b-505c-a0d1-a52cc2db275a', 'late|2@example.com', 'd7eb116f-f59f-5105-b830-55399f44c510', 'Kept from the index', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '1.975', '{"tone":"neutral","complexity":0.17,"readability_score":98.67808823529413,"vocabulary_level":"intermediate"}', '[{"index":0,"title":null,"original_start":0,"original_length":80,"expanded_start":0,"expanded_length":158,"kept":false,"why":null}]', '23', 'test-model-1', '100', '2026-11-28 21:21:51.224+00', '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '560', NULL, NULL, '["d7eb116f-f59f-5105-b830-55399f44c510"]', '0', '1', '2.1.0', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', 'false', 'false', NULL, NULL, '2026-11-28 21:22:01.224+00', '0'),
('54e50282-1cd2-5edc-ac78-31295a2b9c8a', 'late|2@example.com', 'c42725e9-b5be-575e-8483-1e88591541d5', 'Its answer was lost', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '1.975', '{"tone":"neutral","complexity":0.17,"readability_score":98.67808823529413,"vocabulary_level":"intermediate"}', '[{"index":0,"title":null,"original_start":0,"original_length":80,"expanded_start":0,"expanded_length":158,"kept":false,"why":null}]', '3', 'test-model-1', '100', '2026-11-28 21:21:51.254+00', '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '560', NULL, NULL, '["c42725e9-b5be-575e-8483-1e88591541d5"]', '0', '1', '2.1.0', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', 'false', 'false', NULL, NULL, '2026-11-28 21:22:01.254+00', '0'),
('618e02a6-2fa5-5041-a99f-151b4404a0fd', 'user|1@example.com', 'f1fefe5f-5459-5cfc-a627-9c5957260e17', 'Kept', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '1.651376146788991', '{"tone":"negative","complexity":0.13333333333333336,"readability_score":94.31833333333333,"vocabulary_level":"basic"}', '[{"index":0,"title":null,"original_start":0,"original_length":109,"expanded_start":0,"expanded_length":180,"kept":false,"why":null}]', '4', 'blobgraph-offline-1', '51', '2026-11-28 21:21:35.761+00', 'fab1f57df489fd248b8a5d5aa8cd1be7042b9e490072ae03824858d8d5a7fe83', '645', '2026-11-28 21:21:35.775+00', NULL, '["f1fefe5f-5459-5cfc-a627-9c5957260e17"]', '0', '1', '2.1.0', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', 'false', 'false', NULL, NULL, '2026-11-28 21:21:45.761+00', '0'),
('637fe744-322f-588e-a341-af2715403102', 'alice', '01a22408-f0f8-71c5-b377-2055fbec0c22', 'Of no book', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '1.8297872340425532', '{"tone":"positive","complexity":0.18,"readability_score":108.40000000000002,"vocabulary_level":"basic"}', '[{"index":0,"title":null,"original_start":0,"original_length":94,"expanded_start":0,"expanded_length":172,"kept":false,"why":null}]', '2', 'blobgraph-offline-1', '49', '2026-11-28 21:21:35.503+00', 'e3be9703468f6f614c9e7f1caa291c77d120ab5bdc260d269c28c853c556afcc', '610', '2026-11-28 21:21:35.521+00', NULL, '["01a22408-f0f8-71c5-b377-2055fbec0c22"]', '0', '1', '2.1.0', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', 'false', 'false', NULL, NULL, '2026-11-28 21:21:45.503+00', '0'),
('81668699-7d05-562e-9313-15d733eedb79', 'alice', '01a22408-efbc-7033-a5d4-148b1b7fb0c6', 'Draft 2, again', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers.', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers. A careful observer would have made something of it. So it began.', '1.5284552845528456', '{"tone":"negative","complexity":0.11500000000000002,"readability_score":98.00744565217391,"vocabulary_level":"basic"}', '[{"index":0,"title":null,"original_start":0,"original_length":123,"expanded_start":0,"expanded_length":188,"kept":false,"why":null}]', '5', 'blobgraph-offline-1', '58', '2026-11-28 21:21:35.201+00', '6e0a2c7c325c52b225d0715dadf50a9f78cbb33053f5d9c8326fb5567736bd54', '672', '2026-11-28 21:21:35.216+00', NULL, '["01a22408-efbc-7033-a5d4-148b1b7fb0c6"]', '0', '1', '2.1.0', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers. A careful observer would have made something of it. So it began.', 'false', 'false', NULL, NULL, '2026-11-28 21:21:45.201+00', '0'),
('8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', 'alice', 'bb6b87d9-ced8-50c1-8ad3-87cd1a820409', 'Draft 3', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '1.8297872340425532', '{"tone":"positive","complexity":0.18,"readability_score":108.40000000000002,"vocabulary_level":"basic"}', '[{"index":0,"title":null,"original_start":0,"original_length":94,"expanded_start":0,"expanded_length":172,"kept":false,"why":null}]', '10', 'blobgraph-offline-1', '49', '2026-11-28 21:21:34.844+00', 'e3be9703468f6f614c9e7f1caa291c77d120ab5bdc260d269c28c853c556afcc', '610', '2026-11-28 21:21:34.86+00', NULL, '["bb6b87d9-ced8-50c1-8ad3-87cd1a820409"]', '0', '1', '2.1.0', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', 'false', 'false', NULL, NULL, '2026-11-28 21:21:44.844+00', '0'),
('8ed0cc01-2f63-5ba8-96f9-659d0eb805a1', 'alice', '01a22408-f145-73f7-826e-01db74528465', 'Notwithstanding considerable meteorologi', 'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational responsibilities, an administrative improvisation that infuriated practically everybody.', 'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational responsibilities, an administrative improvisation that infuriated practically everybody. To suspect is easy; to leave off is the difficulty. Where there is hesitation there is generally something that has not been said. So it was.', '1.5053380782918149', '{"tone":"negative","complexity":1,"readability_score":-100,"vocabulary_level":"advanced"}', '[{"index":0,"title":null,"original_start":0,"original_length":281,"expanded_start":0,"expanded_length":423,"kept":false,"why":null}]', '4', 'blobgraph-offline-1', '76', '2026-11-28 21:21:35.584+00', '8573ce6f18fd3f3fec99cbdf2f01d5a8fd46b12b5e90bc1c9c3b4370cc0cd145', '1025', '2026-11-28 21:21:35.602+00', NULL, '["01a22408-f145-73f7-826e-01db74528465"]', '0', '1', '2.1.0', 'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational responsibilities, an administrative improvisation that infuriated practically everybody. To suspect is easy; to leave off is the difficulty. Where there is hesitation there is generally something that has no', 'false', 'false', NULL, NULL, '2026-11-28 21:21:45.585+00', '0'),
('9496e05f-e9ab-5757-bc90-a637b8242a49', 'alice', '3d0e87a1-329e-5e95-a566-599c64a778d1', 'Only', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '1.6238532110091743', '{"tone":"neutral","complexity":0.13333333333333336,"readability_score":102.77833333333334,"vocabulary_level":"intermediate"}', '[{"index":0,"title":"The Storm","original_start":0,"original_length":109,"expanded_start":0,"expanded_length":177,"kept":false,"why":null}]', '4', 'blobgraph-offline-1', '51', '2026-11-28 21:21:35.369+00', '2a09375c1b4902c4f59f5b3b30c935470e0521576148de3acebf7185763bc14d', '649', '2026-11-28 21:21:35.384+00', NULL, '["3d0e87a1-329e-5e95-a566-599c64a778d1"]', '0', '1', '2.1.0', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', 'false', 'false', NULL, NULL, '2026-11-28 21:21:45.369+00', '0'),
('bb187476-2376-596e-8abb-59243901234f', 'alice', '721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'Draft 2', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '1.651376146788991', '{"tone":"negative","complexity":0.13333333333333336,"readability_score":94.31833333333333,"vocabulary_level":"basic"}', '[{"index":0,"title":null,"original_start":0,"original_length":109,"expanded_start":0,"expanded_length":180,"kept":false,"why":null}]', '9', 'blobgraph-offline-1', '51', '2026-11-28 21:21:34.745+00', 'fab1f57df489fd248b8a5d5aa8cd1be7042b9e490072ae03824858d8d5a7fe83', '645', '2026-11-28 21:21:34.766+00', NULL, '["721e19ff-e83d-5d1f-b9e1-bea174afc3b1"]', '0', '1', '2.1.0', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', 'false', 'false', NULL, NULL, '2026-11-28 21:21:44.745+00', '0'),
('c2d7c94b-1b9a-54ec-a648-413f9246d384', 'alice', 'f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'Draft 1', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '1.6238532110091743', '{"tone":"neutral","complexity":0.13333333333333336,"readability_score":102.77833333333334,"vocabulary_level":"intermediate"}', '[{"index":0,"title":"The Storm","original_start":0,"original_length":109,"expanded_start":0,"expanded_length":177,"kept":false,"why":null}]', '127', 'blobgraph-offline-1', '51', '2026-11-28 21:21:34.574+00', '2a09375c1b4902c4f59f5b3b30c935470e0521576148de3acebf7185763bc14d', '649', '2026-11-28 21:21:34.628+00', NULL, '["f6347f59-21c1-5c38-b7d9-72a99666f7fe"]', '0', '1', '2.1.0', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', 'false', 'false', NULL, NULL, '2026-11-28 21:21:44.574+00', '0');

CREATE TABLE schema_migrations (
  "step" integer NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO schema_migrations ("step", "checksum", "applied_at") VALUES
('1', '9eaae4f9ccb876e860b60d5fcb6034aed75a32ffcdcb3cf185b049460eabd11a', '2026-11-28 21:21:33.449+00'),
('2', 'bab34d08e6c04e67a9eca4a77a05519f6e78471948f686902e5ae9865c715248', '2026-11-28 21:21:33.473+00'),
('3', '5b2a6d1ee20cc9508719283b2fdc4a19695d6c4c727cbbfc985e4379436e29b1', '2026-11-28 21:21:33.494+00');

CREATE TABLE token_uses (
  "user_id" text NOT NULL,
  "day" date NOT NULL,
  "run_id" text NOT NULL,
  "tokens" bigint NOT NULL
);

ALTER TABLE expanded_texts ADD CONSTRAINT expanded_texts_pkey PRIMARY KEY (id);

ALTER TABLE schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (step);

ALTER TABLE token_uses ADD CONSTRAINT token_uses_pkey PRIMARY KEY (user_id, day, run_id);

CREATE INDEX expanded_texts_by_time ON expanded_texts USING btree (user_id, created_at, id);

CREATE INDEX expanded_texts_to_register ON expanded_texts USING btree (register_at) WHERE registered_at IS NULL AND refusal IS NULL;

CREATE INDEX token_uses_day ON token_uses USING btree (day);
