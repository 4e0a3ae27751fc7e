import type { SqlDatabase, SqlValue } from '../../sql/database.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { messageSize } from '../message.ts';
import { deadLetterId } from '../replay.ts';
import type { DeadLetter, DeadLetterPage, Fill } from '../usage.ts';
import { MESSAGE, type MessageRow, messageOf } from './tables.ts';

interface LetterRow extends Omit<DeadLetter, 'id' | 'message'> {
  letter: string;
  epoch: string;
}

export interface EmbeddedLettersDependencies {
  readonly database: SqlDatabase;
  /** When there are more, the oldest make room. */
  readonly maxMessages: number;
  /** When they take more, the oldest make room. */
  readonly maxBytes: number;
  readonly logger: Logger | undefined;
}

/** Letters that make room, or grow too old, at once. */
const REMOVED_AT_ONCE = 256;

/** The dead letters of the embedded log. */
export class EmbeddedLetters {
  readonly #database: SqlDatabase;
  readonly #limits: Pick<Fill, 'maxMessages' | 'maxBytes'>;
  readonly #logger: Logger | undefined;
  #messages = 0;
  #bytes = 0;
  #dropped = 0;

  private constructor({ database, maxMessages, maxBytes, logger }: EmbeddedLettersDependencies) {
    this.#database = database;
    this.#limits = { maxMessages, maxBytes };
    this.#logger = logger;
  }

  /** The tables must be there. */
  static async open(dependencies: EmbeddedLettersDependencies): Promise<EmbeddedLetters> {
    const letters = new EmbeddedLetters(dependencies);
    await letters.#count();
    return letters;
  }

  get fill(): Fill {
    return { messages: this.#messages, bytes: this.#bytes, ...this.#limits };
  }

  /** Letters that were removed to make room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Moves a delivery to the dead letters, once; the oldest make room for it. */
  async add(letter: Omit<DeadLetter, 'id' | 'place'>): Promise<void> {
    const { durable, reason, attempts, setAsideAt, message } = letter;
    const { position, subject, id, headers, body, publishedAt } = message;
    const size = messageSize(message);
    const added = await this.#database.execute(
      `WITH ended AS (DELETE FROM log_delivery WHERE durable = $1 AND sequence = $2)
       INSERT INTO log_dead_letter
         (durable, sequence, letter, epoch, reason, attempts, set_aside_at, subject, id, headers, body, published_at, size)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, decode($11, 'base64'), $12, $13)
       ON CONFLICT (letter) DO NOTHING`,
      [
        ...[durable, position.sequence, deadLetterId(letter), position.epoch, reason, attempts, setAsideAt],
        ...[subject, id, JSON.stringify(headers), Buffer.from(body).toString('base64'), publishedAt, size],
      ],
    );
    this.#messages += added;
    this.#bytes += added * size;
    await this.#makeRoom();
  }

  list({ limit = 100, after = 0 }: DeadLetterPage): Promise<DeadLetter[]> {
    return this.#select('number > $1 ORDER BY number LIMIT $2', [after, limit]);
  }

  async find(id: string): Promise<DeadLetter | null> {
    const [letter] = await this.#select('letter = $1', [id]);
    return letter ?? null;
  }

  /** False when it is gone already. */
  async remove(id: string): Promise<boolean> {
    const removed = await this.#database.query<{ size: number }>(
      'DELETE FROM log_dead_letter WHERE letter = $1 RETURNING size',
      [id],
    );
    this.#forget(removed);
    return removed.length > 0;
  }

  /** Removes those that were set aside before `cutoff`. */
  async removeOld(cutoff: Date): Promise<void> {
    for (let removed = REMOVED_AT_ONCE; removed === REMOVED_AT_ONCE; ) {
      const old = await this.#database.query<{ size: number }>(
        `DELETE FROM log_dead_letter WHERE set_aside_at < $1
           AND number IN (SELECT number FROM log_dead_letter ORDER BY number LIMIT $2) RETURNING size`,
        [cutoff, REMOVED_AT_ONCE],
      );
      this.#forget(old);
      removed = old.length;
    }
  }

  /** Removes the oldest while there are too many, and says which. */
  async #makeRoom(): Promise<void> {
    const { maxMessages, maxBytes } = this.#limits;
    while (this.#messages > 1 && (this.#messages > maxMessages || this.#bytes > maxBytes)) {
      const [oldest] = await this.#select('number = (SELECT min(number) FROM log_dead_letter)', []);
      if (!oldest) return this.#count();
      if (!(await this.remove(oldest.id))) continue;
      this.#dropped += 1;
      const { id, durable, reason, message } = oldest;
      this.#logger?.error(
        { letter: id, durable, reason, subject: message.subject, message: message.id },
        'A dead letter was removed to make room for newer ones',
      );
    }
  }

  async #count(): Promise<void> {
    const [row] = await this.#database.query<{ messages: number; bytes: number }>(
      'SELECT count(*) AS messages, coalesce(sum(size), 0)::int8 AS bytes FROM log_dead_letter',
    );
    this.#messages = row?.messages ?? 0;
    this.#bytes = row?.bytes ?? 0;
  }

  #forget(removed: readonly { readonly size: number }[]): void {
    this.#messages -= removed.length;
    this.#bytes -= removed.reduce((bytes, { size }) => bytes + size, 0);
  }

  async #select(condition: string, values: readonly SqlValue[]): Promise<DeadLetter[]> {
    const rows = await this.#database.query<MessageRow & LetterRow>(
      `SELECT letter, number AS place, epoch, durable, reason, attempts, set_aside_at AS "setAsideAt", ${MESSAGE}
       FROM log_dead_letter WHERE ${condition}`,
      [...values],
    );
    return rows.map(({ letter, place, epoch, durable, reason, attempts, setAsideAt, ...row }) => ({
      ...{ id: letter, place, durable, reason, attempts, setAsideAt },
      message: messageOf(row, epoch),
    }));
  }
}
