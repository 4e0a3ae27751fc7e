CREATE TABLE backfills (
  "processor_id" text NOT NULL,
  "since" timestamp with time zone,
  "requested_by" text NOT NULL,
  "started_at" timestamp with time zone NOT NULL,
  "finished_at" timestamp with time zone,
  "scanned" bigint NOT NULL,
  "planned" bigint NOT NULL,
  "finished_runs" bigint NOT NULL,
  "obstacle" text,
  "after" jsonb,
  "batch" jsonb NOT NULL,
  "due_at" timestamp with time zone,
  "lease" integer NOT NULL
);

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
  "content_missing_since" timestamp with time zone,
  "generation" integer DEFAULT 0 NOT NULL
);

INSERT INTO blob_index ("id", "user_id", "version", "processor_id", "storage_location", "schema_id", "schema_version", "source_ids", "type", "title", "preview", "size_bytes", "book_id", "conversation_id", "chapter_num", "content_hash", "runs", "state", "created_at", "updated_at", "outbox", "outbox_since", "deleted_user_id", "deletion_cascades", "deleted_at", "deletion_due_at", "content_missing_since", "generation") VALUES
('01a222db-066d-7456-ba87-48ba5ae7507f', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 2, again', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers.', '209', 'my-novel', NULL, '2', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T15:51:49.139Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 15:51:49.101+00', '2026-11-28 15:51:49.139+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-06bc-70bf-aa47-d744a08600a3', 'alice', '3', 'book-compiler', 'book-compiler-db', 'compiled-book-v1', '1.1.0', '{c2d7c94b-1b9a-54ec-a648-413f9246d384,d43dae98-2869-50ad-9d19-3d2388d1957f,8c0ffdf3-e990-5c7f-bdc7-9126bc57858d}', 'compiled_book', 'The Harbour & “the Sea”', E'---
title: The Harbour & “the Sea”
lang: en
---

# The Harbour \\& “the Sea”

## Contents

- [1. The Storm](#chapter-1)
- [2. The Calm](#chapter-2)
- [3. The Letter](#chapter-3)

## The Storm

<div id=', '896', 'my-novel', NULL, NULL, 'eda7800632c8e06bebc7d9ac3ec83fe0ba7ee49f46d8adaa0d8086e333fc0f6b', '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": "markdown", "progress": 1, "updatedAt": "2026-11-28T15:52:04.576Z", "generation": 0, "processorId": "book-compiler"}]', 'STORED', '2026-11-28 15:51:49.216+00', '2026-11-28 15:52:04.577+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-073f-702a-ad60-6d650044f7a5', 'alice', '3', 'book-compiler', 'book-compiler-db', 'compiled-book-v1', '1.1.0', '{3d0e87a1-329e-5e95-a566-599c64a778d1}', 'compiled_book', 'As it was written', '---
title: As it was written
lang: en
---

# As it was written

## Contents

- [1. Only](#chapter-1)

## Only

<div id="chapter-1"></div>

Elspeth shut the window. The rain came down on the harbour, a', '256', 'drafts-alone', NULL, NULL, '2466f5063906b785797cf57711d020eda813cd29275509f1c9484aacb59d4ec0', '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": "markdown", "progress": 1, "updatedAt": "2026-11-28T15:52:04.608Z", "generation": 0, "processorId": "book-compiler"}]', 'STORED', '2026-11-28 15:51:49.338+00', '2026-11-28 15:52:04.608+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-0766-754c-9686-c728a365d01b', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Of no book', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉', '114', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T15:51:49.393Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 15:51:49.35+00', '2026-11-28 15:51:49.393+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-07bd-7701-93f3-604973fce2f6', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Notwithstanding considerable meteorologi', 'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational respons', '297', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T15:51:49.476Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 15:51:49.437+00', '2026-11-28 15:51:49.476+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-080e-75c5-abd5-2f0f385a1d07', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'The harbourmaster warned the younger men', 'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine.', '131', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T15:51:49.548Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 15:51:49.518+00', '2026-11-28 15:51:49.548+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-0972-75d3-af13-c9b4f2b53385', 'user|1@example.com', '1', 'state', 'state-service', 'message-v1', '1.0.0', '{}', 'message', 'With the boats.', 'With the boats.', '29', NULL, 'talk/1', NULL, NULL, '[]', 'STORED', '2026-11-28 15:51:49.875+00', '2026-11-28 15:51:49.875+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-0989-74c1-9c1f-bee8534b49c4', 'user|1@example.com', '1', 'state', 'state-service', 'note-v1', '1.0.0', '{}', 'note', '{"$ref":"x","list":[1,2.5,null]}', '{"$ref":"x","list":[1,2.5,null]}', '32', NULL, NULL, NULL, NULL, '[]', 'STORED', '2026-11-28 15:51:49.897+00', '2026-11-28 15:51:49.897+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-099b-7595-add6-719e06c2eee5', NULL, '2', 'state', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 15:51:49.925+00', '2026-11-28 15:51:49.925+00', '[]', NULL, 'user|1@example.com', 'false', '2026-11-28 15:51:49.925+00', NULL, NULL, '0'),
('01a222db-09b9-7796-9622-34a2a5252879', NULL, '4', 'state', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 15:51:50.033+00', '2026-11-28 15:51:50.033+00', '[]', NULL, 'gone@example.com', 'true', '2026-11-28 15:51:50.033+00', NULL, NULL, '0'),
('01a222db-33b7-7782-9135-0927efbb90b3', 'user|1@example.com', '1', 'state', 'state-service', 'field-notes-v1', '1.0.0', '{}', 'field_note', 'By 1.0.0', '{"place":"harbour"}', '19', NULL, NULL, NULL, NULL, '[]', 'STORED', '2026-11-28 15:52:00.695+00', '2026-11-28 15:52:00.695+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-33ce-7687-9888-9289df961276', 'user|1@example.com', '1', 'state', 'state-service', 'field-notes-v1', '1.0.0', '{}', 'field_note', 'By 1.1.0', '{"place":"harbour","seen":3}', '28', NULL, NULL, NULL, NULL, '[]', 'STORED', '2026-11-28 15:52:00.718+00', '2026-11-28 15:52:00.718+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-4707-74e6-b7d6-2cc7aecaec1a', 'late|2@example.com', '2', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 1', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PROCESSING", "attempt": 1, "artifact": null, "progress": null, "updatedAt": "2026-11-28T15:52:05.656Z", "generation": 0, "processorId": "text-expansion"}]', 'PROCESSING', '2026-11-28 15:52:05.639+00', '2026-11-28 15:52:05.656+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-4710-735c-b464-316e0ca1e712', 'late|2@example.com', '2', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 2', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PROCESSING", "attempt": 1, "artifact": null, "progress": null, "updatedAt": "2026-11-28T15:52:05.683Z", "generation": 0, "processorId": "text-expansion"}]', 'PROCESSING', '2026-11-28 15:52:05.648+00', '2026-11-28 15:52:05.683+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-471c-7176-b027-7fbdd4c383a0', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 3', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PENDING", "attempt": 0, "artifact": null, "progress": null, "updatedAt": "2026-11-28T15:52:05.660Z", "generation": 0, "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 15:52:05.66+00', '2026-11-28 15:52:05.66+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-4731-7057-b575-d8a1810adbe7', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 4', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PENDING", "attempt": 0, "artifact": null, "progress": null, "updatedAt": "2026-11-28T15:52:05.681Z", "generation": 0, "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 15:52:05.681+00', '2026-11-28 15:52:05.681+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-473f-718b-af3c-2ae9ad478121', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 5', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PENDING", "attempt": 0, "artifact": null, "progress": null, "updatedAt": "2026-11-28T15:52:05.695Z", "generation": 0, "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 15:52:05.695+00', '2026-11-28 15:52:05.695+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a222db-474f-7192-bf95-3bd1453d3215', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 6', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PENDING", "attempt": 0, "artifact": null, "progress": null, "updatedAt": "2026-11-28T15:52:05.711Z", "generation": 0, "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 15:52:05.711+00', '2026-11-28 15:52:05.711+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('0f310d32-6759-5ba7-879b-757be38377bd', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'In the last moment 2', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PENDING", "attempt": 0, "artifact": null, "progress": null, "updatedAt": "2026-11-28T15:52:05.745Z", "generation": 0, "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 15:52:05.745+00', '2026-11-28 15:52:05.745+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('1de26c56-a080-5c1a-b2d9-e5cf5cd72bcb', 'late|2@example.com', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{4b666146-3bb2-5789-8b3c-964836fcabd4}', 'expanded_text', 'Mud', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '560', 'not-entered', NULL, NULL, '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '[]', 'STORED', '2026-11-28 15:52:05.379+00', '2026-11-28 15:52:05.379+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('3d0e87a1-329e-5e95-a566-599c64a778d1', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Only', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '193', 'drafts-alone', NULL, '1', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T15:51:49.266Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 15:51:49.233+00', '2026-11-28 15:51:49.266+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('4b666146-3bb2-5789-8b3c-964836fcabd4', 'late|2@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Mud', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '161', 'not-entered', NULL, '1', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T15:52:05.382Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 15:52:05.329+00', '2026-11-28 15:52:05.382+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('54e50282-1cd2-5edc-ac78-31295a2b9c8a', 'late|2@example.com', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{c42725e9-b5be-575e-8483-1e88591541d5}', 'expanded_text', 'Its answer was lost', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '560', NULL, NULL, NULL, '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '[]', 'STORED', '2026-11-28 15:52:05.283+00', '2026-11-28 15:52:05.283+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('618e02a6-2fa5-5041-a99f-151b4404a0fd', 'user|1@example.com', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{f1fefe5f-5459-5cfc-a627-9c5957260e17}', 'expanded_text', 'Kept', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '645', 'my-novel', NULL, NULL, 'fab1f57df489fd248b8a5d5aa8cd1be7042b9e490072ae03824858d8d5a7fe83', '[]', 'STORED', '2026-11-28 15:51:49.626+00', '2026-11-28 15:51:49.626+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('6f2531c7-71d8-5538-bab2-ed29c1c1902b', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{01a222db-080e-75c5-abd5-2f0f385a1d07}', 'expanded_text', 'The harbourmaster warned the younger men', 'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine. All this lent the weather an importance that a bare description could not convey.', '665', NULL, NULL, NULL, '90b26fbe5a047878f1aa4bf2ef047a8273663ee626ec91d06f906c782bec0367', '[]', 'STORED', '2026-11-28 15:51:49.544+00', '2026-11-28 15:51:49.544+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('7051a251-540b-58b7-8334-bf68964f9305', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'In the last moment 1', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PENDING", "attempt": 0, "artifact": null, "progress": null, "updatedAt": "2026-11-28T15:52:05.744Z", "generation": 0, "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 15:52:05.744+00', '2026-11-28 15:52:05.744+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 2', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.', '193', 'my-novel', NULL, '2', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T15:51:48.723Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 15:51:48.662+00', '2026-11-28 15:51:48.723+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('7f2a55c7-4a1c-5e97-8c96-3c9feb7a0131', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{01a222db-0766-754c-9686-c728a365d01b}', 'expanded_text', 'Of no book', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '610', NULL, NULL, NULL, 'e3be9703468f6f614c9e7f1caa291c77d120ab5bdc260d269c28c853c556afcc', '[]', 'STORED', '2026-11-28 15:51:49.389+00', '2026-11-28 15:51:49.389+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{bb6b87d9-ced8-50c1-8ad3-87cd1a820409}', 'expanded_text', 'Draft 3', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '610', 'my-novel', NULL, NULL, 'e3be9703468f6f614c9e7f1caa291c77d120ab5bdc260d269c28c853c556afcc', '[]', 'STORED', '2026-11-28 15:51:48.808+00', '2026-11-28 15:51:48.808+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('9496e05f-e9ab-5757-bc90-a637b8242a49', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{3d0e87a1-329e-5e95-a566-599c64a778d1}', 'expanded_text', 'Only', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '649', 'drafts-alone', NULL, NULL, '2a09375c1b4902c4f59f5b3b30c935470e0521576148de3acebf7185763bc14d', '[]', 'STORED', '2026-11-28 15:51:49.263+00', '2026-11-28 15:51:49.263+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('a249a3b7-953d-584c-b4cb-8de4c8d28536', NULL, '2', 'text-expansion', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 15:51:49.814+00', '2026-11-28 15:51:49.814+00', '[]', NULL, 'user|1@example.com', 'false', '2026-11-28 15:51:49.814+00', NULL, NULL, '0'),
('ad913ed3-dd9d-5127-aaca-e6e09779f817', 'user|1@example.com', '1', 'state', 'state-service', 'message-v1', '1.0.0', '{}', 'message', 'How does it end?', 'How does it end?', '30', NULL, 'talk/1', NULL, NULL, '[]', 'STORED', '2026-11-28 15:51:49.86+00', '2026-11-28 15:51:49.86+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('b0417b4b-bc15-5f84-a431-1c0bea5bfadd', NULL, '4', 'state', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 15:51:49.809+00', '2026-11-28 15:51:49.809+00', '[]', NULL, 'user|1@example.com', 'false', '2026-11-28 15:51:49.809+00', NULL, NULL, '0'),
('b06c2244-e939-5924-b52f-82d6bd65a938', 'user|1@example.com', '3', 'book-compiler', 'book-compiler-db', 'compiled-book-v1', '1.1.0', '{618e02a6-2fa5-5041-a99f-151b4404a0fd,a249a3b7-953d-584c-b4cb-8de4c8d28536}', 'compiled_book', 'my-novel', '---
title: my-novel
lang: en
---

# my-novel

## Contents

- [1. Kept](#chapter-1)
- [2. Deleted](#chapter-2)

## Kept

<div id="chapter-1"></div>

In the morning the sea was flat. Elspeth counted the', '570', 'my-novel', NULL, NULL, '3484a97bb283059d1eb9ec8916554e4fdf6166ccc2b94032c25118e35cbc9479', '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": "markdown", "progress": 1, "updatedAt": "2026-11-28T15:52:04.611Z", "generation": 0, "processorId": "book-compiler"}]', 'STORED', '2026-11-28 15:51:49.787+00', '2026-11-28 15:52:04.611+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('b6b8da1c-c1d5-598a-8165-fd55fb13bf91', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{01a222db-07bd-7701-93f3-604973fce2f6}', 'expanded_text', 'Notwithstanding considerable meteorologi', 'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational respons', '1025', NULL, NULL, NULL, '8573ce6f18fd3f3fec99cbdf2f01d5a8fd46b12b5e90bc1c9c3b4370cc0cd145', '[]', 'STORED', '2026-11-28 15:51:49.473+00', '2026-11-28 15:51:49.473+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', 'alice', '3', 'book-compiler', 'book-compiler-db', 'compiled-book-v1', '1.1.0', '{c2d7c94b-1b9a-54ec-a648-413f9246d384,bb187476-2376-596e-8abb-59243901234f,8c0ffdf3-e990-5c7f-bdc7-9126bc57858d}', 'compiled_book', 'The Harbour & “the Sea”', E'---
title: The Harbour & “the Sea”
author: A. Writer
lang: en
---

# The Harbour \\& “the Sea”

*by A. Writer*

## Contents

- [1. The Storm](#chapter-1)
- [2. The Calm](#chapter-2)
- [3. The Letter](#', '923', 'my-novel', NULL, NULL, '82c6d78af850643cd032bfce1d8decc6314baefad65dbf14a5f0745a924c5d28', '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": "markdown", "progress": 1, "updatedAt": "2026-11-28T15:52:04.574Z", "generation": 0, "processorId": "book-compiler"}]', 'STORED', '2026-11-28 15:51:49.078+00', '2026-11-28 15:52:04.574+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('bb187476-2376-596e-8abb-59243901234f', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{721e19ff-e83d-5d1f-b9e1-bea174afc3b1}', 'expanded_text', 'Draft 2', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '645', 'my-novel', NULL, NULL, 'fab1f57df489fd248b8a5d5aa8cd1be7042b9e490072ae03824858d8d5a7fe83', '[]', 'STORED', '2026-11-28 15:51:48.717+00', '2026-11-28 15:51:48.717+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('bb6b87d9-ced8-50c1-8ad3-87cd1a820409', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 3', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉', '178', 'my-novel', NULL, '3', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T15:51:48.816Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 15:51:48.76+00', '2026-11-28 15:51:48.816+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('c2d7c94b-1b9a-54ec-a648-413f9246d384', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{f6347f59-21c1-5c38-b7d9-72a99666f7fe}', 'expanded_text', 'Draft 1', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '649', 'my-novel', NULL, NULL, '2a09375c1b4902c4f59f5b3b30c935470e0521576148de3acebf7185763bc14d', '[]', 'STORED', '2026-11-28 15:51:48.581+00', '2026-11-28 15:51:48.581+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('c42725e9-b5be-575e-8483-1e88591541d5', 'late|2@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Its answer was lost', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T15:52:05.295Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 15:52:05.234+00', '2026-11-28 15:52:05.295+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('d43dae98-2869-50ad-9d19-3d2388d1957f', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{01a222db-066d-7456-ba87-48ba5ae7507f}', 'expanded_text', 'Draft 2, again', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers. A careful observer would have made something of it. So it began.', '672', 'my-novel', NULL, NULL, '6e0a2c7c325c52b225d0715dadf50a9f78cbb33053f5d9c8326fb5567736bd54', '[]', 'STORED', '2026-11-28 15:51:49.133+00', '2026-11-28 15:51:49.133+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('d7eb116f-f59f-5105-b830-55399f44c510', 'late|2@example.com', '2', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Kept from the index', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PROCESSING", "attempt": 1, "artifact": null, "progress": null, "updatedAt": "2026-11-28T15:52:05.193Z", "generation": 0, "processorId": "text-expansion"}]', 'PROCESSING', '2026-11-28 15:52:05.174+00', '2026-11-28 15:52:05.193+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('eabceb2c-5a20-56f7-8e29-c7957fa68f92', 'user|1@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'The model refuses', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '125', NULL, NULL, NULL, NULL, '[{"error": {"code": "MODEL_FAILED", "message": "The language model refused this service’s credentials."}, "stage": null, "state": "FAILED", "attempt": 1, "artifact": null, "progress": null, "updatedAt": "2026-11-28T15:52:03.705Z", "generation": 0, "processorId": "text-expansion"}]', 'FAILED', '2026-11-28 15:52:03.582+00', '2026-11-28 15:52:03.706+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('f1fefe5f-5459-5cfc-a627-9c5957260e17', 'user|1@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Kept', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.', '193', 'my-novel', NULL, '1', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T15:51:49.630Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 15:51:49.599+00', '2026-11-28 15:51:49.63+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 1', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '189', 'my-novel', NULL, '1', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T15:51:48.589Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 15:51:48.353+00', '2026-11-28 15:51:48.589+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('f90cf418-c544-5eae-9464-c2edce19466b', NULL, '2', 'text-expansion', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 15:51:50.033+00', '2026-11-28 15:51:50.033+00', '[]', NULL, 'gone@example.com', 'true', '2026-11-28 15:51:50.033+00', NULL, NULL, '0');

CREATE TABLE blob_sources (
  "user_id" text NOT NULL,
  "parent_id" text NOT NULL,
  "child_id" text NOT NULL,
  "child_created_at" timestamp with time zone NOT NULL,
  "child_processor_id" text NOT NULL
);

INSERT INTO blob_sources ("user_id", "parent_id", "child_id", "child_created_at", "child_processor_id") VALUES
('alice', '01a222db-066d-7456-ba87-48ba5ae7507f', 'd43dae98-2869-50ad-9d19-3d2388d1957f', '2026-11-28 15:51:49.133+00', 'text-expansion'),
('alice', '01a222db-0766-754c-9686-c728a365d01b', '7f2a55c7-4a1c-5e97-8c96-3c9feb7a0131', '2026-11-28 15:51:49.389+00', 'text-expansion'),
('alice', '01a222db-07bd-7701-93f3-604973fce2f6', 'b6b8da1c-c1d5-598a-8165-fd55fb13bf91', '2026-11-28 15:51:49.473+00', 'text-expansion'),
('alice', '01a222db-080e-75c5-abd5-2f0f385a1d07', '6f2531c7-71d8-5538-bab2-ed29c1c1902b', '2026-11-28 15:51:49.544+00', 'text-expansion'),
('alice', '3d0e87a1-329e-5e95-a566-599c64a778d1', '01a222db-073f-702a-ad60-6d650044f7a5', '2026-11-28 15:51:49.338+00', 'book-compiler'),
('alice', '3d0e87a1-329e-5e95-a566-599c64a778d1', '9496e05f-e9ab-5757-bc90-a637b8242a49', '2026-11-28 15:51:49.263+00', 'text-expansion'),
('alice', '721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'bb187476-2376-596e-8abb-59243901234f', '2026-11-28 15:51:48.717+00', 'text-expansion'),
('alice', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', '01a222db-06bc-70bf-aa47-d744a08600a3', '2026-11-28 15:51:49.216+00', 'book-compiler'),
('alice', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '2026-11-28 15:51:49.078+00', 'book-compiler'),
('alice', 'bb187476-2376-596e-8abb-59243901234f', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '2026-11-28 15:51:49.078+00', 'book-compiler'),
('alice', 'bb6b87d9-ced8-50c1-8ad3-87cd1a820409', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', '2026-11-28 15:51:48.808+00', 'text-expansion'),
('alice', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '01a222db-06bc-70bf-aa47-d744a08600a3', '2026-11-28 15:51:49.216+00', 'book-compiler'),
('alice', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '2026-11-28 15:51:49.078+00', 'book-compiler'),
('alice', 'd43dae98-2869-50ad-9d19-3d2388d1957f', '01a222db-06bc-70bf-aa47-d744a08600a3', '2026-11-28 15:51:49.216+00', 'book-compiler'),
('alice', 'f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '2026-11-28 15:51:48.581+00', 'text-expansion'),
('late|2@example.com', '4b666146-3bb2-5789-8b3c-964836fcabd4', '1de26c56-a080-5c1a-b2d9-e5cf5cd72bcb', '2026-11-28 15:52:05.379+00', 'text-expansion'),
('late|2@example.com', 'c42725e9-b5be-575e-8483-1e88591541d5', '54e50282-1cd2-5edc-ac78-31295a2b9c8a', '2026-11-28 15:52:05.283+00', 'text-expansion'),
('user|1@example.com', '618e02a6-2fa5-5041-a99f-151b4404a0fd', 'b06c2244-e939-5924-b52f-82d6bd65a938', '2026-11-28 15:51:49.787+00', 'book-compiler'),
('user|1@example.com', 'a249a3b7-953d-584c-b4cb-8de4c8d28536', 'b06c2244-e939-5924-b52f-82d6bd65a938', '2026-11-28 15:51:49.787+00', 'book-compiler'),
('user|1@example.com', 'f1fefe5f-5459-5cfc-a627-9c5957260e17', '618e02a6-2fa5-5041-a99f-151b4404a0fd', '2026-11-28 15:51:49.626+00', 'text-expansion');

CREATE TABLE books (
  "user_id" text NOT NULL,
  "id" text NOT NULL,
  "title" text NOT NULL,
  "chapters" jsonb NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "version" integer DEFAULT 1 NOT NULL,
  "language" text,
  "removed" jsonb DEFAULT '[]'::jsonb NOT NULL,
  "deleted" boolean DEFAULT false NOT NULL,
  "deleted_at" timestamp with time zone
);

INSERT INTO books ("user_id", "id", "title", "chapters", "created_at", "version", "language", "removed", "deleted", "deleted_at") VALUES
('alice', 'my-novel', 'The Harbour & “the Sea”', '[{"title": "The Storm", "numbered": true, "position": null, "chapterNum": 1}, {"title": "The Calm", "numbered": true, "position": null, "chapterNum": 2}, {"title": "The Letter", "numbered": true, "position": null, "chapterNum": 3}]', '2026-11-28 15:51:48.26+00', '1', NULL, '[]', 'false', NULL),
('late|2@example.com', 'not-entered', 'Not entered', '[{"title": "Mud", "numbered": true, "position": null, "chapterNum": 1}]', '2026-11-28 15:52:05.31+00', '1', NULL, '[]', 'false', NULL);

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
('gone@example.com', 'olga', '2026-11-28 15:51:50.025+00', '2026-11-28 15:52:00.587+00', '[{"erasedAt": "2026-11-28T15:52:00.576Z", "processorId": "state"}, {"erasedAt": "2026-11-28T15:52:00.581Z", "processorId": "book-compiler"}, {"erasedAt": "2026-11-28T15:52:00.583Z", "processorId": "text-expansion"}]', NULL, NULL);

CREATE TABLE reemission (
  "singleton" boolean DEFAULT true NOT NULL,
  "epoch" text NOT NULL,
  "after_user" text,
  "after_id" text,
  "done" boolean NOT NULL
);

INSERT INTO reemission ("singleton", "epoch", "after_user", "after_id", "done") VALUES
('true', '64e37afb-e6b9-4d57-a6b4-41981e8bdcee', NULL, NULL, 'true');

CREATE TABLE schema_migrations (
  "step" integer NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO schema_migrations ("step", "checksum", "applied_at") VALUES
('1', 'ad41294ed39d2fef7de4cb6115650a99d67487799e81a79227e92b2e45571b07', '2026-11-28 15:51:47.24+00'),
('10', '20c968977ac568b572a4d9b4a9f5239795fd1c46c12dc1c8055007a5bebe2470', '2026-11-28 15:51:47.453+00'),
('2', 'efa14b406395d287f1ed3920cb1e85c4f251af2314935752ed91b16d046d486d', '2026-11-28 15:51:47.344+00'),
('3', '03c7e1a96b89028354a0e4f8b9d16a12f5644bc26842ed44685df62d729931d3', '2026-11-28 15:51:47.357+00'),
('4', '1defd7e970c53e6375e9c361a6d8b6a50350897b76a834f9987549c1df4c52cb', '2026-11-28 15:51:47.374+00'),
('5', 'd53ec7393b096b72160a4a9ee2055bc41806f2913265d769c9e8d1e1311b3bba', '2026-11-28 15:51:47.395+00'),
('6', 'ed1cc88a18042c4f165191ce20b605b0356620207d3195a52bbd54da5883b162', '2026-11-28 15:51:47.421+00'),
('7', 'eaf2903b0bec0646a66157fb626f7e7acd931f2f01949a2700ab612da70ea9b1', '2026-11-28 15:51:47.435+00'),
('8', '8d627e6f5ed3b653845bdc082ba3fa08cca700f6e2c5e1a9c5d693e1d4909bc0', '2026-11-28 15:51:47.441+00'),
('9', '9f23bb866a930d32f4c287c684875eae09d4ef64edb3f382b26d89e730e2c6a8', '2026-11-28 15:51:47.447+00');

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
('01a222db-066d-7456-ba87-48ba5ae7507f', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 2, again', E'{"content":"In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.\\n\\n“Whose?” said Ruan.\\n\\nIt was hers.","metadata":{"book_id":"my-novel","chapter_num":2,"mood":"calm"}}', NULL, 'my-novel', '2', '2026-11-28 15:51:49.101+00', NULL, '{text-expansion}', '[]', NULL),
('01a222db-0766-754c-9686-c728a365d01b', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Of no book', E'{"content":"Dear Ruan,\\n\\nthe lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉"}', NULL, NULL, NULL, '2026-11-28 15:51:49.35+00', NULL, '{text-expansion}', '[]', NULL),
('01a222db-07bd-7701-93f3-604973fce2f6', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Notwithstanding considerable meteorologi', '{"content":"Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational responsibilities, an administrative improvisation that infuriated practically everybody."}', NULL, NULL, NULL, '2026-11-28 15:51:49.437+00', NULL, '{text-expansion}', '[]', NULL),
('01a222db-080e-75c5-abd5-2f0f385a1d07', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'The harbourmaster warned the younger men', '{"content":"The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine."}', NULL, NULL, NULL, '2026-11-28 15:51:49.518+00', NULL, '{text-expansion}', '[]', NULL),
('01a222db-0972-75d3-af13-c9b4f2b53385', 'user|1@example.com', 'message-v1', '1.0.0', 'message', 'With the boats.', '{"content":"With the boats."}', 'talk/1', NULL, NULL, '2026-11-28 15:51:49.875+00', NULL, '{}', '[]', NULL),
('01a222db-0989-74c1-9c1f-bee8534b49c4', 'user|1@example.com', 'note-v1', '1.0.0', 'note', '{"$ref":"x","list":[1,2.5,null]}', '{"$ref":"x","list":[1,2.5,null]}', NULL, NULL, NULL, '2026-11-28 15:51:49.897+00', NULL, '{}', '[]', NULL),
('01a222db-33b7-7782-9135-0927efbb90b3', 'user|1@example.com', 'field-notes-v1', '1.0.0', 'field_note', 'By 1.0.0', '{"place":"harbour"}', NULL, NULL, NULL, '2026-11-28 15:52:00.695+00', NULL, '{}', '[]', NULL),
('01a222db-33ce-7687-9888-9289df961276', 'user|1@example.com', 'field-notes-v1', '1.0.0', 'field_note', 'By 1.1.0', '{"place":"harbour","seen":3}', NULL, NULL, NULL, '2026-11-28 15:52:00.718+00', NULL, '{}', '[]', NULL),
('01a222db-4707-74e6-b7d6-2cc7aecaec1a', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 1', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.639+00', NULL, '{text-expansion}', '[]', NULL),
('01a222db-4710-735c-b464-316e0ca1e712', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 2', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.648+00', NULL, '{text-expansion}', '[]', NULL),
('01a222db-471c-7176-b027-7fbdd4c383a0', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 3', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.66+00', NULL, '{text-expansion}', '[]', NULL),
('01a222db-4731-7057-b575-d8a1810adbe7', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 4', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.681+00', NULL, '{text-expansion}', '[]', NULL),
('01a222db-473f-718b-af3c-2ae9ad478121', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 5', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.695+00', NULL, '{text-expansion}', '[]', NULL),
('01a222db-474f-7192-bf95-3bd1453d3215', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 6', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.711+00', NULL, '{text-expansion}', '[]', NULL),
('0f310d32-6759-5ba7-879b-757be38377bd', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 2', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.745+00', '871bdf020503da7ed217e363c06046ba8a3f485878b4c8eaeb8ccf9f63dc8bd9', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "0f310d32-6759-5ba7-879b-757be38377bd", "planned": ["text-expansion"], "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T15:52:05.745Z", "version": 1, "traceparent": "00-b887e96eae229b15198008ebde5246dc-9ce8b86b5653e84e-01"}]', '2026-11-28 15:52:05.745+00'),
('2cdd5598-0739-509f-b8f4-c209018e680a', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 3', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.75+00', '09956508df2394bdad28c8390581744b313514a40fc81e67df08d632321a7f59', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "2cdd5598-0739-509f-b8f4-c209018e680a", "planned": ["text-expansion"], "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T15:52:05.750Z", "version": 1, "traceparent": "00-0c0304e6a2b53375591a146ef8d002bc-be08c8f6804013d7-01"}]', '2026-11-28 15:52:05.75+00'),
('3d0e87a1-329e-5e95-a566-599c64a778d1', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Only', E'{"content":"# The Storm\\n\\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.","metadata":{"book_id":"drafts-alone","chapter_num":1,"mood":"calm"}}', NULL, 'drafts-alone', '1', '2026-11-28 15:51:49.233+00', '09e9f9fb28737d1f3558cca35dae9b5572d4a67383de38b70074b8c70d9375e9', '{text-expansion}', '[]', NULL),
('4b666146-3bb2-5789-8b3c-964836fcabd4', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Mud', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back.","metadata":{"book_id":"not-entered","chapter_num":1,"mood":"calm"}}', NULL, 'not-entered', '1', '2026-11-28 15:52:05.329+00', 'e1ca992fe5973bd65d73b862373fa313e5be39106891464f940c93d1cd0dc1f6', '{text-expansion}', '[]', NULL),
('62e43b12-a5e2-5bbf-bbc7-ec15cdb4349d', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 4', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.755+00', '2ebf6d02f9de592d1e4f407a5582d7dfae719e35c7cb5284a03de10152ef70aa', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "62e43b12-a5e2-5bbf-bbc7-ec15cdb4349d", "planned": ["text-expansion"], "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T15:52:05.755Z", "version": 1, "traceparent": "00-2f2092bafd113dd9a5a740186cd6509d-669961018a43773a-01"}]', '2026-11-28 15:52:05.755+00'),
('7051a251-540b-58b7-8334-bf68964f9305', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 1', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.744+00', '3e4c436776dcb4550dcb9f1bde0e96b3ce5fe3260ade7e2bde5a9d1718312254', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "7051a251-540b-58b7-8334-bf68964f9305", "planned": ["text-expansion"], "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T15:52:05.744Z", "version": 1, "traceparent": "00-ce6ae55b5590286597788f6a0aba0026-2e4077c039c2f050-01"}]', '2026-11-28 15:52:05.744+00'),
('721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 2', E'{"content":"In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.\\n\\n“Whose?” said Ruan.","metadata":{"book_id":"my-novel","chapter_num":2,"mood":"calm"}}', NULL, 'my-novel', '2', '2026-11-28 15:51:48.662+00', 'ebd4b8170355990228cc9254e9847e38412d6eaa1af2573c0d2ff5a50323ab81', '{text-expansion}', '[]', NULL),
('7717ea3b-31ae-52da-ac66-8fb2fb5de498', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 8', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.761+00', '812f2999830f22b88bea98891043a7223580ba6954b45a3a7a2dd136620aaefe', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "7717ea3b-31ae-52da-ac66-8fb2fb5de498", "planned": ["text-expansion"], "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T15:52:05.761Z", "version": 1, "traceparent": "00-cd672cf1eece48ff3643df6049d1a6de-b3339cf12e0237e8-01"}]', '2026-11-28 15:52:05.761+00'),
('82834321-424a-53a8-8422-5ef18fb7289d', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 6', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.759+00', '9a90945ceff800c51056e4a74a87f4450d373e47e117931b6d64554bce18e5bd', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "82834321-424a-53a8-8422-5ef18fb7289d", "planned": ["text-expansion"], "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T15:52:05.759Z", "version": 1, "traceparent": "00-d4bb4069e5ae163786fc82bd8214c488-a649152ed339c1b3-01"}]', '2026-11-28 15:52:05.759+00'),
('9d1699de-dcc7-55a0-b853-0703d4a5bfa0', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 5', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.757+00', '63ca47ae5db846970bb41f7e61950c60668a238c2dc7948cb9c7629a4ca3a157', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "9d1699de-dcc7-55a0-b853-0703d4a5bfa0", "planned": ["text-expansion"], "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T15:52:05.757Z", "version": 1, "traceparent": "00-bfd1a2c306a530e603fd6274e602f11a-b9013f17bf2c20d6-01"}]', '2026-11-28 15:52:05.757+00'),
('ad913ed3-dd9d-5127-aaca-e6e09779f817', 'user|1@example.com', 'message-v1', '1.0.0', 'message', 'How does it end?', '{"content":"How does it end?"}', 'talk/1', NULL, NULL, '2026-11-28 15:51:49.86+00', '5a7e9d25cf9a12884c0c3e7e33ae111aa5a22c194f16f2818ca9bff620c0aa7b', '{}', '[]', NULL),
('b1416ac9-0dce-527b-b25e-fef22798430a', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 7', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.759+00', '5d36bb78809daa0aac068fca96e2639e7fe97223c818624a2fc87746d76b1778', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "b1416ac9-0dce-527b-b25e-fef22798430a", "planned": ["text-expansion"], "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T15:52:05.759Z", "version": 1, "traceparent": "00-4a24c163c143425587165a8b9510160e-1bcca46e327d97a3-01"}]', '2026-11-28 15:52:05.759+00'),
('bb6b87d9-ced8-50c1-8ad3-87cd1a820409', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 3', E'{"content":"Dear Ruan,\\n\\nthe lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉","metadata":{"book_id":"my-novel","chapter_num":3,"mood":"calm"}}', NULL, 'my-novel', '3', '2026-11-28 15:51:48.76+00', '7e354852cb5b096f687549ac50986369a2e2fec76bf63d9a23f7f672cf1f7d01', '{text-expansion}', '[]', NULL),
('c42725e9-b5be-575e-8483-1e88591541d5', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Its answer was lost', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.234+00', 'b2a709f1dc1e0bd5f24f74f08bd47bbfb1b6ab3bf91c73292571a2bd75c6d9a3', '{text-expansion}', '[]', NULL),
('d7eb116f-f59f-5105-b830-55399f44c510', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Kept from the index', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 15:52:05.174+00', '5c3bd0f55ecd189b3a42591aa4e51b285ac4fb10070479e484b80784ca531fd7', '{text-expansion}', '[]', NULL),
('eabceb2c-5a20-56f7-8e29-c7957fa68f92', 'user|1@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'The model refuses', E'{"content":"# The Storm\\n\\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes."}', NULL, NULL, NULL, '2026-11-28 15:52:03.582+00', 'f2dd5acaad417c39625935b461e296117d8b397fd70bb145f7231913635bf39b', '{text-expansion}', '[]', NULL),
('f1fefe5f-5459-5cfc-a627-9c5957260e17', 'user|1@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Kept', E'{"content":"In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.\\n\\n“Whose?” said Ruan.","metadata":{"book_id":"my-novel","chapter_num":1,"mood":"calm"}}', NULL, 'my-novel', '1', '2026-11-28 15:51:49.599+00', 'd16b74318b9b27b11df5d5329d96327ea40494ae6cbf9ce46dc287c3e78ab515', '{text-expansion}', '[]', NULL),
('f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 1', E'{"content":"# The Storm\\n\\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.","metadata":{"book_id":"my-novel","chapter_num":1,"mood":"calm"}}', NULL, 'my-novel', '1', '2026-11-28 15:51:48.353+00', '53cd16e3ee820aed6c25ed86089c83e955cdda0d45d162bec36cdb7b9a8412f3', '{text-expansion}', '[]', NULL);

ALTER TABLE backfills ADD CONSTRAINT backfills_pkey PRIMARY KEY (processor_id);

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
