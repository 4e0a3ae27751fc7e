import pg from 'pg';
import { OUTDATED } from './database.ts';

/** Statements that a connection keeps prepared at most. */
const KEPT = 200;
/** Texts that are remembered as having been run once. */
const SEEN = 1_000;
/** Names of statements that are asked for again and again: by its name, a connection parses a text once. */
export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #seen = new Set<string>();
  #given = 0;

  /** The name to prepare a text under; undefined where it is not to be. */
  of(text: string): string | undefined {
    const name = this.#names.get(text);
    if (name !== undefined || this.#given === KEPT) return name;
    if (!this.#seen.has(text)) {
      if (this.#seen.size === SEEN) this.#seen.clear();
      this.#seen.add(text);
      return undefined;
    }
    this.#given += 1;
    const given = `s${this.#given}`;
    this.#names.set(text, given);
    return given;
  }

  /** Whether a prepared statement may have failed only because it is outdated: it is to be sent again, by its text. */
  forgetOutdated(text: string, error: unknown): boolean {
    if (!(error instanceof pg.DatabaseError) || !OUTDATED.test(error.code ?? '')) return false;
    return this.#names.delete(text);
  }
}
