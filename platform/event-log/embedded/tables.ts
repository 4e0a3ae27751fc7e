import type { SqlDatabase } from '../../sql/database.ts';
import type { LoggedMessage, OutgoingMessage } from '../message.ts';
import { messageSize } from '../message.ts';
import { type Replayed, replayed } from '../replay.ts';
import { migrations } from './migrations.ts';

/** Columns of {@link MessageRow}. */
export const MESSAGE = 'sequence, subject, id, headers, body, published_at';

export interface MessageRow {
  sequence: number;
  subject: string;
  id: string;
  headers: Record<string, string>;
  body: Uint8Array;
  published_at: Date;
}

export interface NewMessage {
  readonly sequence: number;
  readonly message: OutgoingMessage;
}

export interface ClaimedMessage extends Replayed {
  readonly attempt: number;
}

/** Sequences behind `after`, up to `through`. */
export interface Range {
  readonly after: number;
  readonly through: number;
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

/** Begins a statement: messages behind one sequence, up to another, whatever their subjects. */
export const inRange = (after: string, through: string, columns = MESSAGE): string =>
  `WITH in_range AS MATERIALIZED (
     SELECT ${columns} FROM log_message WHERE sequence > ${after} AND sequence <= ${through}
   )`;

export function messageOf(row: MessageRow, epoch: string): LoggedMessage {
  const { sequence, subject, id, headers, body, published_at: publishedAt } = row;
  return { position: { epoch, sequence }, subject, id, headers, body, publishedAt };
}

/** The statements of the embedded log's messages and deliveries. One process uses the tables at a time. */
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

  /**
   * Messages of the range that match, `limit` at most. A range has both its ends, and subjects are compared only in it:
   * without statistics the planner would sort all that is left to find the first, or take all of a subject.
   */
  async messagesIn({ after, through }: Range, pattern: string, limit: number): Promise<LoggedMessage[]> {
    const rows = await this.#database.query<MessageRow>(
      `${inRange('$1', '$2')} SELECT * FROM in_range WHERE subject ~ $3 ORDER BY sequence LIMIT $4`,
      [after, through, pattern, limit],
    );
    return rows.map((row) => this.#message(row));
  }

  /**
   * The first `limit` messages on `subjects` between two sequences, the second included, until `maxBytes` are reached.
   * One walk along the index for each subject: what is on others is not looked at, nor what follows the last one that is
   * given. (Told of an equality, a planner without statistics would collect all of the subject's messages and sort them.)
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
             WHERE (log_message.subject, sequence) > (wanted.subject, $2::int8)
               AND (log_message.subject, sequence) <= (wanted.subject, $3::int8)
             ORDER BY log_message.subject, sequence LIMIT $4
           ) AS message ORDER BY sequence LIMIT $4
         ) AS first
       ) AS sized WHERE size_before < $5 ORDER BY sequence`,
      [[...subjects], after, through, limit, maxBytes],
    );
    return rows.map((row) => this.#message(row));
  }

  /** How many messages of the range match, and the first of them. */
  async countIn(
    { after, through }: Range,
    pattern: string,
  ): Promise<{ count: number; first: number | null }> {
    const [row] = await this.#database.query<{ count: number; first: number | null }>(
      `${inRange('$1', '$2', 'sequence, subject')}
       SELECT count(*) AS count, min(sequence) AS first FROM in_range WHERE subject ~ $3`,
      [after, through, pattern],
    );
    return row ?? { count: 0, first: null };
  }

  /**
   * Makes the consumer when it is missing, behind what was removed; answers where it stands. One that is made where
   * something was removed has that to hear of.
   */
  async consumer(durable: string, cut: { readonly id: string; readonly at: Date }): Promise<ConsumerState> {
    const [row] = await this.#database.query<ConsumerState>(
      `INSERT INTO log_consumer (durable, handed_out, cut_id, cut_cause, cut_through, cut_at)
       SELECT $1, removed_through, CASE WHEN removed_through > 0 THEN $2 END,
         CASE WHEN removed_through > 0 THEN 'made' END, CASE WHEN removed_through > 0 THEN removed_through END,
         CASE WHEN removed_through > 0 THEN $3::timestamptz END
       FROM log_stream
       ON CONFLICT (durable) DO UPDATE SET handed_out = greatest(log_consumer.handed_out, excluded.handed_out)
       RETURNING handed_out AS "handedOut", subjects,
         (SELECT min(due_at) FROM log_delivery WHERE durable = $1) AS "dueAt"`,
      [durable, cut.id, cut.at],
    );
    if (!row) throw new Error('The embedded event log has lost its stream: remove its database');
    return row;
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

  /** Deliveries that were not acknowledged, and the first of them. */
  async deliveries(durable: string): Promise<{ count: number; first: number | null }> {
    const [row] = await this.#database.query<{ count: number; first: number | null }>(
      'SELECT count(*) AS count, min(sequence) AS first FROM log_delivery WHERE durable = $1',
      [durable],
    );
    return row ?? { count: 0, first: null };
  }

  /**
   * Takes messages of the range into work that no delivery was made of, `limit` at most. `through` is what the consumer
   * has then seen.
   */
  async claimNew(
    durable: string,
    { after, through }: Range,
    pattern: string,
    limit: number,
  ): Promise<{ claimed: ClaimedMessage[]; through: number }> {
    const rows = await this.#database.query<MessageRow>(
      `${inRange('$2', '$5')}, fresh AS (
         SELECT * FROM in_range WHERE subject ~ $3 ORDER BY sequence LIMIT $4
       ), deliveries AS (
         INSERT INTO log_delivery (durable, sequence, attempt) SELECT $1, sequence, 1 FROM fresh
       ), moved AS (
         UPDATE log_consumer SET handed_out = greatest(handed_out, (
           SELECT CASE WHEN count(*) < $4 THEN $5 ELSE max(sequence) END FROM fresh
         )) WHERE durable = $1
       )
       SELECT * FROM fresh ORDER BY sequence`,
      [durable, after, pattern, limit, through],
    );
    return {
      claimed: rows.map((row) => ({ ...replayed(this.#message(row)), attempt: 1 })),
      through: rows.length < limit ? through : (rows.at(-1)?.sequence ?? through),
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

  ping(): Promise<void> {
    return this.#database.ping();
  }

  #message(row: MessageRow): LoggedMessage {
    return messageOf(row, this.#epoch);
  }
}
