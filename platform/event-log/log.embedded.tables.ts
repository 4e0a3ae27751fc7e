import type { SqlDatabase, SqlValue } from '../sql/database.ts';
import type { DeadLetter, DeadLetterPage, LoggedMessage, OutgoingMessage } from './log.ts';
import { messageSize } from './message.ts';
import { deadLetterId, type Replayed, replayed } from './replay.ts';

const migrations = [
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
];

const MESSAGE = 'sequence, subject, id, headers, body, published_at';

interface MessageRow {
  sequence: number;
  subject: string;
  id: string;
  headers: Record<string, string>;
  body: Uint8Array;
  published_at: Date;
}

interface LetterRow extends Omit<DeadLetter, 'id' | 'message'> {
  letter: string;
  epoch: string;
}

export interface NewMessage {
  readonly sequence: number;
  readonly message: OutgoingMessage;
}

export interface ClaimedMessage extends Replayed {
  readonly attempt: number;
}

/** Where a durable consumer stands. */
export interface ConsumerState {
  readonly handedOut: number;
  readonly subjects: string[];
  readonly dueAt: Date | null;
}

export interface StreamState {
  readonly epoch: string;
  readonly removedThrough: number;
  readonly head: number;
  readonly messages: number;
  readonly bytes: number;
}

/** The statements of the embedded log. One process uses the tables at a time. */
export class LogTables {
  readonly #database: SqlDatabase;
  readonly #epoch: string;

  private constructor(database: SqlDatabase, epoch: string) {
    this.#database = database;
    this.#epoch = epoch;
  }

  /** Makes the tables when they are missing. What was in work when the last process ended is due again. */
  static async open(database: SqlDatabase, now: Date): Promise<{ tables: LogTables; state: StreamState }> {
    await database.migrate(migrations);
    await database.execute('UPDATE log_delivery SET due_at = $1 WHERE due_at IS NULL', [now]);
    const [state] = await database.query<StreamState>(
      `SELECT epoch, removed_through AS "removedThrough",
         greatest(removed_through, (SELECT max(sequence) FROM log_message)) AS head,
         (SELECT count(*) FROM log_message) AS messages,
         (SELECT coalesce(sum(size), 0)::int8 FROM log_message) AS bytes
       FROM log_stream`,
    );
    if (!state) throw new Error('The embedded event log has lost its stream: remove its database');
    return { tables: new LogTables(database, state.epoch), state };
  }

