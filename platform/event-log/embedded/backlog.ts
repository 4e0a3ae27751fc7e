import type { LogTables, Range } from './tables.ts';

/** Messages that one statement reads. */
const WINDOW = 4_096;

/**
 * Messages that one durable has not been handed yet, counted in pieces and remembered: asking again costs what is new. Counting all
 * of it each time would hold up whoever else needs the connection.
 */
export class Backlog {
  readonly #tables: Pick<LogTables, 'countIn'>;
  /** The last count. */
  #counted: Range;
  #count = 0;
  #first: number | null = null;

  constructor(tables: Pick<LogTables, 'countIn'>, handedOut: number) {
    this.#tables = tables;
    this.#counted = { after: handedOut, through: handedOut };
  }

  /** The durable was handed `claimed` messages of the range, all that match in it. */
  handedOut({ after, through }: Range, claimed: number): void {
    const known = this.#counted;
    const isFollowed = after === known.after && through <= known.through;
    if (!isFollowed) this.forget(through);
    else {
      this.#counted = { after: through, through: known.through };
      this.#count -= claimed;
      if (this.#first !== null && this.#first <= through) this.#first = null;
    }
  }

  /** Counts anew behind `handedOut`. */
  forget(handedOut: number): void {
    this.#counted = { after: handedOut, through: handedOut };
    this.#count = 0;
    this.#first = null;
  }

  /** How many there are up to `head`; `after`: all up to there was handed out, or matches nothing. */
  async until(head: number, pattern: string): Promise<{ readonly count: number; readonly after: number }> {
    while (this.#counted.through < head) {
      const known = this.#counted;
      const range = { after: known.through, through: Math.min(head, known.through + WINDOW) };
      const { count, first } = await this.#tables.countIn(range, pattern);
      // Messages were handed out meanwhile, or the filter changed: this count is outdated.
      if (this.#counted !== known) continue;
      this.#counted = { after: known.after, through: range.through };
      if (this.#count === 0) this.#first = first;
      this.#count += count;
    }
    const none = this.#count === 0 ? this.#counted.through : this.#counted.after;
    return { count: this.#count, after: this.#first === null ? none : this.#first - 1 };
  }
}
