CREATE TABLE blob_index (
  "id" text NOT NULL,
  "user_id" text,
  "version" integer NOT NULL,
  "processor_id" text NOT NULL,
  "storage_location" text NOT NULL,
  "schema_id" text NOT NULL,
  "schema_version" text NOT NULL,
  "source_ids" text[] NOT NULL,
  "type" text NOT NULL,
  "title" text NOT NULL,
  "preview" text NOT NULL,
  "size_bytes" bigint NOT NULL,
  "book_id" text,
  "conversation_id" text,
  "chapter_num" integer,
  "content_hash" text,
  "runs" jsonb NOT NULL,
  "state" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "updated_at" timestamp with time zone NOT NULL,
  "outbox" jsonb NOT NULL,
  "outbox_since" timestamp with time zone,
  "deleted_user_id" text,
  "deletion_cascades" boolean,
  "deleted_at" timestamp with time zone,
  "deletion_due_at" timestamp with time zone,
  "content_missing_since" timestamp with time zone
);

INSERT INTO blob_index ("id", "user_id", "version", "processor_id", "storage_location", "schema_id", "schema_version", "source_ids", "type", "title", "preview", "size_bytes", "book_id", "conversation_id", "chapter_num", "content_hash", "runs", "state", "created_at", "updated_at", "outbox", "outbox_since", "deleted_user_id", "deletion_cascades", "deleted_at", "deletion_due_at", "content_missing_since") VALUES
('01a22174-2ca2-71bf-9972-3d4ac345dcac', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 2, again', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers.', '209', 'my-novel', NULL, '2', NULL, '[{"error": null, "state": "COMPLETED", "attempt": 1, "progress": 1, "updatedAt": "2026-11-28T09:19:51.545Z", "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 09:19:51.458+00', '2026-11-28 09:19:51.545+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-2d49-766a-be44-f4b28547f932', 'alice', '1', 'book-compiler', 'book-compiler-db', 'compiled-book-v1', '1.0.0', '{c2d7c94b-1b9a-54ec-a648-413f9246d384,f44e3fa7-9147-57ce-853e-b118644baaf9,8c0ffdf3-e990-5c7f-bdc7-9126bc57858d}', 'compiled_book', 'The Harbour & “the Sea”', E'---
title: The Harbour & “the Sea”
---

# The Harbour \\& “the Sea”

## Contents

- [1. The Storm](#chapter-1)
- [2. The Calm](#chapter-2)
- [3. The Letter](#chapter-3)

<a id="chapter-1"></a>

# The S', '871', 'my-novel', NULL, NULL, 'a1cc2de85a04e7d458e95aca1f381e96c9b5e46cb8995820d7b5c4ed5a1f4174', '[]', 'STORED', '2026-11-28 09:19:51.661+00', '2026-11-28 09:19:51.661+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-2e2f-7004-ba0a-2b7936be6b3c', 'alice', '1', 'book-compiler', 'book-compiler-db', 'compiled-book-v1', '1.0.0', '{3d0e87a1-329e-5e95-a566-599c64a778d1}', 'compiled_book', 'As it was written', '---
title: As it was written
---

# As it was written

## Contents

- [1. Only](#chapter-1)

<a id="chapter-1"></a>

# Only

# The Storm

Elspeth shut the window. The rain came down on the harbour, an', '256', 'drafts-alone', NULL, NULL, '7c2ab9eb75b6ea531c33d47650216e4c3863caefc11fb69f1bd0f62fe55ff3a9', '[]', 'STORED', '2026-11-28 09:19:51.89+00', '2026-11-28 09:19:51.89+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-2e6c-7535-b35b-8ff82f3101ab', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Of no book', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉', '114', NULL, NULL, NULL, NULL, '[{"error": null, "state": "COMPLETED", "attempt": 1, "progress": 1, "updatedAt": "2026-11-28T09:19:51.969Z", "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 09:19:51.916+00', '2026-11-28 09:19:51.969+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-2ebb-76bf-91d2-af3dfe3c730a', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Notwithstanding considerable meteorologi', 'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational respons', '297', NULL, NULL, NULL, NULL, '[{"error": null, "state": "COMPLETED", "attempt": 1, "progress": 1, "updatedAt": "2026-11-28T09:19:52.057Z", "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 09:19:51.995+00', '2026-11-28 09:19:52.057+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-2f0e-701a-b304-2b0ee55a432d', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'The harbourmaster warned the younger men', 'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine.', '131', NULL, NULL, NULL, NULL, '[{"error": null, "state": "COMPLETED", "attempt": 1, "progress": 1, "updatedAt": "2026-11-28T09:19:52.124Z", "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 09:19:52.078+00', '2026-11-28 09:19:52.124+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-3110-704d-903e-f19c9ef5fded', 'user|1@example.com', '1', 'state', 'state-service', 'message-v1', '1.0.0', '{}', 'message', 'With the boats.', 'With the boats.', '29', NULL, 'talk/1', NULL, NULL, '[]', 'STORED', '2026-11-28 09:19:52.592+00', '2026-11-28 09:19:52.592+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-3131-70ee-9896-d5c60f8f55c8', 'user|1@example.com', '1', 'state', 'state-service', 'note-v1', '1.0.0', '{}', 'note', '{"$ref":"x","list":[1,2.5,null]}', '{"$ref":"x","list":[1,2.5,null]}', '32', NULL, NULL, NULL, NULL, '[]', 'STORED', '2026-11-28 09:19:52.625+00', '2026-11-28 09:19:52.625+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-3146-75f8-b3a0-e50f22b99b33', NULL, '2', 'state', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 09:19:52.671+00', '2026-11-28 09:19:52.671+00', '[]', NULL, 'user|1@example.com', 'false', '2026-11-28 09:19:52.671+00', NULL, NULL),
('01a22174-318c-741d-97e7-8aa6d219f0a5', NULL, '4', 'state', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 09:19:52.861+00', '2026-11-28 09:19:52.861+00', '[]', NULL, 'gone@example.com', 'true', '2026-11-28 09:19:52.861+00', NULL, NULL),
('01a22174-5bc6-7645-8a4e-31651edfc071', 'user|1@example.com', '1', 'state', 'state-service', 'field-notes-v1', '1.0.0', '{}', 'field_note', 'By 1.0.0', '{"place":"harbour"}', '19', NULL, NULL, NULL, NULL, '[]', 'STORED', '2026-11-28 09:20:03.526+00', '2026-11-28 09:20:03.526+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-5bd6-7662-b930-b4d65c8546f0', 'user|1@example.com', '1', 'state', 'state-service', 'field-notes-v1', '1.0.0', '{}', 'field_note', 'By 1.1.0', '{"place":"harbour","seen":3}', '28', NULL, NULL, NULL, NULL, '[]', 'STORED', '2026-11-28 09:20:03.542+00', '2026-11-28 09:20:03.542+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-5c00-7748-86f6-585a82a4f375', 'user|1@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'By another version 1', 'It rained.', '24', NULL, NULL, NULL, NULL, '[{"error": null, "state": "COMPLETED", "attempt": 1, "progress": 1, "updatedAt": "2026-11-28T09:20:03.690Z", "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 09:20:03.584+00', '2026-11-28 09:20:03.69+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-5c85-72ef-b13a-add783c7d6eb', 'user|1@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'By another version 2', 'It rained.', '24', NULL, NULL, NULL, NULL, '[{"error": {"code": "DERIVED_ID_MISMATCH", "message": "The id must be the hash of parent, processor and the registered processor version."}, "state": "FAILED", "attempt": 1, "progress": null, "updatedAt": "2026-11-28T09:20:03.762Z", "processorId": "text-expansion"}]', 'FAILED', '2026-11-28 09:20:03.717+00', '2026-11-28 09:20:03.762+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-6cbe-7724-b1f7-809daaa447e5', 'late|2@example.com', '2', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 1', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "state": "PROCESSING", "attempt": 1, "progress": null, "updatedAt": "2026-11-28T09:20:07.911Z", "processorId": "text-expansion"}]', 'PROCESSING', '2026-11-28 09:20:07.87+00', '2026-11-28 09:20:07.911+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-6cca-77a2-966d-d35665130211', 'late|2@example.com', '2', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 2', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "state": "PROCESSING", "attempt": 1, "progress": null, "updatedAt": "2026-11-28T09:20:07.952Z", "processorId": "text-expansion"}]', 'PROCESSING', '2026-11-28 09:20:07.882+00', '2026-11-28 09:20:07.952+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-6ce9-758c-8ae6-7d4f2acf42eb', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 3', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "state": "PENDING", "attempt": 0, "progress": null, "updatedAt": "2026-11-28T09:20:07.913Z", "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 09:20:07.913+00', '2026-11-28 09:20:07.913+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-6d08-701f-a27e-7b5337959cfa', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 4', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "state": "PENDING", "attempt": 0, "progress": null, "updatedAt": "2026-11-28T09:20:07.945Z", "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 09:20:07.945+00', '2026-11-28 09:20:07.945+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-6d1e-739e-bc91-c58ca473f815', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 5', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "state": "PENDING", "attempt": 0, "progress": null, "updatedAt": "2026-11-28T09:20:07.966Z", "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 09:20:07.966+00', '2026-11-28 09:20:07.966+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('01a22174-6d2f-7368-959c-1fbab35808c9', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 6', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "state": "PENDING", "attempt": 0, "progress": null, "updatedAt": "2026-11-28T09:20:07.983Z", "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 09:20:07.983+00', '2026-11-28 09:20:07.983+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('1de26c56-a080-5c1a-b2d9-e5cf5cd72bcb', 'late|2@example.com', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{4b666146-3bb2-5789-8b3c-964836fcabd4}', 'expanded_text', 'Mud', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '238', 'not-entered', NULL, NULL, '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '[]', 'STORED', '2026-11-28 09:20:07.782+00', '2026-11-28 09:20:07.782+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('300333a2-e154-5b11-b3fc-2e0e364ea1bb', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{01a22174-2e6c-7535-b35b-8ff82f3101ab}', 'expanded_text', 'Of no book', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '274', NULL, NULL, NULL, 'e3be9703468f6f614c9e7f1caa291c77d120ab5bdc260d269c28c853c556afcc', '[]', 'STORED', '2026-11-28 09:19:51.96+00', '2026-11-28 09:19:51.96+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('3d0e87a1-329e-5e95-a566-599c64a778d1', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Only', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '193', 'drafts-alone', NULL, '1', NULL, '[{"error": null, "state": "COMPLETED", "attempt": 1, "progress": 1, "updatedAt": "2026-11-28T09:19:51.808Z", "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 09:19:51.691+00', '2026-11-28 09:19:51.808+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('4b666146-3bb2-5789-8b3c-964836fcabd4', 'late|2@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Mud', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '161', 'not-entered', NULL, '1', NULL, '[{"error": null, "state": "COMPLETED", "attempt": 1, "progress": 1, "updatedAt": "2026-11-28T09:20:07.791Z", "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 09:20:07.717+00', '2026-11-28 09:20:07.791+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('54e50282-1cd2-5edc-ac78-31295a2b9c8a', 'late|2@example.com', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{c42725e9-b5be-575e-8483-1e88591541d5}', 'expanded_text', 'Its answer was lost', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '238', NULL, NULL, NULL, '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '[]', 'STORED', '2026-11-28 09:20:07.675+00', '2026-11-28 09:20:07.675+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('618e02a6-2fa5-5041-a99f-151b4404a0fd', 'user|1@example.com', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{f1fefe5f-5459-5cfc-a627-9c5957260e17}', 'expanded_text', 'Kept', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '297', 'my-novel', NULL, NULL, 'fab1f57df489fd248b8a5d5aa8cd1be7042b9e490072ae03824858d8d5a7fe83', '[]', 'STORED', '2026-11-28 09:19:52.204+00', '2026-11-28 09:19:52.204+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('69cb75ab-5fa5-59cc-b081-fde2b114ee87', 'user|1@example.com', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{01a22174-5c00-7748-86f6-585a82a4f375}', 'expanded_text', 'By another version 1', 'It rained. So it was.', '31', NULL, NULL, NULL, '9f3672499295cd0feded8352c6c2905ad2d12c2f42d8a61f69dbf34295ac0b85', '[]', 'STORED', '2026-11-28 09:20:03.684+00', '2026-11-28 09:20:03.684+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('7051a251-540b-58b7-8334-bf68964f9305', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'In the last moment 1', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "state": "PENDING", "attempt": 0, "progress": null, "updatedAt": "2026-11-28T09:20:08.026Z", "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 09:20:08.026+00', '2026-11-28 09:20:08.026+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 2', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.', '193', 'my-novel', NULL, '2', NULL, '[{"error": null, "state": "COMPLETED", "attempt": 1, "progress": 1, "updatedAt": "2026-11-28T09:19:51.102Z", "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 09:19:50.892+00', '2026-11-28 09:19:51.102+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('7bae9861-931d-5cab-a4ab-9e9ae74a6528', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{01a22174-2ebb-76bf-91d2-af3dfe3c730a}', 'expanded_text', 'Notwithstanding considerable meteorologi', 'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational respons', '708', NULL, NULL, NULL, '8573ce6f18fd3f3fec99cbdf2f01d5a8fd46b12b5e90bc1c9c3b4370cc0cd145', '[]', 'STORED', '2026-11-28 09:19:52.051+00', '2026-11-28 09:19:52.051+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{bb6b87d9-ced8-50c1-8ad3-87cd1a820409}', 'expanded_text', 'Draft 3', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '274', 'my-novel', NULL, NULL, 'e3be9703468f6f614c9e7f1caa291c77d120ab5bdc260d269c28c853c556afcc', '[]', 'STORED', '2026-11-28 09:19:51.263+00', '2026-11-28 09:19:51.263+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('9496e05f-e9ab-5757-bc90-a637b8242a49', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{3d0e87a1-329e-5e95-a566-599c64a778d1}', 'expanded_text', 'Only', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '286', 'drafts-alone', NULL, NULL, '2a09375c1b4902c4f59f5b3b30c935470e0521576148de3acebf7185763bc14d', '[]', 'STORED', '2026-11-28 09:19:51.793+00', '2026-11-28 09:19:51.793+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('a249a3b7-953d-584c-b4cb-8de4c8d28536', NULL, '2', 'text-expansion', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 09:19:52.507+00', '2026-11-28 09:19:52.507+00', '[]', NULL, 'user|1@example.com', 'false', '2026-11-28 09:19:52.507+00', NULL, NULL),
('ad913ed3-dd9d-5127-aaca-e6e09779f817', 'user|1@example.com', '1', 'state', 'state-service', 'message-v1', '1.0.0', '{}', 'message', 'How does it end?', 'How does it end?', '30', NULL, 'talk/1', NULL, NULL, '[]', 'STORED', '2026-11-28 09:19:52.55+00', '2026-11-28 09:19:52.55+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('b0417b4b-bc15-5f84-a431-1c0bea5bfadd', NULL, '4', 'state', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 09:19:52.499+00', '2026-11-28 09:19:52.499+00', '[]', NULL, 'user|1@example.com', 'false', '2026-11-28 09:19:52.499+00', NULL, NULL),
('b06c2244-e939-5924-b52f-82d6bd65a938', 'user|1@example.com', '1', 'book-compiler', 'book-compiler-db', 'compiled-book-v1', '1.0.0', '{618e02a6-2fa5-5041-a99f-151b4404a0fd,a249a3b7-953d-584c-b4cb-8de4c8d28536}', 'compiled_book', 'my-novel', '---
title: my-novel
---

# my-novel

## Contents

- [1. Kept](#chapter-1)
- [2. Deleted](#chapter-2)

<a id="chapter-1"></a>

# Kept

In the morning the sea was flat. Elspeth counted the boats, and on', '565', 'my-novel', NULL, NULL, '7fab0409d33d62d514c67a321ab7aac3ef9b7f66d048f370d7f58055f36f55a4', '[]', 'STORED', '2026-11-28 09:19:52.468+00', '2026-11-28 09:19:52.468+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', 'alice', '1', 'book-compiler', 'book-compiler-db', 'compiled-book-v1', '1.0.0', '{c2d7c94b-1b9a-54ec-a648-413f9246d384,bb187476-2376-596e-8abb-59243901234f,8c0ffdf3-e990-5c7f-bdc7-9126bc57858d}', 'compiled_book', 'The Harbour & “the Sea”', E'---
title: The Harbour & “the Sea”
author: A. Writer
---

# The Harbour \\& “the Sea”

*by A. Writer*

## Contents

- [1. The Storm](#chapter-1)
- [2. The Calm](#chapter-2)
- [3. The Letter](#chapter-3', '898', 'my-novel', NULL, NULL, 'b3f94d36dd7f9aaaeb6b104741f2e70acf22bd48a990567e53a91feaa1c273d5', '[]', 'STORED', '2026-11-28 09:19:51.412+00', '2026-11-28 09:19:51.412+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('bb187476-2376-596e-8abb-59243901234f', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{721e19ff-e83d-5d1f-b9e1-bea174afc3b1}', 'expanded_text', 'Draft 2', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '297', 'my-novel', NULL, NULL, 'fab1f57df489fd248b8a5d5aa8cd1be7042b9e490072ae03824858d8d5a7fe83', '[]', 'STORED', '2026-11-28 09:19:51.087+00', '2026-11-28 09:19:51.087+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('bb6b87d9-ced8-50c1-8ad3-87cd1a820409', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 3', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉', '178', 'my-novel', NULL, '3', NULL, '[{"error": null, "state": "COMPLETED", "attempt": 1, "progress": 1, "updatedAt": "2026-11-28T09:19:51.277Z", "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 09:19:51.151+00', '2026-11-28 09:19:51.277+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('c2d7c94b-1b9a-54ec-a648-413f9246d384', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{f6347f59-21c1-5c38-b7d9-72a99666f7fe}', 'expanded_text', 'Draft 1', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '286', 'my-novel', NULL, NULL, '2a09375c1b4902c4f59f5b3b30c935470e0521576148de3acebf7185763bc14d', '[]', 'STORED', '2026-11-28 09:19:50.782+00', '2026-11-28 09:19:50.782+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('c42725e9-b5be-575e-8483-1e88591541d5', 'late|2@example.com', '2', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Its answer was lost', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "state": "PROCESSING", "attempt": 1, "progress": null, "updatedAt": "2026-11-28T09:20:07.639Z", "processorId": "text-expansion"}]', 'PROCESSING', '2026-11-28 09:20:07.623+00', '2026-11-28 09:20:07.639+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('ca68e895-d592-521d-9a87-925894f337e7', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{01a22174-2f0e-701a-b304-2b0ee55a432d}', 'expanded_text', 'The harbourmaster warned the younger men', 'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine. All this lent the weather an importance that a bare description could not convey.', '316', NULL, NULL, NULL, '90b26fbe5a047878f1aa4bf2ef047a8273663ee626ec91d06f906c782bec0367', '[]', 'STORED', '2026-11-28 09:19:52.12+00', '2026-11-28 09:19:52.12+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('d7eb116f-f59f-5105-b830-55399f44c510', 'late|2@example.com', '2', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Kept from the index', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "state": "PROCESSING", "attempt": 1, "progress": null, "updatedAt": "2026-11-28T09:20:07.600Z", "processorId": "text-expansion"}]', 'PROCESSING', '2026-11-28 09:20:07.586+00', '2026-11-28 09:20:07.6+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('d8a26526-e67f-5328-8e3a-b05786d5358f', NULL, '2', 'text-expansion', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 09:19:52.861+00', '2026-11-28 09:19:52.861+00', '[]', NULL, 'gone@example.com', 'true', '2026-11-28 09:19:52.861+00', NULL, NULL),
('eabceb2c-5a20-56f7-8e29-c7957fa68f92', 'user|1@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'The model refuses', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '125', NULL, NULL, NULL, NULL, '[{"error": {"code": "MODEL_FAILED", "message": "The language model refused this service’s credentials."}, "state": "FAILED", "attempt": 1, "progress": null, "updatedAt": "2026-11-28T09:20:06.729Z", "processorId": "text-expansion"}]', 'FAILED', '2026-11-28 09:20:06.609+00', '2026-11-28 09:20:06.729+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('f1fefe5f-5459-5cfc-a627-9c5957260e17', 'user|1@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Kept', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.', '193', 'my-novel', NULL, '1', NULL, '[{"error": null, "state": "COMPLETED", "attempt": 1, "progress": 1, "updatedAt": "2026-11-28T09:19:52.210Z", "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 09:19:52.165+00', '2026-11-28 09:19:52.21+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('f44e3fa7-9147-57ce-853e-b118644baaf9', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '1.0.0', '{01a22174-2ca2-71bf-9972-3d4ac345dcac}', 'expanded_text', 'Draft 2, again', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers. A careful observer would have made something of it. So it began.', '319', 'my-novel', NULL, NULL, '6e0a2c7c325c52b225d0715dadf50a9f78cbb33053f5d9c8326fb5567736bd54', '[]', 'STORED', '2026-11-28 09:19:51.532+00', '2026-11-28 09:19:51.532+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL),
('f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 1', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '189', 'my-novel', NULL, '1', NULL, '[{"error": null, "state": "COMPLETED", "attempt": 1, "progress": 1, "updatedAt": "2026-11-28T09:19:50.810Z", "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 09:19:50.283+00', '2026-11-28 09:19:50.81+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE blob_sources (
  "user_id" text NOT NULL,
  "parent_id" text NOT NULL,
  "child_id" text NOT NULL,
  "child_created_at" timestamp with time zone NOT NULL,
  "child_processor_id" text NOT NULL
);

INSERT INTO blob_sources ("user_id", "parent_id", "child_id", "child_created_at", "child_processor_id") VALUES
('alice', '01a22174-2ca2-71bf-9972-3d4ac345dcac', 'f44e3fa7-9147-57ce-853e-b118644baaf9', '2026-11-28 09:19:51.532+00', 'text-expansion'),
('alice', '01a22174-2e6c-7535-b35b-8ff82f3101ab', '300333a2-e154-5b11-b3fc-2e0e364ea1bb', '2026-11-28 09:19:51.96+00', 'text-expansion'),
('alice', '01a22174-2ebb-76bf-91d2-af3dfe3c730a', '7bae9861-931d-5cab-a4ab-9e9ae74a6528', '2026-11-28 09:19:52.051+00', 'text-expansion'),
('alice', '01a22174-2f0e-701a-b304-2b0ee55a432d', 'ca68e895-d592-521d-9a87-925894f337e7', '2026-11-28 09:19:52.12+00', 'text-expansion'),
('alice', '3d0e87a1-329e-5e95-a566-599c64a778d1', '01a22174-2e2f-7004-ba0a-2b7936be6b3c', '2026-11-28 09:19:51.89+00', 'book-compiler'),
('alice', '3d0e87a1-329e-5e95-a566-599c64a778d1', '9496e05f-e9ab-5757-bc90-a637b8242a49', '2026-11-28 09:19:51.793+00', 'text-expansion'),
('alice', '721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'bb187476-2376-596e-8abb-59243901234f', '2026-11-28 09:19:51.087+00', 'text-expansion'),
('alice', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', '01a22174-2d49-766a-be44-f4b28547f932', '2026-11-28 09:19:51.661+00', 'book-compiler'),
('alice', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '2026-11-28 09:19:51.412+00', 'book-compiler'),
('alice', 'bb187476-2376-596e-8abb-59243901234f', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '2026-11-28 09:19:51.412+00', 'book-compiler'),
('alice', 'bb6b87d9-ced8-50c1-8ad3-87cd1a820409', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', '2026-11-28 09:19:51.263+00', 'text-expansion'),
('alice', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '01a22174-2d49-766a-be44-f4b28547f932', '2026-11-28 09:19:51.661+00', 'book-compiler'),
('alice', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '2026-11-28 09:19:51.412+00', 'book-compiler'),
('alice', 'f44e3fa7-9147-57ce-853e-b118644baaf9', '01a22174-2d49-766a-be44-f4b28547f932', '2026-11-28 09:19:51.661+00', 'book-compiler'),
('alice', 'f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '2026-11-28 09:19:50.782+00', 'text-expansion'),
('late|2@example.com', '4b666146-3bb2-5789-8b3c-964836fcabd4', '1de26c56-a080-5c1a-b2d9-e5cf5cd72bcb', '2026-11-28 09:20:07.782+00', 'text-expansion'),
('late|2@example.com', 'c42725e9-b5be-575e-8483-1e88591541d5', '54e50282-1cd2-5edc-ac78-31295a2b9c8a', '2026-11-28 09:20:07.675+00', 'text-expansion'),
('user|1@example.com', '01a22174-5c00-7748-86f6-585a82a4f375', '69cb75ab-5fa5-59cc-b081-fde2b114ee87', '2026-11-28 09:20:03.684+00', 'text-expansion'),
('user|1@example.com', '618e02a6-2fa5-5041-a99f-151b4404a0fd', 'b06c2244-e939-5924-b52f-82d6bd65a938', '2026-11-28 09:19:52.468+00', 'book-compiler'),
('user|1@example.com', 'a249a3b7-953d-584c-b4cb-8de4c8d28536', 'b06c2244-e939-5924-b52f-82d6bd65a938', '2026-11-28 09:19:52.468+00', 'book-compiler'),
('user|1@example.com', 'f1fefe5f-5459-5cfc-a627-9c5957260e17', '618e02a6-2fa5-5041-a99f-151b4404a0fd', '2026-11-28 09:19:52.204+00', 'text-expansion');

CREATE TABLE books (
  "user_id" text NOT NULL,
  "id" text NOT NULL,
  "title" text NOT NULL,
  "chapters" jsonb NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "version" integer DEFAULT 1 NOT NULL
);

INSERT INTO books ("user_id", "id", "title", "chapters", "created_at", "version") VALUES
('alice', 'my-novel', 'The Harbour & “the Sea”', '[{"title": "The Storm", "chapterNum": 1}, {"title": "The Calm", "chapterNum": 2}, {"title": "The Letter", "chapterNum": 3}]', '2026-11-28 09:19:50.135+00', '1'),
('late|2@example.com', 'not-entered', 'Not entered', '[{"title": "Mud", "chapterNum": 1}]', '2026-11-28 09:20:07.697+00', '1');

CREATE TABLE erasures (
  "user_id" text NOT NULL,
  "requested_by" text NOT NULL,
  "started_at" timestamp with time zone NOT NULL,
  "finished_at" timestamp with time zone,
  "stores" jsonb NOT NULL,
  "obstacle" text,
  "due_at" timestamp with time zone
);

INSERT INTO erasures ("user_id", "requested_by", "started_at", "finished_at", "stores", "obstacle", "due_at") VALUES
('gone@example.com', 'olga', '2026-11-28 09:19:52.853+00', '2026-11-28 09:20:03.437+00', '[{"erasedAt": "2026-11-28T09:20:03.431Z", "processorId": "state"}, {"erasedAt": "2026-11-28T09:20:03.435Z", "processorId": "book-compiler"}, {"erasedAt": "2026-11-28T09:20:03.437Z", "processorId": "text-expansion"}]', NULL, NULL);

CREATE TABLE reemission (
  "singleton" boolean DEFAULT true NOT NULL,
  "epoch" text NOT NULL,
  "after_user" text,
  "after_id" text,
  "done" boolean NOT NULL
);

INSERT INTO reemission ("singleton", "epoch", "after_user", "after_id", "done") VALUES
('true', '50e908fa-479d-4e6e-80e4-592a523a64f4', NULL, NULL, 'true');

CREATE TABLE schema_migrations (
  "step" integer NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO schema_migrations ("step", "checksum", "applied_at") VALUES
('1', 'ad41294ed39d2fef7de4cb6115650a99d67487799e81a79227e92b2e45571b07', '2026-11-28 09:19:47.938+00'),
('2', 'efa14b406395d287f1ed3920cb1e85c4f251af2314935752ed91b16d046d486d', '2026-11-28 09:19:48.505+00'),
('3', '03c7e1a96b89028354a0e4f8b9d16a12f5644bc26842ed44685df62d729931d3', '2026-11-28 09:19:48.529+00'),
('4', '1defd7e970c53e6375e9c361a6d8b6a50350897b76a834f9987549c1df4c52cb', '2026-11-28 09:19:48.544+00'),
('5', 'd53ec7393b096b72160a4a9ee2055bc41806f2913265d769c9e8d1e1311b3bba', '2026-11-28 09:19:48.557+00'),
('6', 'ed1cc88a18042c4f165191ce20b605b0356620207d3195a52bbd54da5883b162', '2026-11-28 09:19:48.578+00'),
('7', 'eaf2903b0bec0646a66157fb626f7e7acd931f2f01949a2700ab612da70ea9b1', '2026-11-28 09:19:48.654+00');

CREATE TABLE user_blobs (
  "id" text NOT NULL,
  "user_id" text NOT NULL,
  "schema_id" text NOT NULL,
  "schema_version" text NOT NULL,
  "type" text NOT NULL,
  "title" text NOT NULL,
  "data" json NOT NULL,
  "conversation_id" text,
  "book_id" text,
  "chapter_num" integer,
  "created_at" timestamp with time zone NOT NULL,
  "input_hash" text,
  "expected_processor_ids" text[] NOT NULL,
  "outbox" jsonb NOT NULL,
  "outbox_since" timestamp with time zone
);

INSERT INTO user_blobs ("id", "user_id", "schema_id", "schema_version", "type", "title", "data", "conversation_id", "book_id", "chapter_num", "created_at", "input_hash", "expected_processor_ids", "outbox", "outbox_since") VALUES
('01a22174-2ca2-71bf-9972-3d4ac345dcac', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 2, again', E'{"content":"In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.\\n\\n“Whose?” said Ruan.\\n\\nIt was hers.","metadata":{"book_id":"my-novel","chapter_num":2,"mood":"calm"}}', NULL, 'my-novel', '2', '2026-11-28 09:19:51.458+00', NULL, '{text-expansion}', '[]', NULL),
('01a22174-2e6c-7535-b35b-8ff82f3101ab', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Of no book', E'{"content":"Dear Ruan,\\n\\nthe lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉"}', NULL, NULL, NULL, '2026-11-28 09:19:51.916+00', NULL, '{text-expansion}', '[]', NULL),
('01a22174-2ebb-76bf-91d2-af3dfe3c730a', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Notwithstanding considerable meteorologi', '{"content":"Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational responsibilities, an administrative improvisation that infuriated practically everybody."}', NULL, NULL, NULL, '2026-11-28 09:19:51.995+00', NULL, '{text-expansion}', '[]', NULL),
('01a22174-2f0e-701a-b304-2b0ee55a432d', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'The harbourmaster warned the younger men', '{"content":"The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine."}', NULL, NULL, NULL, '2026-11-28 09:19:52.078+00', NULL, '{text-expansion}', '[]', NULL),
('01a22174-3110-704d-903e-f19c9ef5fded', 'user|1@example.com', 'message-v1', '1.0.0', 'message', 'With the boats.', '{"content":"With the boats."}', 'talk/1', NULL, NULL, '2026-11-28 09:19:52.592+00', NULL, '{}', '[]', NULL),
('01a22174-3131-70ee-9896-d5c60f8f55c8', 'user|1@example.com', 'note-v1', '1.0.0', 'note', '{"$ref":"x","list":[1,2.5,null]}', '{"$ref":"x","list":[1,2.5,null]}', NULL, NULL, NULL, '2026-11-28 09:19:52.625+00', NULL, '{}', '[]', NULL),
('01a22174-5bc6-7645-8a4e-31651edfc071', 'user|1@example.com', 'field-notes-v1', '1.0.0', 'field_note', 'By 1.0.0', '{"place":"harbour"}', NULL, NULL, NULL, '2026-11-28 09:20:03.526+00', NULL, '{}', '[]', NULL),
('01a22174-5bd6-7662-b930-b4d65c8546f0', 'user|1@example.com', 'field-notes-v1', '1.0.0', 'field_note', 'By 1.1.0', '{"place":"harbour","seen":3}', NULL, NULL, NULL, '2026-11-28 09:20:03.542+00', NULL, '{}', '[]', NULL),
('01a22174-5c00-7748-86f6-585a82a4f375', 'user|1@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'By another version 1', '{"content":"It rained."}', NULL, NULL, NULL, '2026-11-28 09:20:03.584+00', NULL, '{text-expansion}', '[]', NULL),
('01a22174-5c85-72ef-b13a-add783c7d6eb', 'user|1@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'By another version 2', '{"content":"It rained."}', NULL, NULL, NULL, '2026-11-28 09:20:03.717+00', NULL, '{text-expansion}', '[]', NULL),
('01a22174-6cbe-7724-b1f7-809daaa447e5', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 1', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 09:20:07.87+00', NULL, '{text-expansion}', '[]', NULL),
('01a22174-6cca-77a2-966d-d35665130211', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 2', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 09:20:07.882+00', NULL, '{text-expansion}', '[]', NULL),
('01a22174-6ce9-758c-8ae6-7d4f2acf42eb', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 3', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 09:20:07.913+00', NULL, '{text-expansion}', '[]', NULL),
('01a22174-6d08-701f-a27e-7b5337959cfa', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 4', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 09:20:07.945+00', NULL, '{text-expansion}', '[]', NULL),
('01a22174-6d1e-739e-bc91-c58ca473f815', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 5', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 09:20:07.966+00', NULL, '{text-expansion}', '[]', NULL),
('01a22174-6d2f-7368-959c-1fbab35808c9', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 6', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 09:20:07.983+00', NULL, '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "01a22174-6d2f-7368-959c-1fbab35808c9", "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T09:20:07.983Z", "version": 1, "traceparent": "00-8a185409b72ab8a727ba89b69207ca3c-5fbe89d993176625-01"}]', '2026-11-28 09:20:07.983+00'),
('0f310d32-6759-5ba7-879b-757be38377bd', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 2', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 09:20:08.036+00', '871bdf020503da7ed217e363c06046ba8a3f485878b4c8eaeb8ccf9f63dc8bd9', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "0f310d32-6759-5ba7-879b-757be38377bd", "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T09:20:08.036Z", "version": 1, "traceparent": "00-d24fc85a617317c84c45eb40fd1a2050-e6d86a41cd5e86c9-01"}]', '2026-11-28 09:20:08.036+00'),
('3d0e87a1-329e-5e95-a566-599c64a778d1', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Only', E'{"content":"# The Storm\\n\\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.","metadata":{"book_id":"drafts-alone","chapter_num":1,"mood":"calm"}}', NULL, 'drafts-alone', '1', '2026-11-28 09:19:51.691+00', '09e9f9fb28737d1f3558cca35dae9b5572d4a67383de38b70074b8c70d9375e9', '{text-expansion}', '[]', NULL),
('4b666146-3bb2-5789-8b3c-964836fcabd4', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Mud', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back.","metadata":{"book_id":"not-entered","chapter_num":1,"mood":"calm"}}', NULL, 'not-entered', '1', '2026-11-28 09:20:07.717+00', 'e1ca992fe5973bd65d73b862373fa313e5be39106891464f940c93d1cd0dc1f6', '{text-expansion}', '[]', NULL),
('7051a251-540b-58b7-8334-bf68964f9305', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 1', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 09:20:08.026+00', '3e4c436776dcb4550dcb9f1bde0e96b3ce5fe3260ade7e2bde5a9d1718312254', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "7051a251-540b-58b7-8334-bf68964f9305", "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T09:20:08.026Z", "version": 1, "traceparent": "00-7357615f07942514cf4f4665a68375a2-1f58d20a66e9fe55-01"}]', '2026-11-28 09:20:08.026+00'),
('721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 2', E'{"content":"In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.\\n\\n“Whose?” said Ruan.","metadata":{"book_id":"my-novel","chapter_num":2,"mood":"calm"}}', NULL, 'my-novel', '2', '2026-11-28 09:19:50.892+00', 'ebd4b8170355990228cc9254e9847e38412d6eaa1af2573c0d2ff5a50323ab81', '{text-expansion}', '[]', NULL),
('ad913ed3-dd9d-5127-aaca-e6e09779f817', 'user|1@example.com', 'message-v1', '1.0.0', 'message', 'How does it end?', '{"content":"How does it end?"}', 'talk/1', NULL, NULL, '2026-11-28 09:19:52.55+00', '5a7e9d25cf9a12884c0c3e7e33ae111aa5a22c194f16f2818ca9bff620c0aa7b', '{}', '[]', NULL),
('bb6b87d9-ced8-50c1-8ad3-87cd1a820409', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 3', E'{"content":"Dear Ruan,\\n\\nthe lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉","metadata":{"book_id":"my-novel","chapter_num":3,"mood":"calm"}}', NULL, 'my-novel', '3', '2026-11-28 09:19:51.151+00', '7e354852cb5b096f687549ac50986369a2e2fec76bf63d9a23f7f672cf1f7d01', '{text-expansion}', '[]', NULL),
('c42725e9-b5be-575e-8483-1e88591541d5', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Its answer was lost', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 09:20:07.623+00', 'b2a709f1dc1e0bd5f24f74f08bd47bbfb1b6ab3bf91c73292571a2bd75c6d9a3', '{text-expansion}', '[]', NULL),
('d7eb116f-f59f-5105-b830-55399f44c510', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Kept from the index', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 09:20:07.586+00', '5c3bd0f55ecd189b3a42591aa4e51b285ac4fb10070479e484b80784ca531fd7', '{text-expansion}', '[]', NULL),
('eabceb2c-5a20-56f7-8e29-c7957fa68f92', 'user|1@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'The model refuses', E'{"content":"# The Storm\\n\\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes."}', NULL, NULL, NULL, '2026-11-28 09:20:06.609+00', 'f2dd5acaad417c39625935b461e296117d8b397fd70bb145f7231913635bf39b', '{text-expansion}', '[]', NULL),
('f1fefe5f-5459-5cfc-a627-9c5957260e17', 'user|1@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Kept', E'{"content":"In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.\\n\\n“Whose?” said Ruan.","metadata":{"book_id":"my-novel","chapter_num":1,"mood":"calm"}}', NULL, 'my-novel', '1', '2026-11-28 09:19:52.165+00', 'd16b74318b9b27b11df5d5329d96327ea40494ae6cbf9ce46dc287c3e78ab515', '{text-expansion}', '[]', NULL),
('f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 1', E'{"content":"# The Storm\\n\\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.","metadata":{"book_id":"my-novel","chapter_num":1,"mood":"calm"}}', NULL, 'my-novel', '1', '2026-11-28 09:19:50.283+00', '53cd16e3ee820aed6c25ed86089c83e955cdda0d45d162bec36cdb7b9a8412f3', '{text-expansion}', '[]', NULL);

ALTER TABLE blob_index ADD CONSTRAINT blob_index_pkey PRIMARY KEY (id);

ALTER TABLE blob_sources ADD CONSTRAINT blob_sources_pkey PRIMARY KEY (child_id, parent_id);

ALTER TABLE books ADD CONSTRAINT books_pkey PRIMARY KEY (user_id, id);

ALTER TABLE erasures ADD CONSTRAINT erasures_pkey PRIMARY KEY (user_id);

ALTER TABLE reemission ADD CONSTRAINT reemission_pkey PRIMARY KEY (singleton);

ALTER TABLE reemission ADD CONSTRAINT reemission_singleton_check CHECK (singleton);

ALTER TABLE schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (step);

ALTER TABLE user_blobs ADD CONSTRAINT user_blobs_pkey PRIMARY KEY (id);

CREATE INDEX blob_index_book ON blob_index USING btree (user_id, book_id, created_at DESC, id DESC) WHERE book_id IS NOT NULL;

CREATE INDEX blob_index_changed ON blob_index USING btree (user_id, updated_at DESC);

CREATE INDEX blob_index_chapter ON blob_index USING btree (user_id, book_id, chapter_num, created_at DESC, id DESC) WHERE chapter_num IS NOT NULL;

CREATE INDEX blob_index_conversation ON blob_index USING btree (user_id, conversation_id, created_at DESC, id DESC) WHERE conversation_id IS NOT NULL;

CREATE INDEX blob_index_deleted ON blob_index USING btree (deleted_user_id, processor_id, deleted_at) WHERE deleted_user_id IS NOT NULL;

CREATE INDEX blob_index_deletion_due ON blob_index USING btree (deletion_due_at) WHERE deletion_due_at IS NOT NULL;

CREATE INDEX blob_index_outbox ON blob_index USING btree (outbox_since) WHERE outbox_since IS NOT NULL;

CREATE INDEX blob_index_processor ON blob_index USING btree (user_id, processor_id, created_at DESC, id DESC);

CREATE INDEX blob_index_scan ON blob_index USING btree (user_id, id);

CREATE INDEX blob_index_schema ON blob_index USING btree (user_id, schema_id, created_at DESC, id DESC);

CREATE INDEX blob_index_state ON blob_index USING btree (user_id, state, created_at DESC, id DESC);

CREATE INDEX blob_index_type ON blob_index USING btree (user_id, type, created_at DESC, id DESC);

CREATE INDEX blob_index_user ON blob_index USING btree (user_id, created_at DESC, id DESC);

CREATE INDEX blob_sources_parent ON blob_sources USING btree (user_id, parent_id, child_created_at DESC, child_id DESC);

CREATE INDEX erasures_due ON erasures USING btree (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX user_blobs_outbox ON user_blobs USING btree (outbox_since) WHERE outbox_since IS NOT NULL;

CREATE INDEX user_blobs_user ON user_blobs USING btree (user_id, created_at);
