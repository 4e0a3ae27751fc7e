CREATE TABLE book_chapters (
  "id" uuid NOT NULL,
  "book_id" uuid NOT NULL,
  "chapter_num" integer NOT NULL,
  "title" text NOT NULL,
  "draft_blob_id" text NOT NULL,
  "expanded_blob_id" text,
  "compiled_text" text NOT NULL,
  "word_count" integer NOT NULL,
  "position" integer DEFAULT 0 NOT NULL,
  "character_count" integer
);

ALTER TABLE book_chapters ALTER COLUMN "compiled_text" SET STORAGE EXTERNAL;

INSERT INTO book_chapters ("id", "book_id", "chapter_num", "title", "draft_blob_id", "expanded_blob_id", "compiled_text", "word_count", "position", "character_count") VALUES
('0979be89-0ea3-4224-9b3f-97ac1c33ef31', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '3', 'The Letter', 'bb6b87d9-ced8-50c1-8ad3-87cd1a820409', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', '## The Letter

<div id="chapter-3"></div>

Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '31', '3', '137'),
('4efba414-0562-4deb-a255-50ed9cfc8c32', '01a22408-f01d-751f-877e-0977c71acc11', '1', 'The Storm', 'f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '## The Storm

<div id="chapter-1"></div>

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '29', '1', '136'),
('5bffab82-ebf6-4f1a-8550-ae39dada6e03', '01a22408-f01d-751f-877e-0977c71acc11', '2', 'The Calm', '01a22408-efbc-7033-a5d4-148b1b7fb0c6', '81668699-7d05-562e-9313-15d733eedb79', '## The Calm

<div id="chapter-2"></div>

In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers. A careful observer would have made something of it. So it began.', '35', '2', '152'),
('64e4d952-5fd2-4f2f-8891-7f64b2bbe5ed', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '2', 'The Calm', '721e19ff-e83d-5d1f-b9e1-bea174afc3b1', 'bb187476-2376-596e-8abb-59243901234f', '## The Calm

<div id="chapter-2"></div>

In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '31', '2', '149'),
('6dd66b2a-a56b-4e37-a4ea-dec044ee9815', '01a22408-f0bc-722f-8544-695605805a8a', '1', 'Only', '3d0e87a1-329e-5e95-a566-599c64a778d1', NULL, '## Only

<div id="chapter-1"></div>

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.', '18', '1', '79'),
('6e321e04-9971-42b7-8383-0292d1a18b24', '01a22409-2ed8-741b-8ad6-31ae6f3e9db5', '1', 'Mud', '4b666146-3bb2-5789-8b3c-964836fcabd4', NULL, '## Mud

<div id="chapter-1"></div>

The boats lay on their sides in the mud. Ruan waited for the water to come back.', '17', '1', '64'),
('7d2fd54a-3297-4986-8d6d-1e76d14a4670', 'b06c2244-e939-5924-b52f-82d6bd65a938', '2', 'Deleted', 'b0417b4b-bc15-5f84-a431-1c0bea5bfadd', 'a249a3b7-953d-584c-b4cb-8de4c8d28536', '## Deleted

<div id="chapter-2"></div>

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '29', '2', '136'),
('7f8bbadd-ea27-496f-b8c1-ce99b5952363', '01a22408-f01d-751f-877e-0977c71acc11', '3', 'The Letter', 'bb6b87d9-ced8-50c1-8ad3-87cd1a820409', '8c0ffdf3-e990-5c7f-bdc7-9126bc57858d', '## The Letter

<div id="chapter-3"></div>

Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.', '31', '3', '137'),
('bbc5432a-6909-4c79-8882-61ded13e9005', 'b06c2244-e939-5924-b52f-82d6bd65a938', '1', 'Kept', 'f1fefe5f-5459-5cfc-a627-9c5957260e17', '618e02a6-2fa5-5041-a99f-151b4404a0fd', '## Kept

<div id="chapter-1"></div>

In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.', '31', '1', '149'),
('d89fb0f6-e786-40be-822d-9277f3e6fc56', 'ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', '1', 'The Storm', 'f6347f59-21c1-5c38-b7d9-72a99666f7fe', 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '## The Storm

<div id="chapter-1"></div>

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.', '29', '1', '136');

CREATE TABLE compiled_books (
  "id" uuid NOT NULL,
  "user_id" text NOT NULL,
  "book_id" text,
  "version" integer,
  "title" text NOT NULL,
  "full_text" text,
  "word_count" integer,
  "chapter_count" integer,
  "source_blob_ids" jsonb NOT NULL,
  "compile_config" jsonb,
  "stale" boolean DEFAULT false NOT NULL,
  "content_hash" text,
  "size_bytes" bigint NOT NULL,
  "input_hash" text,
  "created_at" timestamp with time zone NOT NULL,
  "registered_at" timestamp with time zone,
  "register_at" timestamp with time zone NOT NULL,
  "register_attempts" integer DEFAULT 0 NOT NULL,
  "refusal" text,
  "parent_blob_id" text,
  "generation" integer DEFAULT 0 NOT NULL,
  "processor_version" text DEFAULT '1'::text NOT NULL,
  "schema_version" text DEFAULT '1.0.0'::text NOT NULL,
  "preview" text NOT NULL,
  "processing_time_ms" integer DEFAULT 0 NOT NULL,
  "on_demand" boolean DEFAULT true NOT NULL,
  "command" json,
  "character_count" integer,
  "language" text
);

ALTER TABLE compiled_books ALTER COLUMN "full_text" SET STORAGE EXTERNAL;

INSERT INTO compiled_books ("id", "user_id", "book_id", "version", "title", "full_text", "word_count", "chapter_count", "source_blob_ids", "compile_config", "stale", "content_hash", "size_bytes", "input_hash", "created_at", "registered_at", "register_at", "register_attempts", "refusal", "parent_blob_id", "generation", "processor_version", "schema_version", "preview", "processing_time_ms", "on_demand", "command", "character_count", "language") VALUES
('01a22408-f01d-751f-877e-0977c71acc11', 'alice', 'my-novel', '2', 'The Harbour & “the Sea”', E'---
title: The Harbour & “the Sea”
lang: en
---

# The Harbour \\& “the Sea”

## Contents

- [1. The Storm](#chapter-1)
- [2. The Calm](#chapter-2)
- [3. The Letter](#chapter-3)

## The Storm

<div id="chapter-1"></div>

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.

## The Calm

<div id="chapter-2"></div>

In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan.

It was hers. A careful observer would have made something of it. So it began.

## The Letter

<div id="chapter-3"></div>

Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.
', '95', '3', '["c2d7c94b-1b9a-54ec-a648-413f9246d384", "81668699-7d05-562e-9313-15d733eedb79", "8c0ffdf3-e990-5c7f-bdc7-9126bc57858d"]', '{"title": null, "author": null, "left_out": [], "use_expanded": true, "leave_out_missing": false}', 'false', 'eda7800632c8e06bebc7d9ac3ec83fe0ba7ee49f46d8adaa0d8086e333fc0f6b', '896', 'fe6d0c39d9a3ae22ec183058d5216f402f799c8ef3cd5781b1ddba35cfe1df20', '2026-11-28 21:21:35.292+00', '2026-11-28 21:21:35.318+00', '2026-11-28 21:21:45.292+00', '0', NULL, 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '0', '1', '1.1.0', E'---
title: The Harbour & “the Sea”
lang: en
---

# The Harbour \\& “the Sea”

## Contents

- [1. The Storm](#chapter-1)
- [2. The Calm](#chapter-2)
- [3. The Letter](#chapter-3)

## The Storm

<div id="chapter-1"></div>

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.

## The Calm

<', '8', 'true', NULL, '425', 'en'),
('01a22408-f0bc-722f-8544-695605805a8a', 'alice', 'drafts-alone', '1', 'As it was written', '---
title: As it was written
lang: en
---

# As it was written

## Contents

- [1. Only](#chapter-1)

## Only

<div id="chapter-1"></div>

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.
', '18', '1', '["3d0e87a1-329e-5e95-a566-599c64a778d1"]', '{"title": "As it was written", "author": null, "left_out": [], "use_expanded": false, "leave_out_missing": false}', 'false', '2466f5063906b785797cf57711d020eda813cd29275509f1c9484aacb59d4ec0', '256', 'f811bf470fe7b766f2eb991ae0669bebd93887e1e8219cdf514065831751004c', '2026-11-28 21:21:35.451+00', '2026-11-28 21:21:35.467+00', '2026-11-28 21:21:45.451+00', '0', NULL, '3d0e87a1-329e-5e95-a566-599c64a778d1', '0', '1', '1.1.0', '---
title: As it was written
lang: en
---

# As it was written

## Contents

- [1. Only](#chapter-1)

## Only

<div id="chapter-1"></div>

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.
', '3', 'true', NULL, '79', 'en'),
('01a22409-2ed8-741b-8ad6-31ae6f3e9db5', 'late|2@example.com', 'not-entered', '1', 'Not entered', '---
title: Not entered
lang: en
---

# Not entered

## Contents

- [1. Mud](#chapter-1)

## Mud

<div id="chapter-1"></div>

The boats lay on their sides in the mud. Ruan waited for the water to come back.
', '17', '1', '["4b666146-3bb2-5789-8b3c-964836fcabd4"]', '{"title": null, "author": null, "left_out": [], "use_expanded": false, "leave_out_missing": false}', 'false', 'ad021989a902add6562a336d649c8b5f7e70b8f48281a49933eaf32b9af6ac10', '226', 'fa00ea623b238770366b144ffc64da05040a3dc43d8a3a92b54eac06a61f2a35', '2026-11-28 21:21:51.494+00', NULL, '2026-11-28 21:21:52.288+00', '1', NULL, '4b666146-3bb2-5789-8b3c-964836fcabd4', '0', '1', '1.1.0', '---
title: Not entered
lang: en
---

# Not entered

## Contents

- [1. Mud](#chapter-1)

## Mud

<div id="chapter-1"></div>

The boats lay on their sides in the mud. Ruan waited for the water to come back.
', '146', 'true', NULL, '64', 'en'),
('b06c2244-e939-5924-b52f-82d6bd65a938', 'user|1@example.com', 'my-novel', '1', 'my-novel', '---
title: my-novel
lang: en
---

# my-novel

## Contents

- [1. Kept](#chapter-1)
- [2. Deleted](#chapter-2)

## Kept

<div id="chapter-1"></div>

In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.

## Deleted

<div id="chapter-2"></div>

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.
', '60', '2', '["618e02a6-2fa5-5041-a99f-151b4404a0fd", "a249a3b7-953d-584c-b4cb-8de4c8d28536"]', '{"title": null, "author": null, "left_out": [], "use_expanded": true, "leave_out_missing": false}', 'true', '3484a97bb283059d1eb9ec8916554e4fdf6166ccc2b94032c25118e35cbc9479', '570', 'fe6d0c39d9a3ae22ec183058d5216f402f799c8ef3cd5781b1ddba35cfe1df20', '2026-11-28 21:21:35.924+00', '2026-11-28 21:21:35.941+00', '2026-11-28 21:21:45.924+00', '0', NULL, '618e02a6-2fa5-5041-a99f-151b4404a0fd', '0', '1', '1.1.0', '---
title: my-novel
lang: en
---

# my-novel

## Contents

- [1. Kept](#chapter-1)
- [2. Deleted](#chapter-2)

## Kept

<div id="chapter-1"></div>

In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.

## Deleted

<div id="chapter-2"></div>

Elspeth shut the window. The r', '5', 'true', NULL, '285', 'en'),
('ba16a2ce-3e2c-595a-b804-9944c3e6fa2e', 'alice', 'my-novel', '1', 'The Harbour & “the Sea”', E'---
title: The Harbour & “the Sea”
author: A. Writer
lang: en
---

# The Harbour \\& “the Sea”

*by A. Writer*

## Contents

- [1. The Storm](#chapter-1)
- [2. The Calm](#chapter-2)
- [3. The Letter](#chapter-3)

## The Storm

<div id="chapter-1"></div>

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to hold the attention.

## The Calm

<div id="chapter-2"></div>

In the morning the sea was flat. Elspeth counted the boats, and one of them was missing.

“Whose?” said Ruan. One could believe it without effort, and wonder about it nevertheless.

## The Letter

<div id="chapter-3"></div>

Dear Ruan,

the lamp burned all night — read it twice, fold it, and walk down to the boats. 🦉

After dark the shortest distance is measured less by paces than by patience.
', '91', '3', '["c2d7c94b-1b9a-54ec-a648-413f9246d384", "bb187476-2376-596e-8abb-59243901234f", "8c0ffdf3-e990-5c7f-bdc7-9126bc57858d"]', '{"title": null, "author": "A. Writer", "left_out": [], "use_expanded": true, "leave_out_missing": false}', 'false', '82c6d78af850643cd032bfce1d8decc6314baefad65dbf14a5f0745a924c5d28', '923', '1d9272c989743309338bbb84de526b7d274ee51a3e6d8b5962c00ccc5c93b95d', '2026-11-28 21:21:35.106+00', '2026-11-28 21:21:35.144+00', '2026-11-28 21:21:45.106+00', '0', NULL, 'c2d7c94b-1b9a-54ec-a648-413f9246d384', '0', '1', '1.1.0', E'---
title: The Harbour & “the Sea”
author: A. Writer
lang: en
---

# The Harbour \\& “the Sea”

*by A. Writer*

## Contents

- [1. The Storm](#chapter-1)
- [2. The Calm](#chapter-2)
- [3. The Letter](#chapter-3)

## The Storm

<div id="chapter-1"></div>

Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes. The harbour alone would have been sufficient to h', '170', 'true', NULL, '422', 'en');

CREATE TABLE compiled_books_numbers (
  "user_id" text NOT NULL,
  "of_values" jsonb NOT NULL,
  "number" integer NOT NULL
);

CREATE TABLE schema_migrations (
  "step" integer NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO schema_migrations ("step", "checksum", "applied_at") VALUES
('1', '7ccae31b5f165a17ae42ba5b07b59e1213a29ba9c681644d5d8e3d687999dbc3', '2026-11-28 21:21:33.591+00'),
('2', '8b7fe0e3148e7192ff8e7d217ff5fd908f0ac3a53b4096b85751df02ef53b9ac', '2026-11-28 21:21:33.63+00'),
('3', '2d32f1569d21076959517650282e12e958a4f1a34423adc90bed75492d6aa4f2', '2026-11-28 21:21:33.647+00');

ALTER TABLE book_chapters ADD CONSTRAINT book_chapters_book_id_chapter_num_key UNIQUE (book_id, chapter_num);

ALTER TABLE book_chapters ADD CONSTRAINT book_chapters_pkey PRIMARY KEY (id);

ALTER TABLE compiled_books ADD CONSTRAINT compiled_books_pkey PRIMARY KEY (id);

ALTER TABLE compiled_books ADD CONSTRAINT compiled_books_user_id_book_id_version_key UNIQUE (user_id, book_id, version);

ALTER TABLE compiled_books ADD CONSTRAINT compiled_books_version_check CHECK (version >= 1);

ALTER TABLE compiled_books_numbers ADD CONSTRAINT compiled_books_numbers_pkey PRIMARY KEY (user_id, of_values);

ALTER TABLE schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (step);

ALTER TABLE book_chapters ADD CONSTRAINT book_chapters_book_id_fkey FOREIGN KEY (book_id) REFERENCES compiled_books(id) ON DELETE CASCADE;

CREATE INDEX compiled_books_by_time ON compiled_books USING btree (user_id, created_at, id);

CREATE INDEX compiled_books_to_register ON compiled_books USING btree (register_at) WHERE registered_at IS NULL AND refusal IS NULL;
