/** The embedded log's tables. Steps are only ever appended. */
export const migrations = [
  `
  CREATE TABLE log_stream (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    epoch text NOT NULL DEFAULT gen_random_uuid()::text,
    removed_through int8 NOT NULL DEFAULT 0
  );
  INSERT INTO log_stream DEFAULT VALUES;
  CREATE TABLE log_message (
    sequence int8 PRIMARY KEY,
    subject text NOT NULL,
    id text NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    size int4 NOT NULL,
    published_at timestamptz NOT NULL
  );
  CREATE INDEX log_message_id ON log_message (id, published_at);
  CREATE TABLE log_consumer (
    durable text PRIMARY KEY,
    -- Messages up to this one were delivered at least once, or are of no interest.
    handed_out int8 NOT NULL
  );
  CREATE TABLE log_delivery (
    durable text NOT NULL REFERENCES log_consumer,
    sequence int8 NOT NULL,
    attempt int4 NOT NULL,
    -- Null while it is in work.
    due_at timestamptz,
    PRIMARY KEY (durable, sequence)
  );
  CREATE INDEX log_delivery_due ON log_delivery (durable, due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE log_dead_letter (
    number int8 PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    durable text NOT NULL,
    reason text NOT NULL,
    attempts int4 NOT NULL,
    set_aside_at timestamptz NOT NULL,
    sequence int8 NOT NULL,
    subject text NOT NULL,
    id text NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    published_at timestamptz NOT NULL
  );
  `,
  `
  ALTER TABLE log_dead_letter ADD COLUMN letter text, ADD COLUMN epoch text;
  UPDATE log_dead_letter SET epoch = (SELECT epoch FROM log_stream),
    letter = substr(encode(sha256(convert_to(durable || ':' || sequence, 'UTF8')), 'hex'), 1, 24);
  ALTER TABLE log_dead_letter ALTER COLUMN letter SET NOT NULL, ALTER COLUMN epoch SET NOT NULL,
    ADD CONSTRAINT log_dead_letter_once UNIQUE (letter);
  `,
  `
  -- Filters that were ever asked for under the name.
  ALTER TABLE log_consumer ADD COLUMN subjects text[] NOT NULL DEFAULT '{}';
  ALTER TABLE log_delivery ADD COLUMN passes int4 NOT NULL DEFAULT 0;
  `,
  `
  CREATE INDEX log_message_subject ON log_message (subject, sequence);
  `,
  `
  -- Set while the consumer has not heard that messages up to cut_through may be lost to it.
  ALTER TABLE log_consumer ADD COLUMN cut_id text, ADD COLUMN cut_cause text, ADD COLUMN cut_through int8,
    ADD COLUMN cut_at timestamptz;
  -- In the order in which deliveries are claimed: nothing is sorted.
  DROP INDEX log_delivery_due;
  CREATE INDEX log_delivery_due ON log_delivery (durable, due_at, sequence) WHERE due_at IS NOT NULL;
  ALTER TABLE log_dead_letter ADD COLUMN size int4 NOT NULL DEFAULT 0;
  UPDATE log_dead_letter SET size = octet_length(body) + octet_length(headers::text) + octet_length(subject);
  `,
];
