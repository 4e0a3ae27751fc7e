CREATE TABLE book_chapters (
  "id" uuid NOT NULL,
  "book_id" uuid NOT NULL,
  "chapter_num" integer NOT NULL,
  "title" text NOT NULL,
  "draft_blob_id" text NOT NULL,
  "expanded_blob_id" text,
  "compiled_text" text NOT NULL,
  "word_count" integer NOT NULL
);

ALTER TABLE book_chapters ALTER COLUMN "compiled_text" SET STORAGE EXTERNAL;

INSERT INTO book_chapters ("id", "book_id", "chapter_num", "title", "draft_blob_id", "expanded_blob_id", "compiled_text", "word_count") VALUES
('01a22174-2c49-74e7-b3e8-4e80a43d61d1', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '1', 'The Storm', 'f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '31'),
('01a22174-2c4a-7250-bbac-ed8c43f24d04', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '2', 'The Calm', '721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'bb187476-2376-596e-8abb-59243901234f', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '31'),
('01a22174-2c4b-7039-9551-132b035ebe32', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '3', 'The Letter', 'bb6b87d9-ced8-50c1-8ad3-87cd1a820409', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '31'),
('01a22174-2d60-70be-b560-1afe1fe72df2', '01a22174-2d49-766a-be44-f4b28547f932', '1', 'The Storm', 'f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '31'),
('01a22174-2d60-70be-b560-1dda1263897e', '01a22174-2d49-766a-be44-f4b28547f932', '2', 'The Calm', '01a22174-2ca2-71bf-9972-3d4ac345dcac', 'f44e3fa7-9147-57ce-853e-b118644baaf9', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers. A careful observer would have made something of it. So it began.', '35'),
('01a22174-2d60-70be-b560-239066fb3fbf', '01a22174-2d49-766a-be44-f4b28547f932', '3', 'The Letter', 'bb6b87d9-ced8-50c1-8ad3-87cd1a820409', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', 'Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '31'),
('01a22174-2e45-770c-855f-383689467780', '01a22174-2e2f-7004-ba0a-2b7936be6b3c', '1', 'Only', '3d0e87a1-329e-5e95-a566-599c64a778d1', NULL, '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '20'),
('01a22174-3084-74e2-bed2-34fa8c5ad391', 'b06c2244-e939-5924-b52f-82d6bd65a938', '1', 'Kept', 'f1fefe5f-5459-5cfc-a627-9c5957260e17', '618e02a6-2fa5-5041-a99f-151b4404a0fd', 'In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '31'),
('01a22174-3084-74e2-bed2-39b9dcda0cf4', 'b06c2244-e939-5924-b52f-82d6bd65a938', '2', 'Deleted', 'b0417b4b-bc15-5f84-a431-1c0bea5bfadd', 'a249a3b7-953d-584c-b4cb-8de4c8d28536', '# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '31'),
('01a22174-6c48-705f-94f5-187a0c51332b', '01a22174-6c34-71aa-a8ed-2b278c1c1897', '1', 'Mud', '4b666146-3bb2-5789-8b3c-964836fcabd4', NULL, 'The boats lay on their sides in the mud. Ruan waited for the water to come back.', '17');

CREATE TABLE compiled_books (
  "id" uuid NOT NULL,
  "user_id" text NOT NULL,
  "book_id" text NOT NULL,
  "version" integer NOT NULL,
  "title" text NOT NULL,
  "full_text" text NOT NULL,
  "word_count" integer NOT NULL,
  "chapter_count" integer NOT NULL,
  "source_blob_ids" jsonb NOT NULL,
  "compile_config" jsonb NOT NULL,
  "stale" boolean DEFAULT false NOT NULL,
  "content_hash" text NOT NULL,
  "size_bytes" bigint NOT NULL,
  "input_hash" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "registered_at" timestamp with time zone,
  "registration_due_at" timestamp with time zone NOT NULL,
  "registration_attempts" integer DEFAULT 0 NOT NULL,
  "registration_refusal" text
);

ALTER TABLE compiled_books ALTER COLUMN "full_text" SET STORAGE EXTERNAL;

INSERT INTO compiled_books ("id", "user_id", "book_id", "version", "title", "full_text", "word_count", "chapter_count", "source_blob_ids", "compile_config", "stale", "content_hash", "size_bytes", "input_hash", "created_at", "registered_at", "registration_due_at", "registration_attempts", "registration_refusal") VALUES
('01a22174-2d49-766a-be44-f4b28547f932', 'alice', 'my-novel', '2', 'The Harbour & “the Sea”', E'---
title: The Harbour & “the Sea”
---

# The Harbour \\& “the Sea”

## Contents

- [1. The Storm](#chapter-1)
- [2. The Calm](#chapter-2)
- [3. The Letter](#chapter-3)

<a id="chapter-1"></a>

# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.

<a id="chapter-2"></a>

# The Calm

In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers. A careful observer would have made something of it. So it began.

<a id="chapter-3"></a>

# The Letter

Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.
', '97', '3', '["c2d7c94b-1b9a-54ec-a648-413f9246d384", "f44e3fa7-9147-57ce-853e-b118644baaf9", "8c0ffdf3-e990-5c7f-bdc7-9126bc57858d"]', '{"title": null, "author": null, "use_expanded": true}', 'false', 'a1cc2de85a04e7d458e95aca1f381e96c9b5e46cb8995820d7b5c4ed5a1f4174', '871', 'fe6d0c39d9a3ae22ec183058d5216f402f799c8ef3cd5781b1ddba35cfe1df20', '2026-11-28 09:19:51.649+00', '2026-11-28 09:19:51.671+00', '2026-11-28 09:19:56.649+00', '0', NULL),
('01a22174-2e2f-7004-ba0a-2b7936be6b3c', 'alice', 'drafts-alone', '1', 'As it was written', '---
title: As it was written
---

# As it was written

## Contents

- [1. Only](#chapter-1)

<a id="chapter-1"></a>

# Only

# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.
', '20', '1', '["3d0e87a1-329e-5e95-a566-599c64a778d1"]', '{"title": "As it was written", "author": null, "use_expanded": false}', 'false', '7c2ab9eb75b6ea531c33d47650216e4c3863caefc11fb69f1bd0f62fe55ff3a9', '256', 'f811bf470fe7b766f2eb991ae0669bebd93887e1e8219cdf514065831751004c', '2026-11-28 09:19:51.878+00', '2026-11-28 09:19:51.894+00', '2026-11-28 09:19:56.878+00', '0', NULL),
('01a22174-6c34-71aa-a8ed-2b278c1c1897', 'late|2@example.com', 'not-entered', '1', 'Not entered', '---
title: Not entered
---

# Not entered

## Contents

- [1. Mud](#chapter-1)

<a id="chapter-1"></a>

# Mud

The boats lay on their sides in the mud. Ruan waited for the water to come back.
', '17', '1', '["4b666146-3bb2-5789-8b3c-964836fcabd4"]', '{"title": null, "author": null, "use_expanded": false}', 'false', '664926e9f8dc5b58aeece1efc01b67b0f8affab4e48c999bb0aa49c02be59f23', '211', 'fa00ea623b238770366b144ffc64da05040a3dc43d8a3a92b54eac06a61f2a35', '2026-11-28 09:20:07.759+00', NULL, '2026-11-28 09:20:08.856+00', '1', NULL),
('b06c2244-e939-5924-b52f-82d6bd65a938', 'user|1@example.com', 'my-novel', '1', 'my-novel', '---
title: my-novel
---

# my-novel

## Contents

- [1. Kept](#chapter-1)
- [2. Deleted](#chapter-2)

<a id="chapter-1"></a>

# Kept

In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.

<a id="chapter-2"></a>

# Deleted

# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.
', '62', '2', '["618e02a6-2fa5-5041-a99f-151b4404a0fd", "a249a3b7-953d-584c-b4cb-8de4c8d28536"]', '{"title": null, "author": null, "use_expanded": true}', 'true', '7fab0409d33d62d514c67a321ab7aac3ef9b7f66d048f370d7f58055f36f55a4', '565', 'fe6d0c39d9a3ae22ec183058d5216f402f799c8ef3cd5781b1ddba35cfe1df20', '2026-11-28 09:19:52.453+00', '2026-11-28 09:19:52.474+00', '2026-11-28 09:19:57.453+00', '0', NULL),
('ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', 'alice', 'my-novel', '1', 'The Harbour & “the Sea”', E'---
title: The Harbour & “the Sea”
author: A. Writer
---

# The Harbour \\& “the Sea”

*by A. Writer*

## Contents

- [1. The Storm](#chapter-1)
- [2. The Calm](#chapter-2)
- [3. The Letter](#chapter-3)

<a id="chapter-1"></a>

# The Storm

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.

<a id="chapter-2"></a>

# The Calm

In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.

<a id="chapter-3"></a>

# The Letter

Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.
', '93', '3', '["c2d7c94b-1b9a-54ec-a648-413f9246d384", "bb187476-2376-596e-8abb-59243901234f", "8c0ffdf3-e990-5c7f-bdc7-9126bc57858d"]', '{"title": null, "author": "A. Writer", "use_expanded": true}', 'false', 'b3f94d36dd7f9aaaeb6b104741f2e70acf22bd48a990567e53a91feaa1c273d5', '898', '1d9272c989743309338bbb84de526b7d274ee51a3e6d8b5962c00ccc5c93b95d', '2026-11-28 09:19:51.379+00', '2026-11-28 09:19:51.427+00', '2026-11-28 09:19:56.379+00', '0', NULL);

CREATE TABLE schema_migrations (
  "step" integer NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO schema_migrations ("step", "checksum", "applied_at") VALUES
('1', '7ccae31b5f165a17ae42ba5b07b59e1213a29ba9c681644d5d8e3d687999dbc3', '2026-11-28 09:19:49.497+00');

ALTER TABLE book_chapters ADD CONSTRAINT book_chapters_book_id_chapter_num_key UNIQUE (book_id, chapter_num);

ALTER TABLE book_chapters ADD CONSTRAINT book_chapters_pkey PRIMARY KEY (id);

ALTER TABLE compiled_books ADD CONSTRAINT compiled_books_pkey PRIMARY KEY (id);

ALTER TABLE compiled_books ADD CONSTRAINT compiled_books_user_id_book_id_version_key UNIQUE (user_id, book_id, version);

ALTER TABLE compiled_books ADD CONSTRAINT compiled_books_version_check CHECK (version >= 1);

ALTER TABLE schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (step);

ALTER TABLE book_chapters ADD CONSTRAINT book_chapters_book_id_fkey FOREIGN KEY (book_id) REFERENCES compiled_books(id) ON DELETE CASCADE;

CREATE INDEX compiled_books_by_time ON compiled_books USING btree (user_id, created_at, id);

CREATE INDEX compiled_books_to_register ON compiled_books USING btree (registration_due_at) WHERE registered_at IS NULL AND registration_refusal IS NULL;
