CREATE TABLE expanded_texts (
  "id" text NOT NULL,
  "user_id" text NOT NULL,
  "parent_blob_id" text NOT NULL,
  "title" text NOT NULL,
  "original" text NOT NULL,
  "expanded" text NOT NULL,
  "expansion_ratio" double precision NOT NULL,
  "style_analysis" json NOT NULL,
  "sections" json NOT NULL,
  "processing_time_ms" integer NOT NULL,
  "model_used" text NOT NULL,
  "tokens_used" bigint NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "content_hash" text NOT NULL,
  "size_bytes" bigint NOT NULL,
  "registered_at" timestamp with time zone,
  "quarantined" text
);

INSERT INTO expanded_texts ("id", "user_id", "parent_blob_id", "title", "original", "expanded", "expansion_ratio", "style_analysis", "sections", "processing_time_ms", "model_used", "tokens_used", "created_at", "content_hash", "size_bytes", "registered_at", "quarantined") VALUES
('02fb239b-3df3-54c0-a304-49133052df62', 'user|1@example.com', '01a22174-5c85-72ef-b13a-add783c7d6eb', 'By another version 2', 'It rained.', 'It rained. So it was.', '2.1', '{"tone":"neutral","complexity":"simple","readabilityScore":120.20500000000001,"vocabularyLevel":"basic"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":10,"expandedStart":0,"expandedLength":21}]', '3', 'blobgraph-offline-1', '7', '2026-11-28 09:20:03.74+00', '9f3672499295cd0feded8352c6c2905ad2d12c2f42d8a61f69dbf34295ac0b85', '31', NULL, 'DERIVED_ID_MISMATCH: The id must be the hash of parent, processor and the registered processor version.'),
('1de26c56-a080-5c1a-b2d9-e5cf5cd72bcb', 'late|2@example.com', '4b666146-3bb2-5789-8b3c-964836fcabd4', 'Mud', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '1.975', '{"tone":"neutral","complexity":"simple","readabilityScore":98.67808823529413,"vocabularyLevel":"intermediate"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":80,"expandedStart":0,"expandedLength":158}]', '2', 'test-model-1', '100', '2026-11-28 09:20:07.766+00', '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '238', '2026-11-28 09:20:07.795+00', NULL),
('2fe4c1fb-439b-505c-a0d1-a52cc2db275a', 'late|2@example.com', 'd7eb116f-f59f-5105-b830-55399f44c510', 'Kept from the index', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '1.975', '{"tone":"neutral","complexity":"simple","readabilityScore":98.67808823529413,"vocabularyLevel":"intermediate"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":80,"expandedStart":0,"expandedLength":158}]', '5', 'test-model-1', '100', '2026-11-28 09:20:07.615+00', '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '238', NULL, NULL),
('300333a2-e154-5b11-b3fc-2e0e364ea1bb', 'alice', '01a22174-2e6c-7535-b35b-8ff82f3101ab', 'Of no book', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '1.8297872340425532', '{"tone":"positive","complexity":"simple","readabilityScore":108.40000000000002,"vocabularyLevel":"basic"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":94,"expandedStart":0,"expandedLength":172}]', '5', 'blobgraph-offline-1', '49', '2026-11-28 09:19:51.949+00', 'e3be9703468f6f614c9e7f1caa291c77d120ab5bdc260d269c28c853c556afcc', '274', '2026-11-28 09:19:51.973+00', NULL),
('54e50282-1cd2-5edc-ac78-31295a2b9c8a', 'late|2@example.com', 'c42725e9-b5be-575e-8483-1e88591541d5', 'Its answer was lost', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '1.975', '{"tone":"neutral","complexity":"simple","readabilityScore":98.67808823529413,"vocabularyLevel":"intermediate"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":80,"expandedStart":0,"expandedLength":158}]', '3', 'test-model-1', '100', '2026-11-28 09:20:07.658+00', '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '238', NULL, NULL),
('618e02a6-2fa5-5041-a99f-151b4404a0fd', 'user|1@example.com', 'f1fefe5f-5459-5cfc-a627-9c5957260e17', 'Kept', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '1.651376146788991', '{"tone":"negative","complexity":"simple","readabilityScore":94.31833333333333,"vocabularyLevel":"basic"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":109,"expandedStart":0,"expandedLength":180}]', '3', 'blobgraph-offline-1', '51', '2026-11-28 09:19:52.199+00', 'fab1f57df489fd248b8a5d5aa8cd1be7042b9e490072ae03824858d8d5a7fe83', '297', '2026-11-28 09:19:52.214+00', NULL),
('69cb75ab-5fa5-59cc-b081-fde2b114ee87', 'user|1@example.com', '01a22174-5c00-7748-86f6-585a82a4f375', 'By another version 1', 'It rained.', 'It rained. So it was.', '2.1', '{"tone":"neutral","complexity":"simple","readabilityScore":120.20500000000001,"vocabularyLevel":"basic"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":10,"expandedStart":0,"expandedLength":21}]', '68', 'blobgraph-offline-1', '7', '2026-11-28 09:20:03.678+00', '9f3672499295cd0feded8352c6c2905ad2d12c2f42d8a61f69dbf34295ac0b85', '31', '2026-11-28 09:20:03.692+00', NULL),
('7bae9861-931d-5cab-a4ab-9e9ae74a6528', 'alice', '01a22174-2ebb-76bf-91d2-af3dfe3c730a', 'Notwithstanding considerable meteorologi', 'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational responsibilities, an administrative improvisation that infuriated practically everybody.', 'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational responsibilities, an administrative improvisation that infuriated practically everybody. To suspect is easy; to leave off is the difficulty. Where there is hesitation there is generally something that has not been said. So it was.', '1.5053380782918149', '{"tone":"negative","complexity":"complex","readabilityScore":-100,"vocabularyLevel":"advanced"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":281,"expandedStart":0,"expandedLength":423}]', '4', 'blobgraph-offline-1', '76', '2026-11-28 09:19:52.046+00', '8573ce6f18fd3f3fec99cbdf2f01d5a8fd46b12b5e90bc1c9c3b4370cc0cd145', '708', '2026-11-28 09:19:52.06+00', NULL),
('8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', 'alice', 'bb6b87d9-ced8-50c1-8ad3-87cd1a820409', 'Draft 3', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '1.8297872340425532', '{"tone":"positive","complexity":"simple","readabilityScore":108.40000000000002,"vocabularyLevel":"basic"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":94,"expandedStart":0,"expandedLength":172}]', '17', 'blobgraph-offline-1', '49', '2026-11-28 09:19:51.248+00', 'e3be9703468f6f614c9e7f1caa291c77d120ab5bdc260d269c28c853c556afcc', '274', '2026-11-28 09:19:51.284+00', NULL),
('9496e05f-e9ab-5757-bc90-a637b8242a49', 'alice', '3d0e87a1-329e-5e95-a566-599c64a778d1', 'Only', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '1.6238532110091743', '{"tone":"neutral","complexity":"simple","readabilityScore":102.77833333333334,"vocabularyLevel":"intermediate"}', '[{"index":0,"title":"The Storm","originalStart":0,"originalLength":109,"expandedStart":0,"expandedLength":177}]', '14', 'blobgraph-offline-1', '51', '2026-11-28 09:19:51.77+00', '2a09375c1b4902c4f59f5b3b30c935470e0521576148de3acebf7185763bc14d', '286', '2026-11-28 09:19:51.812+00', NULL),
('bb187476-2376-596e-8abb-59243901234f', 'alice', '721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'Draft 2', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '1.651376146788991', '{"tone":"negative","complexity":"simple","readabilityScore":94.31833333333333,"vocabularyLevel":"basic"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":109,"expandedStart":0,"expandedLength":180}]', '23', 'blobgraph-offline-1', '51', '2026-11-28 09:19:51.076+00', 'fab1f57df489fd248b8a5d5aa8cd1be7042b9e490072ae03824858d8d5a7fe83', '297', '2026-11-28 09:19:51.116+00', NULL),
('c2d7c94b-1b9a-54ec-a648-413f9246d384', 'alice', 'f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'Draft 1', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '1.6238532110091743', '{"tone":"neutral","complexity":"simple","readabilityScore":102.77833333333334,"vocabularyLevel":"intermediate"}', '[{"index":0,"title":"The Storm","originalStart":0,"originalLength":109,"expandedStart":0,"expandedLength":177}]', '105', 'blobgraph-offline-1', '51', '2026-11-28 09:19:50.707+00', '2a09375c1b4902c4f59f5b3b30c935470e0521576148de3acebf7185763bc14d', '286', '2026-11-28 09:19:50.815+00', NULL),
('ca68e895-d592-521d-9a87-925894f337e7', 'alice', '01a22174-2f0e-701a-b304-2b0ee55a432d', 'The harbourmaster warned the younger men', 'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine.', 'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine. All this lent the weather an importance that a bare description could not convey.', '1.7008547008547008', '{"tone":"mixed","complexity":"moderate","readabilityScore":63.613552631578955,"vocabularyLevel":"intermediate"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":117,"expandedStart":0,"expandedLength":199}]', '2', 'blobgraph-offline-1', '52', '2026-11-28 09:19:52.114+00', '90b26fbe5a047878f1aa4bf2ef047a8273663ee626ec91d06f906c782bec0367', '316', '2026-11-28 09:19:52.128+00', NULL),
('f44e3fa7-9147-57ce-853e-b118644baaf9', 'alice', '01a22174-2ca2-71bf-9972-3d4ac345dcac', 'Draft 2, again', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers.', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers. A careful observer would have made something of it. So it began.', '1.5284552845528456', '{"tone":"negative","complexity":"simple","readabilityScore":98.00744565217391,"vocabularyLevel":"basic"}', '[{"index":0,"title":null,"originalStart":0,"originalLength":123,"expandedStart":0,"expandedLength":188}]', '8', 'blobgraph-offline-1', '58', '2026-11-28 09:19:51.521+00', '6e0a2c7c325c52b225d0715dadf50a9f78cbb33053f5d9c8326fb5567736bd54', '319', '2026-11-28 09:19:51.554+00', NULL);

CREATE TABLE schema_migrations (
  "step" integer NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO schema_migrations ("step", "checksum", "applied_at") VALUES
('1', '9eaae4f9ccb876e860b60d5fcb6034aed75a32ffcdcb3cf185b049460eabd11a', '2026-11-28 09:19:49.426+00');

ALTER TABLE expanded_texts ADD CONSTRAINT expanded_texts_pkey PRIMARY KEY (id);

ALTER TABLE schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (step);

CREATE INDEX expanded_texts_unregistered ON expanded_texts USING btree (created_at, id) WHERE registered_at IS NULL AND quarantined IS NULL;

CREATE INDEX expanded_texts_user ON expanded_texts USING btree (user_id, created_at, id);
