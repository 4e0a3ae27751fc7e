import { randomUUID } from 'node:crypto';
import type { SqlDatabase, SqlExecutor } from '../../sql/database.ts';
import type { Cut } from '../consuming.ts';
import type { Position } from '../message.ts';
import { replaySubject } from '../replay.ts';
import { subjectPattern } from '../subjects.ts';
import { inRange, type Range } from './tables.ts';

interface DurableRow {
  readonly durable: string;
  readonly handedOut: number;
  readonly subjects: readonly string[];
  readonly cutId: string | null;
  readonly cutCause: Cut['cause'] | null;
}

interface CutRow {
  readonly id: string;
  readonly cause: Cut['cause'];
  readonly through: number;
  readonly at: Date;
}

/** Result of one step of a removal. */
export interface Removed {
  /** Messages up to here are gone. */
  readonly through: number;
  readonly messages: number;
  /** As {@link messageSize} counts them. */
  readonly bytes: number;
  /** Durables that had not acknowledged all of it, and were not cut before. */
  readonly cutAnew: readonly string[];
}

/** Matches what a durable consumer with these filters takes. */
export const takenBy = (durable: string, subjects: readonly string[]): string =>
  subjectPattern([...subjects, replaySubject(durable)]);

const DURABLE = `durable, handed_out AS "handedOut", subjects, cut_id AS "cutId", cut_cause AS "cutCause"`;

/** The first message of the range that the durable has not acknowledged. */
async function firstOwed(tx: SqlExecutor, row: DurableRow, range: Range): Promise<number | null> {
  const [found] = await tx.query<{ first: number | null }>(
    `${inRange('$3', '$2', 'sequence, subject')} SELECT least(
       (SELECT min(sequence) FROM log_delivery WHERE durable = $1 AND sequence <= $2),
       (SELECT min(sequence) FROM in_range WHERE subject ~ $4)
     ) AS first`,
    [row.durable, range.through, Math.max(range.after, row.handedOut), takenBy(row.durable, row.subjects)],
  );
  return found?.first ?? null;
}

/** The statements that make room in the embedded log, and mark durables as cut. */
export class DurableTables {
  readonly #database: SqlDatabase;
  readonly #position: (sequence: number) => Position;

  constructor(database: SqlDatabase, position: (sequence: number) => Position) {
    this.#database = database;
    this.#position = position;
  }

  /**
   * Removes messages of the range, and marks as cut who has not acknowledged them, all or nothing. `isHeld`: not beyond what
   * a durable that was not cut has acknowledged. `onGoing` hears up to where they go before they do.
   */
  remove(range: Range, isHeld: boolean, at: Date, onGoing: (through: number) => void): Promise<Removed> {
    return this.#database.transaction(async (tx) => {
      const rows = await tx.query<DurableRow>(`SELECT ${DURABLE} FROM log_consumer ORDER BY durable`);
      const owed: { readonly row: DurableRow; readonly first: number }[] = [];
      for (const row of rows) {
        const first = await firstOwed(tx, row, range);
        if (first !== null) owed.push({ row, first });
      }
      const held = owed.filter(({ row }) => isHeld && row.cutId === null).map(({ first }) => first - 1);
      const through = Math.min(range.through, ...held);
      if (through <= range.after) return { through: range.after, messages: 0, bytes: 0, cutAnew: [] };
      onGoing(through);
      const lost = owed.filter(({ first }) => first <= through).map(({ row }) => row);
      for (const row of lost) await cutOff(tx, row, through, at);
      const cutAnew = lost.filter(({ cutId }) => cutId === null).map(({ durable }) => durable);
      return { through, cutAnew, ...(await drop(tx, range.after, through)) };
    });
  }

  /** The first message of the range that was published at `time` or later; null where all are older. */
  async firstSince(time: Date, { after, through }: Range): Promise<number | null> {
    const [row] = await this.#database.query<{ first: number | null }>(
      `${inRange('$1', '$2', 'sequence, published_at')}
       SELECT min(sequence) AS first FROM in_range WHERE published_at >= $3`,
      [after, through, time],
    );
    return row?.first ?? null;
  }

  /** Removes the messages on the subject. */
  async removeOn(subject: string): Promise<{ messages: number; bytes: number }> {
    const gone = await this.#database.query<{ size: number }>(
      'DELETE FROM log_message WHERE subject = $1 RETURNING size',
      [subject],
    );
    return { messages: gone.length, bytes: gone.reduce((bytes, { size }) => bytes + size, 0) };
  }

  /** Names of all durables, in their order. */
  async names(): Promise<string[]> {
    const rows = await this.#database.query<{ durable: string }>(
      'SELECT durable FROM log_consumer ORDER BY durable',
    );
    return rows.map(({ durable }) => durable);
  }

  async find(durable: string): Promise<{ readonly cut: Cut } | null> {
    const [row] = await this.#database.query<CutRow>(
      `SELECT cut_id AS id, cut_cause AS cause, cut_through AS through, cut_at AS at FROM log_consumer
       WHERE durable = $1 AND cut_id IS NOT NULL`,
      [durable],
    );
    return row ? { cut: { ...row, durable, through: this.#position(row.through) } } : null;
  }

  /** Forgets this cut, and no later one. */
  async forget({ cut }: { readonly cut: Cut }): Promise<void> {
    await this.#database.execute(
      `UPDATE log_consumer SET cut_id = NULL, cut_cause = NULL, cut_through = NULL, cut_at = NULL
       WHERE durable = $1 AND cut_id = $2`,
      [cut.durable, cut.id],
    );
  }

  /** False where there is no durable of that name. */
  async cut(durable: string, through: number, at: Date): Promise<boolean> {
    const changed = await this.#database.execute(
      `UPDATE log_consumer SET cut_id = $2, cut_cause = 'asked', cut_through = $3, cut_at = $4 WHERE durable = $1`,
      [durable, randomUUID(), through, at],
    );
    return changed > 0;
  }

  /** Removes the durable with its deliveries. False where there is none of that name. */
  async removeDurable(durable: string): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      await tx.execute('DELETE FROM log_delivery WHERE durable = $1', [durable]);
      return (await tx.execute('DELETE FROM log_consumer WHERE durable = $1', [durable])) > 0;
    });
  }
}

async function cutOff(tx: SqlExecutor, { durable, cutCause }: DurableRow, through: number, at: Date) {
  const cause: Cut['cause'] = cutCause === 'asked' ? 'asked' : 'lagged';
  await tx.execute(
    `UPDATE log_consumer SET cut_id = $2, cut_cause = $3, cut_through = $4, cut_at = $5 WHERE durable = $1`,
    [durable, randomUUID(), cause, through, at],
  );
  await tx.execute('DELETE FROM log_delivery WHERE durable = $1 AND sequence <= $2', [durable, through]);
}

async function drop(tx: SqlExecutor, after: number, through: number) {
  const [gone] = await tx.query<{ messages: number; bytes: number }>(
    `WITH gone AS (DELETE FROM log_message WHERE sequence > $1 AND sequence <= $2 RETURNING size),
       moved AS (UPDATE log_consumer SET handed_out = $2 WHERE handed_out < $2),
       stream AS (UPDATE log_stream SET removed_through = greatest(removed_through, $2))
     SELECT count(*) AS messages, coalesce(sum(size), 0)::int8 AS bytes FROM gone`,
    [after, through],
  );
  return gone ?? { messages: 0, bytes: 0 };
}
