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
('01a223a8-a33b-75f7-96fc-793afc589756', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 2, again', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers.', '209', 'my-novel', NULL, '2', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T19:36:24.483Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 19:36:24.123+00', '2026-11-28 19:36:24.484+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a8-a55b-7572-aa02-b96e3bfa6c0a', 'alice', '3', 'book-compiler', 'book-compiler-db', 'compiled-book-v1', '1.1.0', '{c2d7c94b-1b9a-54ec-a648-413f9246d384,d2210ad0-c417-5468-aad4-7a9ff91e8d6e,8c0ffdf3-e990-5c7f-bdc7-9126bc57858d}', 'compiled_book', 'The Harbour & “the Sea”', E'---
title: The Harbour & “the Sea”
lang: en
---

# The Harbour \\& “the Sea”

## Contents

- [1. The Storm](#chapter-1)
- [2. The Calm](#chapter-2)
- [3. The Letter](#chapter-3)

## The Storm

<div id=', '896', 'my-novel', NULL, NULL, 'eda7800632c8e06bebc7d9ac3ec83fe0ba7ee49f46d8adaa0d8086e333fc0f6b', '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": "markdown", "progress": 1, "updatedAt": "2026-11-28T19:36:57.388Z", "generation": 0, "processorId": "book-compiler"}]', 'STORED', '2026-11-28 19:36:24.786+00', '2026-11-28 19:36:57.388+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a8-a816-74a6-8f05-c773d48c37f7', 'alice', '3', 'book-compiler', 'book-compiler-db', 'compiled-book-v1', '1.1.0', '{3d0e87a1-329e-5e95-a566-599c64a778d1}', 'compiled_book', 'As it was written', '---
title: As it was written
lang: en
---

# As it was written

## Contents

- [1. Only](#chapter-1)

## Only

<div id="chapter-1"></div>

Elspeth shut the window. The rain came down on the harbour, a', '256', 'drafts-alone', NULL, NULL, '2466f5063906b785797cf57711d020eda813cd29275509f1c9484aacb59d4ec0', '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": "markdown", "progress": 1, "updatedAt": "2026-11-28T19:36:57.810Z", "generation": 0, "processorId": "book-compiler"}]', 'STORED', '2026-11-28 19:36:25.683+00', '2026-11-28 19:36:57.81+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a8-a9d8-776f-a03f-634e0d8cb640', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Of no book', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉', '114', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T19:36:26.238Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 19:36:25.817+00', '2026-11-28 19:36:26.239+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a8-abd6-748f-aadf-10c13e0de8c0', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Notwithstanding considerable meteorologi', 'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational respons', '297', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T19:36:26.367Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 19:36:26.326+00', '2026-11-28 19:36:26.367+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a8-ac24-75ab-998b-99e204fcc23c', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'The harbourmaster warned the younger men', 'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine.', '131', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T19:36:26.464Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 19:36:26.404+00', '2026-11-28 19:36:26.464+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a8-b172-7475-98a3-1e419c197a9a', 'user|1@example.com', '1', 'state', 'state-service', 'message-v1', '1.0.0', '{}', 'message', 'With the boats.', 'With the boats.', '29', NULL, 'talk/1', NULL, NULL, '[]', 'STORED', '2026-11-28 19:36:27.764+00', '2026-11-28 19:36:27.764+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a8-b1a9-719e-a326-374a4c28dd54', 'user|1@example.com', '1', 'state', 'state-service', 'note-v1', '1.0.0', '{}', 'note', '{"$ref":"x","list":[1,2.5,null]}', '{"$ref":"x","list":[1,2.5,null]}', '32', NULL, NULL, NULL, NULL, '[]', 'STORED', '2026-11-28 19:36:27.818+00', '2026-11-28 19:36:27.818+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a8-b1c4-7767-a774-5096bb70e99c', NULL, '2', 'state', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 19:36:27.876+00', '2026-11-28 19:36:27.876+00', '[]', NULL, 'user|1@example.com', 'false', '2026-11-28 19:36:27.876+00', NULL, NULL, '0'),
('01a223a8-b203-774b-9e34-cee359b2e0e9', NULL, '4', 'state', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 19:36:28.121+00', '2026-11-28 19:36:28.121+00', '[]', NULL, 'gone@example.com', 'true', '2026-11-28 19:36:28.121+00', NULL, NULL, '0'),
('01a223a8-dc2b-767b-aebe-8f5927cceb7c', 'user|1@example.com', '1', 'state', 'state-service', 'field-notes-v1', '1.0.0', '{}', 'field_note', 'By 1.0.0', '{"place":"harbour"}', '19', NULL, NULL, NULL, NULL, '[]', 'STORED', '2026-11-28 19:36:38.699+00', '2026-11-28 19:36:38.699+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a8-dc72-7147-8168-17ac7be3ca19', 'user|1@example.com', '1', 'state', 'state-service', 'field-notes-v1', '1.0.0', '{}', 'field_note', 'By 1.1.0', '{"place":"harbour","seen":3}', '28', NULL, NULL, NULL, NULL, '[]', 'STORED', '2026-11-28 19:36:38.77+00', '2026-11-28 19:36:38.77+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a9-2d3c-736f-9d6a-60aaced46c9a', 'late|2@example.com', '2', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 1', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PROCESSING", "attempt": 1, "artifact": null, "progress": null, "updatedAt": "2026-11-28T19:36:59.515Z", "generation": 0, "processorId": "text-expansion"}]', 'PROCESSING', '2026-11-28 19:36:59.452+00', '2026-11-28 19:36:59.515+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a9-2d4c-7250-baf8-0317738ce6cc', 'late|2@example.com', '2', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 2', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PROCESSING", "attempt": 1, "artifact": null, "progress": null, "updatedAt": "2026-11-28T19:36:59.587Z", "generation": 0, "processorId": "text-expansion"}]', 'PROCESSING', '2026-11-28 19:36:59.468+00', '2026-11-28 19:36:59.587+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a9-2d92-7127-9620-5b150161a4e4', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 3', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PENDING", "attempt": 0, "artifact": null, "progress": null, "updatedAt": "2026-11-28T19:36:59.539Z", "generation": 0, "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 19:36:59.539+00', '2026-11-28 19:36:59.539+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a9-2db0-7423-816f-cd767e964ac0', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 4', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PENDING", "attempt": 0, "artifact": null, "progress": null, "updatedAt": "2026-11-28T19:36:59.569Z", "generation": 0, "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 19:36:59.569+00', '2026-11-28 19:36:59.569+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a9-2dc6-72c9-9c4c-3f0cb0337ebf', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 5', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PENDING", "attempt": 0, "artifact": null, "progress": null, "updatedAt": "2026-11-28T19:36:59.590Z", "generation": 0, "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 19:36:59.59+00', '2026-11-28 19:36:59.59+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('01a223a9-2e2e-7523-95bb-ab1e9c85a453', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Under way 6', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PENDING", "attempt": 0, "artifact": null, "progress": null, "updatedAt": "2026-11-28T19:36:59.694Z", "generation": 0, "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 19:36:59.694+00', '2026-11-28 19:36:59.694+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('1de26c56-a080-5c1a-b2d9-e5cf5cd72bcb', 'late|2@example.com', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{4b666146-3bb2-5789-8b3c-964836fcabd4}', 'expanded_text', 'Mud', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '560', 'not-entered', NULL, NULL, '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '[]', 'STORED', '2026-11-28 19:36:59.086+00', '2026-11-28 19:36:59.086+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('2dfa9aa6-9e36-5b99-bb82-53935e1ba796', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{01a223a8-abd6-748f-aadf-10c13e0de8c0}', 'expanded_text', 'Notwithstanding considerable meteorologi', 'Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational respons', '1025', NULL, NULL, NULL, '8573ce6f18fd3f3fec99cbdf2f01d5a8fd46b12b5e90bc1c9c3b4370cc0cd145', '[]', 'STORED', '2026-11-28 19:36:26.363+00', '2026-11-28 19:36:26.363+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('340ce2e6-33c5-5014-be11-456bfa67fcf4', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{01a223a8-a9d8-776f-a03f-634e0d8cb640}', 'expanded_text', 'Of no book', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '610', NULL, NULL, NULL, 'e3be9703468f6f614c9e7f1caa291c77d120ab5bdc260d269c28c853c556afcc', '[]', 'STORED', '2026-11-28 19:36:26.205+00', '2026-11-28 19:36:26.205+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('3d0e87a1-329e-5e95-a566-599c64a778d1', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Only', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '193', 'drafts-alone', NULL, '1', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T19:36:25.172Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 19:36:24.819+00', '2026-11-28 19:36:25.172+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('4b666146-3bb2-5789-8b3c-964836fcabd4', 'late|2@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Mud', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '161', 'not-entered', NULL, '1', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T19:36:59.099Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 19:36:59.018+00', '2026-11-28 19:36:59.099+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('54e50282-1cd2-5edc-ac78-31295a2b9c8a', 'late|2@example.com', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{c42725e9-b5be-575e-8483-1e88591541d5}', 'expanded_text', 'Its answer was lost', 'The boats lay on their sides in the mud. Ruan waited for the water to come back. That is to say: The boats lay on their sides in the mud. Ruan waited for the.', '560', NULL, NULL, NULL, '7823418f22e72eaba7511867c81f59a7c7b79ab7107f731b0b027902dba52e58', '[]', 'STORED', '2026-11-28 19:36:58.956+00', '2026-11-28 19:36:58.956+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('54e6d296-7e42-52b9-9940-3c50af568145', NULL, '2', 'text-expansion', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 19:36:28.121+00', '2026-11-28 19:36:28.121+00', '[]', NULL, 'gone@example.com', 'true', '2026-11-28 19:36:28.121+00', NULL, NULL, '0'),
('59c8a27b-033f-5385-85c0-b768a90bc174', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{01a223a8-ac24-75ab-998b-99e204fcc23c}', 'expanded_text', 'The harbourmaster warned the younger men', 'The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine. All this lent the weather an importance that a bare description could not convey.', '665', NULL, NULL, NULL, '90b26fbe5a047878f1aa4bf2ef047a8273663ee626ec91d06f906c782bec0367', '[]', 'STORED', '2026-11-28 19:36:26.458+00', '2026-11-28 19:36:26.458+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('618e02a6-2fa5-5041-a99f-151b4404a0fd', 'user|1@example.com', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{f1fefe5f-5459-5cfc-a627-9c5957260e17}', 'expanded_text', 'Kept', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '645', 'my-novel', NULL, NULL, 'fab1f57df489fd248b8a5d5aa8cd1be7042b9e490072ae03824858d8d5a7fe83', '[]', 'STORED', '2026-11-28 19:36:26.564+00', '2026-11-28 19:36:26.564+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('7051a251-540b-58b7-8334-bf68964f9305', 'late|2@example.com', '1', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'In the last moment 1', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PENDING", "attempt": 0, "artifact": null, "progress": null, "updatedAt": "2026-11-28T19:36:59.927Z", "generation": 0, "processorId": "text-expansion"}]', 'PENDING', '2026-11-28 19:36:59.927+00', '2026-11-28 19:36:59.927+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 2', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.', '193', 'my-novel', NULL, '2', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T19:36:22.011Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 19:36:21.274+00', '2026-11-28 19:36:22.015+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{bb6b87d9-ced8-50c1-8ad3-87cd1a820409}', 'expanded_text', 'Draft 3', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '610', 'my-novel', NULL, NULL, 'e3be9703468f6f614c9e7f1caa291c77d120ab5bdc260d269c28c853c556afcc', '[]', 'STORED', '2026-11-28 19:36:22.669+00', '2026-11-28 19:36:22.669+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('9496e05f-e9ab-5757-bc90-a637b8242a49', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{3d0e87a1-329e-5e95-a566-599c64a778d1}', 'expanded_text', 'Only', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '649', 'drafts-alone', NULL, NULL, '2a09375c1b4902c4f59f5b3b30c935470e0521576148de3acebf7185763bc14d', '[]', 'STORED', '2026-11-28 19:36:25.152+00', '2026-11-28 19:36:25.152+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('a249a3b7-953d-584c-b4cb-8de4c8d28536', NULL, '2', 'text-expansion', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 19:36:27.555+00', '2026-11-28 19:36:27.555+00', '[]', NULL, 'user|1@example.com', 'false', '2026-11-28 19:36:27.555+00', NULL, NULL, '0'),
('ad913ed3-dd9d-5127-aaca-e6e09779f817', 'user|1@example.com', '1', 'state', 'state-service', 'message-v1', '1.0.0', '{}', 'message', 'How does it end?', 'How does it end?', '30', NULL, 'talk/1', NULL, NULL, '[]', 'STORED', '2026-11-28 19:36:27.683+00', '2026-11-28 19:36:27.683+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('b0417b4b-bc15-5f84-a431-1c0bea5bfadd', NULL, '4', 'state', '', '', '', '{}', '', '', '', '0', NULL, NULL, NULL, NULL, '[]', '', '2026-11-28 19:36:27.489+00', '2026-11-28 19:36:27.489+00', '[]', NULL, 'user|1@example.com', 'false', '2026-11-28 19:36:27.489+00', NULL, NULL, '0'),
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

In the morning the sea was flat. Elspeth counted the', '570', 'my-novel', NULL, NULL, '3484a97bb283059d1eb9ec8916554e4fdf6166ccc2b94032c25118e35cbc9479', '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": "markdown", "progress": 1, "updatedAt": "2026-11-28T19:36:57.691Z", "generation": 0, "processorId": "book-compiler"}]', 'STORED', '2026-11-28 19:36:27.406+00', '2026-11-28 19:36:57.692+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
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
- [3. The Letter](#', '923', 'my-novel', NULL, NULL, '82c6d78af850643cd032bfce1d8decc6314baefad65dbf14a5f0745a924c5d28', '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": "markdown", "progress": 1, "updatedAt": "2026-11-28T19:36:57.797Z", "generation": 0, "processorId": "book-compiler"}]', 'STORED', '2026-11-28 19:36:24.03+00', '2026-11-28 19:36:57.797+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('bb187476-2376-596e-8abb-59243901234f', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{721e19ff-e83d-5d1f-b9e1-bea174afc3b1}', 'expanded_text', 'Draft 2', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '645', 'my-novel', NULL, NULL, 'fab1f57df489fd248b8a5d5aa8cd1be7042b9e490072ae03824858d8d5a7fe83', '[]', 'STORED', '2026-11-28 19:36:21.948+00', '2026-11-28 19:36:21.948+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('bb6b87d9-ced8-50c1-8ad3-87cd1a820409', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 3', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉', '178', 'my-novel', NULL, '3', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T19:36:22.708Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 19:36:22.468+00', '2026-11-28 19:36:22.708+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('c2d7c94b-1b9a-54ec-a648-413f9246d384', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{f6347f59-21c1-5c38-b7d9-72a99666f7fe}', 'expanded_text', 'Draft 1', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '649', 'my-novel', NULL, NULL, '2a09375c1b4902c4f59f5b3b30c935470e0521576148de3acebf7185763bc14d', '[]', 'STORED', '2026-11-28 19:36:20.647+00', '2026-11-28 19:36:20.647+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('c42725e9-b5be-575e-8483-1e88591541d5', 'late|2@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Its answer was lost', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T19:36:58.964Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 19:36:58.916+00', '2026-11-28 19:36:58.964+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('d2210ad0-c417-5468-aad4-7a9ff91e8d6e', 'alice', '1', 'text-expansion', 'text-expansion-db', 'expanded-text-v1', '2.1.0', '{01a223a8-a33b-75f7-96fc-793afc589756}', 'expanded_text', 'Draft 2, again', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers. A careful observer would have made something of it. So it began.', '672', 'my-novel', NULL, NULL, '6e0a2c7c325c52b225d0715dadf50a9f78cbb33053f5d9c8326fb5567736bd54', '[]', 'STORED', '2026-11-28 19:36:24.435+00', '2026-11-28 19:36:24.435+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('d7eb116f-f59f-5105-b830-55399f44c510', 'late|2@example.com', '2', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Kept from the index', 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '94', NULL, NULL, NULL, NULL, '[{"error": null, "stage": null, "state": "PROCESSING", "attempt": 1, "artifact": null, "progress": null, "updatedAt": "2026-11-28T19:36:58.876Z", "generation": 0, "processorId": "text-expansion"}]', 'PROCESSING', '2026-11-28 19:36:58.851+00', '2026-11-28 19:36:58.876+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('eabceb2c-5a20-56f7-8e29-c7957fa68f92', 'user|1@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'The model refuses', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '125', NULL, NULL, NULL, NULL, '[{"error": {"code": "MODEL_FAILED", "message": "The language model refused this service’s credentials."}, "stage": null, "state": "FAILED", "attempt": 1, "artifact": null, "progress": null, "updatedAt": "2026-11-28T19:36:55.487Z", "generation": 0, "processorId": "text-expansion"}]', 'FAILED', '2026-11-28 19:36:54.528+00', '2026-11-28 19:36:55.487+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('f1fefe5f-5459-5cfc-a627-9c5957260e17', 'user|1@example.com', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Kept', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.', '193', 'my-novel', NULL, '1', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T19:36:26.569Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 19:36:26.497+00', '2026-11-28 19:36:26.569+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0'),
('f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'alice', '3', 'state', 'state-service', 'text-input-v1', '1.0.0', '{}', 'chapter_draft', 'Draft 1', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '189', 'my-novel', NULL, '1', NULL, '[{"error": null, "stage": null, "state": "COMPLETED", "attempt": 1, "artifact": null, "progress": 1, "updatedAt": "2026-11-28T19:36:20.844Z", "generation": 0, "processorId": "text-expansion"}]', 'COMPLETED', '2026-11-28 19:36:19.093+00', '2026-11-28 19:36:20.844+00', '[]', NULL, NULL, NULL, NULL, NULL, NULL, '0');

CREATE TABLE blob_sources (
  "user_id" text NOT NULL,
  "parent_id" text NOT NULL,
  "child_id" text NOT NULL,
  "child_created_at" timestamp with time zone NOT NULL,
  "child_processor_id" text NOT NULL,
  "child_facets" text
);

INSERT INTO blob_sources ("user_id", "parent_id", "child_id", "child_created_at", "child_processor_id", "child_facets") VALUES
('alice', '01a223a8-a33b-75f7-96fc-793afc589756', 'd2210ad0-c417-5468-aad4-7a9ff91e8d6e', '2026-11-28 19:36:24.435+00', 'text-expansion', '["STORED", "text-expansion", "expanded-text-v1", "expanded_text", "my-novel", null]'),
('alice', '01a223a8-a9d8-776f-a03f-634e0d8cb640', '340ce2e6-33c5-5014-be11-456bfa67fcf4', '2026-11-28 19:36:26.205+00', 'text-expansion', '["STORED", "text-expansion", "expanded-text-v1", "expanded_text", null, null]'),
('alice', '01a223a8-abd6-748f-aadf-10c13e0de8c0', '2dfa9aa6-9e36-5b99-bb82-53935e1ba796', '2026-11-28 19:36:26.363+00', 'text-expansion', '["STORED", "text-expansion", "expanded-text-v1", "expanded_text", null, null]'),
('alice', '01a223a8-ac24-75ab-998b-99e204fcc23c', '59c8a27b-033f-5385-85c0-b768a90bc174', '2026-11-28 19:36:26.458+00', 'text-expansion', '["STORED", "text-expansion", "expanded-text-v1", "expanded_text", null, null]'),
('alice', '3d0e87a1-329e-5e95-a566-599c64a778d1', '01a223a8-a816-74a6-8f05-c773d48c37f7', '2026-11-28 19:36:25.683+00', 'book-compiler', '["STORED", "book-compiler", "compiled-book-v1", "compiled_book", "drafts-alone", null]'),
('alice', '3d0e87a1-329e-5e95-a566-599c64a778d1', '9496e05f-e9ab-5757-bc90-a637b8242a49', '2026-11-28 19:36:25.152+00', 'text-expansion', '["STORED", "text-expansion", "expanded-text-v1", "expanded_text", "drafts-alone", null]'),
('alice', '721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'bb187476-2376-596e-8abb-59243901234f', '2026-11-28 19:36:21.948+00', 'text-expansion', '["STORED", "text-expansion", "expanded-text-v1", "expanded_text", "my-novel", null]'),
('alice', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', '01a223a8-a55b-7572-aa02-b96e3bfa6c0a', '2026-11-28 19:36:24.786+00', 'book-compiler', '["STORED", "book-compiler", "compiled-book-v1", "compiled_book", "my-novel", null]'),
('alice', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '2026-11-28 19:36:24.03+00', 'book-compiler', '["STORED", "book-compiler", "compiled-book-v1", "compiled_book", "my-novel", null]'),
('alice', 'bb187476-2376-596e-8abb-59243901234f', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '2026-11-28 19:36:24.03+00', 'book-compiler', '["STORED", "book-compiler", "compiled-book-v1", "compiled_book", "my-novel", null]'),
('alice', 'bb6b87d9-ced8-50c1-8ad3-87cd1a820409', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', '2026-11-28 19:36:22.669+00', 'text-expansion', '["STORED", "text-expansion", "expanded-text-v1", "expanded_text", "my-novel", null]'),
('alice', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '01a223a8-a55b-7572-aa02-b96e3bfa6c0a', '2026-11-28 19:36:24.786+00', 'book-compiler', '["STORED", "book-compiler", "compiled-book-v1", "compiled_book", "my-novel", null]'),
('alice', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '2026-11-28 19:36:24.03+00', 'book-compiler', '["STORED", "book-compiler", "compiled-book-v1", "compiled_book", "my-novel", null]'),
('alice', 'd2210ad0-c417-5468-aad4-7a9ff91e8d6e', '01a223a8-a55b-7572-aa02-b96e3bfa6c0a', '2026-11-28 19:36:24.786+00', 'book-compiler', '["STORED", "book-compiler", "compiled-book-v1", "compiled_book", "my-novel", null]'),
('alice', 'f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '2026-11-28 19:36:20.647+00', 'text-expansion', '["STORED", "text-expansion", "expanded-text-v1", "expanded_text", "my-novel", null]'),
('late|2@example.com', '4b666146-3bb2-5789-8b3c-964836fcabd4', '1de26c56-a080-5c1a-b2d9-e5cf5cd72bcb', '2026-11-28 19:36:59.086+00', 'text-expansion', '["STORED", "text-expansion", "expanded-text-v1", "expanded_text", "not-entered", null]'),
('late|2@example.com', 'c42725e9-b5be-575e-8483-1e88591541d5', '54e50282-1cd2-5edc-ac78-31295a2b9c8a', '2026-11-28 19:36:58.956+00', 'text-expansion', '["STORED", "text-expansion", "expanded-text-v1", "expanded_text", null, null]'),
('user|1@example.com', '618e02a6-2fa5-5041-a99f-151b4404a0fd', 'b06c2244-e939-5924-b52f-82d6bd65a938', '2026-11-28 19:36:27.406+00', 'book-compiler', '["STORED", "book-compiler", "compiled-book-v1", "compiled_book", "my-novel", null]'),
('user|1@example.com', 'a249a3b7-953d-584c-b4cb-8de4c8d28536', 'b06c2244-e939-5924-b52f-82d6bd65a938', '2026-11-28 19:36:27.406+00', 'book-compiler', '["STORED", "book-compiler", "compiled-book-v1", "compiled_book", "my-novel", null]'),
('user|1@example.com', 'f1fefe5f-5459-5cfc-a627-9c5957260e17', '618e02a6-2fa5-5041-a99f-151b4404a0fd', '2026-11-28 19:36:26.564+00', 'text-expansion', '["STORED", "text-expansion", "expanded-text-v1", "expanded_text", "my-novel", null]');

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
('alice', 'my-novel', 'The Harbour & “the Sea”', '[{"title": "The Storm", "numbered": true, "position": null, "chapterNum": 1}, {"title": "The Calm", "numbered": true, "position": null, "chapterNum": 2}, {"title": "The Letter", "numbered": true, "position": null, "chapterNum": 3}]', '2026-11-28 19:36:18.523+00', '1', NULL, '[]', 'false', NULL),
('late|2@example.com', 'not-entered', 'Not entered', '[{"title": "Mud", "numbered": true, "position": null, "chapterNum": 1}]', '2026-11-28 19:36:58.983+00', '1', NULL, '[]', 'false', NULL);

CREATE TABLE erasures (
  "user_id" text NOT NULL,
  "requested_by" text NOT NULL,
  "started_at" timestamp with time zone NOT NULL,
  "finished_at" timestamp with time zone,
  "stores" jsonb NOT NULL,
  "obstacle" text,
  "due_at" timestamp with time zone,
  "gone_stores" jsonb DEFAULT '[]'::jsonb NOT NULL
);

INSERT INTO erasures ("user_id", "requested_by", "started_at", "finished_at", "stores", "obstacle", "due_at", "gone_stores") VALUES
('gone@example.com', 'olga', '2026-11-28 19:36:28.104+00', '2026-11-28 19:36:38.438+00', '[{"erasedAt": "2026-11-28T19:36:38.350Z", "processorId": "state"}, {"erasedAt": "2026-11-28T19:36:38.377Z", "processorId": "book-compiler"}, {"erasedAt": "2026-11-28T19:36:38.422Z", "processorId": "text-expansion"}]', NULL, NULL, '[]');

CREATE TABLE facet_counts (
  "user_id" text NOT NULL,
  "kind" text NOT NULL,
  "key" text NOT NULL,
  "processor_id" text NOT NULL,
  "total" bigint NOT NULL
);

INSERT INTO facet_counts ("user_id", "kind", "key", "processor_id", "total") VALUES
('alice', 'all', '', 'book-compiler', '3'),
('alice', 'all', '', 'state', '8'),
('alice', 'all', '', 'text-expansion', '8'),
('alice', 'bookId', 'drafts-alone', 'book-compiler', '1'),
('alice', 'bookId', 'drafts-alone', 'state', '1'),
('alice', 'bookId', 'drafts-alone', 'text-expansion', '1'),
('alice', 'bookId', 'my-novel', 'book-compiler', '2'),
('alice', 'bookId', 'my-novel', 'state', '4'),
('alice', 'bookId', 'my-novel', 'text-expansion', '4'),
('alice', 'parentId', '01a223a8-a33b-75f7-96fc-793afc589756', 'text-expansion', '1'),
('alice', 'parentId', '01a223a8-a9d8-776f-a03f-634e0d8cb640', 'text-expansion', '1'),
('alice', 'parentId', '01a223a8-abd6-748f-aadf-10c13e0de8c0', 'text-expansion', '1'),
('alice', 'parentId', '01a223a8-ac24-75ab-998b-99e204fcc23c', 'text-expansion', '1'),
('alice', 'parentId', '3d0e87a1-329e-5e95-a566-599c64a778d1', 'book-compiler', '1'),
('alice', 'parentId', '3d0e87a1-329e-5e95-a566-599c64a778d1', 'text-expansion', '1'),
('alice', 'parentId', '721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'text-expansion', '1'),
('alice', 'parentId', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', 'book-compiler', '2'),
('alice', 'parentId', 'bb187476-2376-596e-8abb-59243901234f', 'book-compiler', '1'),
('alice', 'parentId', 'bb6b87d9-ced8-50c1-8ad3-87cd1a820409', 'text-expansion', '1'),
('alice', 'parentId', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', 'book-compiler', '2'),
('alice', 'parentId', 'd2210ad0-c417-5468-aad4-7a9ff91e8d6e', 'book-compiler', '1'),
('alice', 'parentId', 'f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'text-expansion', '1'),
('alice', 'schemaId', 'compiled-book-v1', 'book-compiler', '3'),
('alice', 'schemaId', 'expanded-text-v1', 'text-expansion', '8'),
('alice', 'schemaId', 'text-input-v1', 'state', '8'),
('alice', 'state', 'COMPLETED', 'state', '8'),
('alice', 'state', 'PENDING', 'state', '0'),
('alice', 'state', 'PROCESSING', 'state', '0'),
('alice', 'state', 'STORED', 'book-compiler', '3'),
('alice', 'state', 'STORED', 'text-expansion', '8'),
('alice', 'type', 'chapter_draft', 'state', '8'),
('alice', 'type', 'compiled_book', 'book-compiler', '3'),
('alice', 'type', 'expanded_text', 'text-expansion', '8'),
('late|2@example.com', 'all', '', 'state', '10'),
('late|2@example.com', 'all', '', 'text-expansion', '2'),
('late|2@example.com', 'bookId', 'not-entered', 'state', '1'),
('late|2@example.com', 'bookId', 'not-entered', 'text-expansion', '1'),
('late|2@example.com', 'parentId', '4b666146-3bb2-5789-8b3c-964836fcabd4', 'text-expansion', '1'),
('late|2@example.com', 'parentId', 'c42725e9-b5be-575e-8483-1e88591541d5', 'text-expansion', '1'),
('late|2@example.com', 'schemaId', 'expanded-text-v1', 'text-expansion', '2'),
('late|2@example.com', 'schemaId', 'text-input-v1', 'state', '10'),
('late|2@example.com', 'state', 'COMPLETED', 'state', '2'),
('late|2@example.com', 'state', 'PENDING', 'state', '5'),
('late|2@example.com', 'state', 'PROCESSING', 'state', '3'),
('late|2@example.com', 'state', 'STORED', 'text-expansion', '2'),
('late|2@example.com', 'type', 'chapter_draft', 'state', '10'),
('late|2@example.com', 'type', 'expanded_text', 'text-expansion', '2'),
('user|1@example.com', 'all', '', 'book-compiler', '1'),
('user|1@example.com', 'all', '', 'state', '7'),
('user|1@example.com', 'all', '', 'text-expansion', '1'),
('user|1@example.com', 'bookId', 'my-novel', 'book-compiler', '1'),
('user|1@example.com', 'bookId', 'my-novel', 'state', '1'),
('user|1@example.com', 'bookId', 'my-novel', 'text-expansion', '1'),
('user|1@example.com', 'conversationId', 'talk/1', 'state', '2'),
('user|1@example.com', 'parentId', '618e02a6-2fa5-5041-a99f-151b4404a0fd', 'book-compiler', '1'),
('user|1@example.com', 'parentId', 'a249a3b7-953d-584c-b4cb-8de4c8d28536', 'book-compiler', '1'),
('user|1@example.com', 'parentId', 'f1fefe5f-5459-5cfc-a627-9c5957260e17', 'text-expansion', '1'),
('user|1@example.com', 'schemaId', 'compiled-book-v1', 'book-compiler', '1'),
('user|1@example.com', 'schemaId', 'expanded-text-v1', 'text-expansion', '1'),
('user|1@example.com', 'schemaId', 'field-notes-v1', 'state', '2'),
('user|1@example.com', 'schemaId', 'message-v1', 'state', '2'),
('user|1@example.com', 'schemaId', 'note-v1', 'state', '1'),
('user|1@example.com', 'schemaId', 'text-input-v1', 'state', '2'),
('user|1@example.com', 'state', 'COMPLETED', 'state', '1'),
('user|1@example.com', 'state', 'FAILED', 'state', '1'),
('user|1@example.com', 'state', 'PENDING', 'state', '0'),
('user|1@example.com', 'state', 'PROCESSING', 'state', '0'),
('user|1@example.com', 'state', 'STORED', 'book-compiler', '1'),
('user|1@example.com', 'state', 'STORED', 'state', '5'),
('user|1@example.com', 'state', 'STORED', 'text-expansion', '1'),
('user|1@example.com', 'type', 'chapter_draft', 'state', '2'),
('user|1@example.com', 'type', 'compiled_book', 'book-compiler', '1'),
('user|1@example.com', 'type', 'expanded_text', 'text-expansion', '1'),
('user|1@example.com', 'type', 'field_note', 'state', '2'),
('user|1@example.com', 'type', 'message', 'state', '2'),
('user|1@example.com', 'type', 'note', 'state', '1');

CREATE TABLE hand_outs (
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

CREATE TABLE places (
  "user_id" text NOT NULL,
  "kind" text NOT NULL,
  "id" text NOT NULL,
  "listed_at" timestamp with time zone
);

INSERT INTO places ("user_id", "kind", "id", "listed_at") VALUES
('alice', 'bookId', 'drafts-alone', '2026-11-28 19:36:24.819+00'),
('alice', 'bookId', 'my-novel', '2026-11-28 19:36:18.523+00'),
('late|2@example.com', 'bookId', 'not-entered', '2026-11-28 19:36:58.983+00'),
('user|1@example.com', 'bookId', 'my-novel', '2026-11-28 19:36:26.497+00'),
('user|1@example.com', 'conversationId', 'talk/1', '2026-11-28 19:36:27.764+00');

CREATE TABLE reemission (
  "singleton" boolean DEFAULT true NOT NULL,
  "epoch" text NOT NULL,
  "after_user" text,
  "after_id" text,
  "done" boolean NOT NULL
);

INSERT INTO reemission ("singleton", "epoch", "after_user", "after_id", "done") VALUES
('true', '84bdef25-f525-4e53-ad6e-f8f1e7e23d73', NULL, NULL, 'true');

CREATE TABLE retirements (
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

CREATE TABLE schema_migrations (
  "step" integer NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO schema_migrations ("step", "checksum", "applied_at") VALUES
('1', 'ad41294ed39d2fef7de4cb6115650a99d67487799e81a79227e92b2e45571b07', '2026-11-28 19:36:12.279+00'),
('10', '20c968977ac568b572a4d9b4a9f5239795fd1c46c12dc1c8055007a5bebe2470', '2026-11-28 19:36:13.57+00'),
('11', '05356efd7e78c0a2f47eb15174d1d44a1ee24360084cfa7811d32e7d6fbca44e', '2026-11-28 19:36:13.58+00'),
('12', '0bdbb9c01f7a85306d8062d28f5877c8c116a6510f9b7edaf70971b045436479', '2026-11-28 19:36:13.636+00'),
('13', 'd2080c5d574837e9ae49c22df095bcc31e7585b32097e3b65e5c5adca9681974', '2026-11-28 19:36:13.716+00'),
('2', 'efa14b406395d287f1ed3920cb1e85c4f251af2314935752ed91b16d046d486d', '2026-11-28 19:36:12.869+00'),
('3', '03c7e1a96b89028354a0e4f8b9d16a12f5644bc26842ed44685df62d729931d3', '2026-11-28 19:36:12.941+00'),
('4', '1defd7e970c53e6375e9c361a6d8b6a50350897b76a834f9987549c1df4c52cb', '2026-11-28 19:36:13.068+00'),
('5', 'd53ec7393b096b72160a4a9ee2055bc41806f2913265d769c9e8d1e1311b3bba', '2026-11-28 19:36:13.114+00'),
('6', 'ed1cc88a18042c4f165191ce20b605b0356620207d3195a52bbd54da5883b162', '2026-11-28 19:36:13.217+00'),
('7', 'eaf2903b0bec0646a66157fb626f7e7acd931f2f01949a2700ab612da70ea9b1', '2026-11-28 19:36:13.492+00'),
('8', '8d627e6f5ed3b653845bdc082ba3fa08cca700f6e2c5e1a9c5d693e1d4909bc0', '2026-11-28 19:36:13.527+00'),
('9', '9f23bb866a930d32f4c287c684875eae09d4ef64edb3f382b26d89e730e2c6a8', '2026-11-28 19:36:13.56+00');

CREATE TABLE summaries (
  "user_id" text NOT NULL,
  "counted_to" text DEFAULT ''::text NOT NULL,
  "complete" boolean DEFAULT false NOT NULL
);

INSERT INTO summaries ("user_id", "counted_to", "complete") VALUES
('alice', 'f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'true'),
('gone@example.com', '', 'true'),
('late|2@example.com', 'd7eb116f-f59f-5105-b830-55399f44c510', 'true'),
('user|1@example.com', 'f1fefe5f-5459-5cfc-a627-9c5957260e17', 'true');

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
('01a223a8-a33b-75f7-96fc-793afc589756', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 2, again', E'{"content":"In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.\\n\\n“Whose?” said Ruan.\\n\\nIt was hers.","metadata":{"book_id":"my-novel","chapter_num":2,"mood":"calm"}}', NULL, 'my-novel', '2', '2026-11-28 19:36:24.123+00', NULL, '{text-expansion}', '[]', NULL),
('01a223a8-a9d8-776f-a03f-634e0d8cb640', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Of no book', E'{"content":"Dear Ruan,\\n\\nthe lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉"}', NULL, NULL, NULL, '2026-11-28 19:36:25.817+00', NULL, '{text-expansion}', '[]', NULL),
('01a223a8-abd6-748f-aadf-10c13e0de8c0', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Notwithstanding considerable meteorologi', '{"content":"Notwithstanding considerable meteorological uncertainty, the harbour authority’s representatives deliberately reconsidered their previously communicated recommendations concerning navigational responsibilities, an administrative improvisation that infuriated practically everybody."}', NULL, NULL, NULL, '2026-11-28 19:36:26.326+00', NULL, '{text-expansion}', '[]', NULL),
('01a223a8-ac24-75ab-998b-99e204fcc23c', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'The harbourmaster warned the younger men', '{"content":"The harbourmaster warned the younger men about the tides that winter. Nobody remembered it when the weather was fine."}', NULL, NULL, NULL, '2026-11-28 19:36:26.404+00', NULL, '{text-expansion}', '[]', NULL),
('01a223a8-b172-7475-98a3-1e419c197a9a', 'user|1@example.com', 'message-v1', '1.0.0', 'message', 'With the boats.', '{"content":"With the boats."}', 'talk/1', NULL, NULL, '2026-11-28 19:36:27.764+00', NULL, '{}', '[]', NULL),
('01a223a8-b1a9-719e-a326-374a4c28dd54', 'user|1@example.com', 'note-v1', '1.0.0', 'note', '{"$ref":"x","list":[1,2.5,null]}', '{"$ref":"x","list":[1,2.5,null]}', NULL, NULL, NULL, '2026-11-28 19:36:27.818+00', NULL, '{}', '[]', NULL),
('01a223a8-dc2b-767b-aebe-8f5927cceb7c', 'user|1@example.com', 'field-notes-v1', '1.0.0', 'field_note', 'By 1.0.0', '{"place":"harbour"}', NULL, NULL, NULL, '2026-11-28 19:36:38.699+00', NULL, '{}', '[]', NULL),
('01a223a8-dc72-7147-8168-17ac7be3ca19', 'user|1@example.com', 'field-notes-v1', '1.0.0', 'field_note', 'By 1.1.0', '{"place":"harbour","seen":3}', NULL, NULL, NULL, '2026-11-28 19:36:38.77+00', NULL, '{}', '[]', NULL),
('01a223a9-2d3c-736f-9d6a-60aaced46c9a', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 1', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 19:36:59.452+00', NULL, '{text-expansion}', '[]', NULL),
('01a223a9-2d4c-7250-baf8-0317738ce6cc', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 2', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 19:36:59.468+00', NULL, '{text-expansion}', '[]', NULL),
('01a223a9-2d92-7127-9620-5b150161a4e4', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 3', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 19:36:59.539+00', NULL, '{text-expansion}', '[]', NULL),
('01a223a9-2db0-7423-816f-cd767e964ac0', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 4', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 19:36:59.569+00', NULL, '{text-expansion}', '[]', NULL),
('01a223a9-2dc6-72c9-9c4c-3f0cb0337ebf', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 5', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 19:36:59.59+00', NULL, '{text-expansion}', '[]', NULL),
('01a223a9-2e2e-7523-95bb-ab1e9c85a453', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Under way 6', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 19:36:59.694+00', NULL, '{text-expansion}', '[]', NULL),
('0f310d32-6759-5ba7-879b-757be38377bd', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 2', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 19:36:59.932+00', '871bdf020503da7ed217e363c06046ba8a3f485878b4c8eaeb8ccf9f63dc8bd9', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "0f310d32-6759-5ba7-879b-757be38377bd", "planned": ["text-expansion"], "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T19:36:59.932Z", "version": 1, "traceparent": "00-195b91299ab0966ea4338a5ab7c3ea33-918159d39bd4550d-01"}]', '2026-11-28 19:36:59.932+00'),
('3d0e87a1-329e-5e95-a566-599c64a778d1', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Only', E'{"content":"# The Storm\\n\\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.","metadata":{"book_id":"drafts-alone","chapter_num":1,"mood":"calm"}}', NULL, 'drafts-alone', '1', '2026-11-28 19:36:24.819+00', '09e9f9fb28737d1f3558cca35dae9b5572d4a67383de38b70074b8c70d9375e9', '{text-expansion}', '[]', NULL),
('4b666146-3bb2-5789-8b3c-964836fcabd4', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Mud', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back.","metadata":{"book_id":"not-entered","chapter_num":1,"mood":"calm"}}', NULL, 'not-entered', '1', '2026-11-28 19:36:59.018+00', 'e1ca992fe5973bd65d73b862373fa313e5be39106891464f940c93d1cd0dc1f6', '{text-expansion}', '[]', NULL),
('7051a251-540b-58b7-8334-bf68964f9305', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'In the last moment 1', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 19:36:59.927+00', '3e4c436776dcb4550dcb9f1bde0e96b3ce5fe3260ade7e2bde5a9d1718312254', '{text-expansion}', '[{"body": {"type": "chapter_draft", "owner": "state", "blob_id": "7051a251-540b-58b7-8334-bf68964f9305", "planned": ["text-expansion"], "user_id": "late|2@example.com", "location": "state-service", "schema_id": "text-input-v1", "source_ids": []}, "kind": "created", "time": "2026-11-28T19:36:59.927Z", "version": 1, "traceparent": "00-0c667fb86c577b1aefcb71bdd6bdf96b-18a430bfbbffc488-01"}]', '2026-11-28 19:36:59.927+00'),
('721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 2', E'{"content":"In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.\\n\\n“Whose?” said Ruan.","metadata":{"book_id":"my-novel","chapter_num":2,"mood":"calm"}}', NULL, 'my-novel', '2', '2026-11-28 19:36:21.274+00', 'ebd4b8170355990228cc9254e9847e38412d6eaa1af2573c0d2ff5a50323ab81', '{text-expansion}', '[]', NULL),
('ad913ed3-dd9d-5127-aaca-e6e09779f817', 'user|1@example.com', 'message-v1', '1.0.0', 'message', 'How does it end?', '{"content":"How does it end?"}', 'talk/1', NULL, NULL, '2026-11-28 19:36:27.683+00', '5a7e9d25cf9a12884c0c3e7e33ae111aa5a22c194f16f2818ca9bff620c0aa7b', '{}', '[]', NULL),
('bb6b87d9-ced8-50c1-8ad3-87cd1a820409', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 3', E'{"content":"Dear Ruan,\\n\\nthe lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉","metadata":{"book_id":"my-novel","chapter_num":3,"mood":"calm"}}', NULL, 'my-novel', '3', '2026-11-28 19:36:22.468+00', '7e354852cb5b096f687549ac50986369a2e2fec76bf63d9a23f7f672cf1f7d01', '{text-expansion}', '[]', NULL),
('c42725e9-b5be-575e-8483-1e88591541d5', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Its answer was lost', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 19:36:58.916+00', 'b2a709f1dc1e0bd5f24f74f08bd47bbfb1b6ab3bf91c73292571a2bd75c6d9a3', '{text-expansion}', '[]', NULL),
('d7eb116f-f59f-5105-b830-55399f44c510', 'late|2@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Kept from the index', '{"content":"The boats lay on their sides in the mud. Ruan waited for the water to come back."}', NULL, NULL, NULL, '2026-11-28 19:36:58.851+00', '5c3bd0f55ecd189b3a42591aa4e51b285ac4fb10070479e484b80784ca531fd7', '{text-expansion}', '[]', NULL),
('eabceb2c-5a20-56f7-8e29-c7957fa68f92', 'user|1@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'The model refuses', E'{"content":"# The Storm\\n\\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes."}', NULL, NULL, NULL, '2026-11-28 19:36:54.528+00', 'f2dd5acaad417c39625935b461e296117d8b397fd70bb145f7231913635bf39b', '{text-expansion}', '[]', NULL),
('f1fefe5f-5459-5cfc-a627-9c5957260e17', 'user|1@example.com', 'text-input-v1', '1.0.0', 'chapter_draft', 'Kept', E'{"content":"In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.\\n\\n“Whose?” said Ruan.","metadata":{"book_id":"my-novel","chapter_num":1,"mood":"calm"}}', NULL, 'my-novel', '1', '2026-11-28 19:36:26.497+00', 'd16b74318b9b27b11df5d5329d96327ea40494ae6cbf9ce46dc287c3e78ab515', '{text-expansion}', '[]', NULL),
('f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'alice', 'text-input-v1', '1.0.0', 'chapter_draft', 'Draft 1', E'{"content":"# The Storm\\n\\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.","metadata":{"book_id":"my-novel","chapter_num":1,"mood":"calm"}}', NULL, 'my-novel', '1', '2026-11-28 19:36:19.093+00', '53cd16e3ee820aed6c25ed86089c83e955cdda0d45d162bec36cdb7b9a8412f3', '{text-expansion}', '[]', NULL);

ALTER TABLE backfills ADD CONSTRAINT backfills_pkey PRIMARY KEY (processor_id);

ALTER TABLE blob_index ADD CONSTRAINT blob_index_pkey PRIMARY KEY (id);

ALTER TABLE blob_sources ADD CONSTRAINT blob_sources_pkey PRIMARY KEY (child_id, parent_id);

ALTER TABLE books ADD CONSTRAINT books_pkey PRIMARY KEY (user_id, id);

ALTER TABLE erasures ADD CONSTRAINT erasures_pkey PRIMARY KEY (user_id);

ALTER TABLE facet_counts ADD CONSTRAINT facet_counts_pkey PRIMARY KEY (user_id, kind, key, processor_id);

ALTER TABLE hand_outs ADD CONSTRAINT hand_outs_pkey PRIMARY KEY (processor_id);

ALTER TABLE places ADD CONSTRAINT places_pkey PRIMARY KEY (user_id, kind, id);

ALTER TABLE reemission ADD CONSTRAINT reemission_pkey PRIMARY KEY (singleton);

ALTER TABLE reemission ADD CONSTRAINT reemission_singleton_check CHECK (singleton);

ALTER TABLE retirements ADD CONSTRAINT retirements_pkey PRIMARY KEY (processor_id);

ALTER TABLE schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (step);

ALTER TABLE summaries ADD CONSTRAINT summaries_pkey PRIMARY KEY (user_id);

ALTER TABLE user_blobs ADD CONSTRAINT user_blobs_pkey PRIMARY KEY (id);

CREATE INDEX blob_index_changed ON blob_index USING btree (user_id, updated_at DESC);

CREATE INDEX blob_index_chapter ON blob_index USING btree (user_id, book_id, chapter_num, created_at DESC, id DESC) WHERE chapter_num IS NOT NULL;

CREATE INDEX blob_index_conversation ON blob_index USING btree (user_id, conversation_id, created_at DESC, id DESC) WHERE conversation_id IS NOT NULL;

CREATE INDEX blob_index_deleted ON blob_index USING btree (deleted_user_id, processor_id, deleted_at) WHERE deleted_user_id IS NOT NULL;

CREATE INDEX blob_index_deletion_due ON blob_index USING btree (deletion_due_at) WHERE deletion_due_at IS NOT NULL;

CREATE INDEX blob_index_draft ON blob_index USING btree (user_id, book_id, created_at) WHERE chapter_num IS NOT NULL;

CREATE INDEX blob_index_outbox ON blob_index USING btree (outbox_since) WHERE outbox_since IS NOT NULL;

CREATE INDEX blob_index_scan ON blob_index USING btree (user_id, id);

CREATE INDEX blob_list_all ON blob_index USING btree ((ARRAY['all'::text, user_id]), created_at, id);

CREATE INDEX blob_list_book ON blob_index USING btree ((ARRAY['book'::text, user_id, book_id]), state, processor_id, schema_id, created_at, id) WHERE book_id IS NOT NULL;

CREATE INDEX blob_list_book_conversation ON blob_index USING btree ((ARRAY['book_conversation'::text, user_id, book_id, conversation_id]), state, processor_id, schema_id, created_at, id) WHERE book_id IS NOT NULL AND conversation_id IS NOT NULL;

CREATE INDEX blob_list_conversation ON blob_index USING btree ((ARRAY['conversation'::text, user_id, conversation_id]), state, processor_id, schema_id, created_at, id) WHERE conversation_id IS NOT NULL;

CREATE INDEX blob_list_facets ON blob_index USING btree ((ARRAY['facets'::text, user_id]), state, processor_id, schema_id, created_at, id);

CREATE INDEX blob_list_type ON blob_index USING btree ((ARRAY['type'::text, user_id, type]), state, processor_id, schema_id, created_at, id);

CREATE INDEX blob_list_type_book ON blob_index USING btree ((ARRAY['type_book'::text, user_id, type, book_id]), state, processor_id, schema_id, created_at, id) WHERE book_id IS NOT NULL;

CREATE INDEX blob_list_type_book_conversation ON blob_index USING btree ((ARRAY['type_book_conversation'::text, user_id, type, book_id, conversation_id]), state, processor_id, schema_id, created_at, id) WHERE book_id IS NOT NULL AND conversation_id IS NOT NULL;

CREATE INDEX blob_list_type_conversation ON blob_index USING btree ((ARRAY['type_conversation'::text, user_id, type, conversation_id]), state, processor_id, schema_id, created_at, id) WHERE conversation_id IS NOT NULL;

CREATE INDEX blob_sources_facets ON blob_sources USING btree ((ARRAY['children'::text, user_id, parent_id]), child_facets, child_created_at, child_id);

CREATE INDEX blob_sources_parent ON blob_sources USING btree (user_id, parent_id, child_created_at DESC, child_id DESC);

CREATE INDEX blob_sources_unknown ON blob_sources USING btree (child_id) WHERE child_facets IS NULL;

CREATE INDEX erasures_due ON erasures USING btree (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX places_listed ON places USING btree (user_id, kind, listed_at DESC, id DESC) WHERE listed_at IS NOT NULL;

CREATE INDEX summaries_incomplete ON summaries USING btree (user_id) WHERE NOT complete;

CREATE INDEX user_blobs_outbox ON user_blobs USING btree (outbox_since) WHERE outbox_since IS NOT NULL;

CREATE INDEX user_blobs_user ON user_blobs USING btree (user_id, created_at);