  /** Appends those whose id was not published after `since`; answers the sequences of the others by id. */
  async append(
    batch: readonly NewMessage[],
    publishedAt: Date,
    since: Date,
  ): Promise<ReadonlyMap<string, number>> {
    const rows = batch.map(({ sequence, message }) => ({
      sequence,
      subject: message.subject,
      id: message.id,
      headers: message.headers,
      body: Buffer.from(message.body).toString('base64'),
      size: messageSize(message),
    }));
    const appended = await this.#database.execute(
      `INSERT INTO log_message (sequence, subject, id, headers, body, size, published_at)
       SELECT sequence, subject, id, headers, decode(body, 'base64'), size, $2
       FROM jsonb_to_recordset($1::jsonb)
         AS n(sequence int8, subject text, id text, headers jsonb, body text, size int4)
       WHERE NOT EXISTS (SELECT FROM log_message m WHERE m.id = n.id AND m.published_at > $3)`,
      [JSON.stringify(rows), publishedAt, since],
    );
    if (appended === batch.length) return new Map();
    const found = await this.#database.query<{ id: string; sequence: number }>(
      `SELECT id, max(sequence) AS sequence FROM log_message
       WHERE id = ANY($1::text[]) AND published_at > $2 GROUP BY id`,
      [batch.map(({ message }) => message.id), since],
    );
    const added = new Set(batch.map(({ sequence }) => sequence));
    return new Map(
      found.filter(({ sequence }) => !added.has(sequence)).map(({ id, sequence }) => [id, sequence]),
    );
  }

  async messagesAfter(sequence: number, pattern: string, limit: number): Promise<LoggedMessage[]> {
    const rows = await this.#database.query<MessageRow>(
      `SELECT ${MESSAGE} FROM log_message WHERE sequence > $1 AND subject ~ $2 ORDER BY sequence LIMIT $3`,
      [sequence, pattern, limit],
    );
    return rows.map((row) => this.#message(row));
  }

  /**
   * The first `limit` messages on `subjects` between two sequences, the second included, until `maxBytes` are reached.
   * One walk along the index for each subject: whatever is on others is not looked at.
   */
  async messagesBetween(
    { after, through }: { after: number; through: number },
    subjects: readonly string[],
    { limit, maxBytes }: { limit: number; maxBytes: number },
  ): Promise<LoggedMessage[]> {
    const rows = await this.#database.query<MessageRow>(
      `SELECT ${MESSAGE} FROM (
         SELECT *, sum(size) OVER (ORDER BY sequence) - size AS size_before FROM (
           SELECT message.* FROM unnest($1::text[]) AS wanted (subject) CROSS JOIN LATERAL (
             SELECT * FROM log_message
             WHERE log_message.subject = wanted.subject AND sequence > $2 AND sequence <= $3
             ORDER BY log_message.subject, sequence LIMIT $4
           ) AS message ORDER BY sequence LIMIT $4
         ) AS first
       ) AS sized WHERE size_before < $5 ORDER BY sequence`,
      [[...subjects], after, through, limit, maxBytes],
    );
    return rows.map((row) => this.#message(row));
  }

  /** The last sequence that is older than `cutoff`, 0 when there is none; `head` when all are. */
  async lastBefore(cutoff: Date, head: number): Promise<number> {
    const [young] = await this.#database.query<{ sequence: number }>(
      'SELECT sequence FROM log_message WHERE published_at >= $1 ORDER BY sequence LIMIT 1',
      [cutoff],
    );
    return young ? young.sequence - 1 : head;
  }

  /** Removes messages up to `sequence`, and dead letters that were set aside before `deadBefore`. */
  async remove(sequence: number, deadBefore: Date): Promise<{ messages: number; bytes: number }> {
    const [removed] = await this.#database.query<{ messages: number; bytes: number }>(
      `WITH gone AS (DELETE FROM log_message WHERE sequence <= $1 RETURNING size),
         undelivered AS (DELETE FROM log_delivery WHERE sequence <= $1),
         dead AS (DELETE FROM log_dead_letter WHERE set_aside_at < $2),
         stream AS (UPDATE log_stream SET removed_through = greatest(removed_through, $1))
       SELECT count(*) AS messages, coalesce(sum(size), 0)::int8 AS bytes FROM gone`,
      [sequence, deadBefore],
    );
    return removed ?? { messages: 0, bytes: 0 };
  }

  /** Makes the consumer when it is missing, beginning after `start`; answers where it stands. */
  async consumer(durable: string, start: number): Promise<ConsumerState> {
    const [row] = await this.#database.query<ConsumerState>(
      `INSERT INTO log_consumer (durable, handed_out) VALUES ($1, $2)
       ON CONFLICT (durable) DO UPDATE SET handed_out = greatest(log_consumer.handed_out, $2)
       RETURNING handed_out AS "handedOut", subjects,
         (SELECT min(due_at) FROM log_delivery WHERE durable = $1) AS "dueAt"`,
      [durable, start],
    );
    return row ?? { handedOut: start, subjects: [], dueAt: null };
  }

  async setSubjects(durable: string, subjects: readonly string[]): Promise<void> {
    await this.#database.execute('UPDATE log_consumer SET subjects = $2 WHERE durable = $1', [
      durable,
      subjects,
    ]);
  }

  /** The filters of a consumer; undefined where there is none of that name. */
  async subjectsOf(durable: string): Promise<string[] | undefined> {
    const [row] = await this.#database.query<{ subjects: string[] }>(
      'SELECT subjects FROM log_consumer WHERE durable = $1',
      [durable],
    );
    return row?.subjects;
  }

  /** Deliveries that were not acknowledged, and messages that match `pattern` and were not delivered. */
  async waiting(durable: string, pattern: string): Promise<number> {
    const [row] = await this.#database.query<{ waiting: number }>(
      `SELECT (SELECT count(*) FROM log_delivery WHERE durable = $1) + (SELECT count(*) FROM log_message
         WHERE sequence > (SELECT handed_out FROM log_consumer WHERE durable = $1) AND subject ~ $2) AS waiting`,
      [durable, pattern],
    );
    return row?.waiting ?? 0;
  }

  /** Takes messages into work that no delivery was made of. `through` is what the consumer has then seen. */
  async claimNew(
    durable: string,
    { after, pattern, limit, head }: { after: number; pattern: string; limit: number; head: number },
  ): Promise<{ claimed: ClaimedMessage[]; through: number }> {
    const rows = await this.#database.query<MessageRow>(
      `WITH fresh AS (
         SELECT ${MESSAGE} FROM log_message
         WHERE sequence > $2 AND subject ~ $3 ORDER BY sequence LIMIT $4
       ), deliveries AS (
         INSERT INTO log_delivery (durable, sequence, attempt) SELECT $1, sequence, 1 FROM fresh
       ), moved AS (
         UPDATE log_consumer SET handed_out = (
           SELECT CASE WHEN count(*) < $4 THEN greatest($5, max(sequence)) ELSE max(sequence) END FROM fresh
         ) WHERE durable = $1
       )
       SELECT * FROM fresh ORDER BY sequence`,
      [durable, after, pattern, limit, head],
    );
    const last = rows.at(-1)?.sequence ?? after;
    return {
      claimed: rows.map((row) => ({ ...replayed(this.#message(row)), attempt: 1 })),
      through: rows.length < limit ? Math.max(head, last) : last,
    };
  }

  /** Takes deliveries into work that are due again. */
  async claimDue(durable: string, now: Date, limit: number): Promise<ClaimedMessage[]> {
    const rows = await this.#database.query<MessageRow & { attempt: number; passes: number }>(
      `WITH claimed AS (
         UPDATE log_delivery SET attempt = attempt + 1, due_at = NULL
         WHERE durable = $1 AND sequence IN (
           SELECT sequence FROM log_delivery WHERE durable = $1 AND due_at <= $2 ORDER BY due_at, sequence LIMIT $3
         ) RETURNING sequence, attempt, passes
       )
       SELECT ${MESSAGE}, attempt, passes FROM claimed JOIN log_message USING (sequence) ORDER BY sequence`,
      [durable, now, limit],
    );
    return rows.map(({ attempt, passes, ...row }) => ({ ...replayed(this.#message(row)), attempt, passes }));
  }

  async nextDue(durable: string): Promise<Date | null> {
    const [row] = await this.#database.query<{ dueAt: Date | null }>(
      'SELECT min(due_at) AS "dueAt" FROM log_delivery WHERE durable = $1',
      [durable],
    );
    return row?.dueAt ?? null;
  }

  async acknowledge(durable: string, sequences: readonly number[]): Promise<void> {
    await this.#database.execute(
      'DELETE FROM log_delivery WHERE durable = $1 AND sequence = ANY($2::int8[])',
      [durable, sequences.map(String)],
    );
  }

  /** Makes the delivery due again at `dueAt`, unless a later one was made since. */
  async putBack(durable: string, { message, attempt }: ClaimedMessage, dueAt: Date): Promise<void> {
    await this.#database.execute(
      `UPDATE log_delivery SET due_at = $4
       WHERE durable = $1 AND sequence = $2 AND attempt = $3 AND due_at IS NULL`,
      [durable, message.position.sequence, attempt, dueAt],
    );
  }

  /** As {@link putBack}, as if it had not been delivered. */
  async passOn(durable: string, { message, attempt }: ClaimedMessage, dueAt: Date): Promise<void> {
    await this.#database.execute(
      `UPDATE log_delivery SET due_at = $4, attempt = attempt - 1, passes = passes + 1
       WHERE durable = $1 AND sequence = $2 AND attempt = $3 AND due_at IS NULL`,
      [durable, message.position.sequence, attempt, dueAt],
    );
  }

  /** Moves a delivery to the dead letters, once. */
  async setAside(letter: Omit<DeadLetter, 'id' | 'place'>): Promise<void> {
    const { durable, reason, attempts, setAsideAt, message } = letter;
    const { position, subject, id, headers, body, publishedAt } = message;
    await this.#database.execute(
      `WITH ended AS (DELETE FROM log_delivery WHERE durable = $1 AND sequence = $2)
       INSERT INTO log_dead_letter
         (durable, sequence, letter, epoch, reason, attempts, set_aside_at, subject, id, headers, body, published_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, decode($11, 'base64'), $12)
       ON CONFLICT (letter) DO NOTHING`,
      [
        ...[durable, position.sequence, deadLetterId(letter), position.epoch, reason, attempts, setAsideAt],
        ...[subject, id, JSON.stringify(headers), Buffer.from(body).toString('base64'), publishedAt],
      ],
    );
  }

  deadLetters({ limit = 100, after = 0 }: DeadLetterPage): Promise<DeadLetter[]> {
    return this.#letters('number > $1 ORDER BY number LIMIT $2', [after, limit]);
  }

  async deadLetter(id: string): Promise<DeadLetter | null> {
    const [letter] = await this.#letters('letter = $1', [id]);
    return letter ?? null;
  }

  /** False when it is gone already. */
  async removeDeadLetter(id: string): Promise<boolean> {
    return (await this.#database.execute('DELETE FROM log_dead_letter WHERE letter = $1', [id])) > 0;
  }

  async #letters(condition: string, values: readonly SqlValue[]): Promise<DeadLetter[]> {
    const rows = await this.#database.query<MessageRow & LetterRow>(
      `SELECT letter, number AS place, epoch, durable, reason, attempts, set_aside_at AS "setAsideAt", ${MESSAGE}
       FROM log_dead_letter WHERE ${condition}`,
      [...values],
    );
    return rows.map(({ letter, place, epoch, durable, reason, attempts, setAsideAt, ...row }) => ({
      ...{ id: letter, place, durable, reason, attempts, setAsideAt },
      message: this.#message(row, epoch),
    }));
  }

  ping(): Promise<void> {
    return this.#database.ping();
  }

  #message(row: MessageRow, epoch = this.#epoch): LoggedMessage {
    const { sequence, subject, id, headers, body, published_at: publishedAt } = row;
    return { position: { epoch, sequence }, subject, id, headers, body, publishedAt };
  }
}
