CREATE TABLE schema_migrations (
  "step" integer NOT NULL,
  "checksum" text NOT NULL,
  "applied_at" timestamp with time zone DEFAULT now() NOT NULL
);

INSERT INTO schema_migrations ("step", "checksum", "applied_at") VALUES
('1', '308c98fb66c0eb8e0b967811ccaa68af8472dcd545067b85b3ea03d1fd9a18f6', '2026-11-28 21:21:53.924168+00'),
('2', '3083ce331b1108538d4ef3cbd4b5eb4ad2bacfcec56d3c9cb6762fdab2971750', '2026-11-28 21:21:53.935244+00');

CREATE TABLE schemas (
  "id" text NOT NULL,
  "version" text NOT NULL,
  "definition" json NOT NULL,
  "created_at" timestamp with time zone NOT NULL
);

INSERT INTO schemas ("id", "version", "definition", "created_at") VALUES
('field-notes-v1', '1.0.0', '{"title":"Field notes","type":"object","required":["place"],"properties":{"place":{"type":"string"},"seen":{"type":"integer"}}}', '2026-11-28 21:22:09.435+00'),
('field-notes-v1', '1.1.0', '{"title":"Field notes","type":"object","required":["place","seen"],"properties":{"place":{"type":"string"},"seen":{"type":"integer"}}}', '2026-11-28 21:22:09.501+00');

CREATE TABLE withdrawals (
  "id" text NOT NULL,
  "version" text NOT NULL,
  "withdrawn_at" timestamp with time zone NOT NULL,
  "withdrawn_by" text NOT NULL
);

ALTER TABLE schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (step);

ALTER TABLE schemas ADD CONSTRAINT schemas_pkey PRIMARY KEY (id, version);

ALTER TABLE withdrawals ADD CONSTRAINT withdrawals_pkey PRIMARY KEY (id, version);
