import { type PGlite, parse, protocol } from '@electric-sql/pglite';
import { LRUCache } from 'lru-cache';
import { OUTDATED, type SqlValue } from './database.ts';

export interface PgliteResult {
  readonly rows: readonly object[];
  /** Rows that it changed; 0 for one that only reads. */
  readonly affectedRows: number;
}

/** Statements that are kept. */
const KEPT = 200;
interface Statement {
  readonly name: string;
  /** Ids of its parameters' types. */
  readonly types: readonly number[];
}

const { serialize } = protocol;

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Runs statements of one instance. One that is asked for again is prepared: bound, run and read by one message, in place
 * of six with its text parsed each time. Those used last are kept.
 */
export class PreparedStatements {
  readonly #instance: PGlite;
  /** By schema and text; null for one that was run once. */
  readonly #statements: LRUCache<string, { readonly statement: Statement | null }>;
  /** Statements to let go of, with the next message. */
  #closing: Uint8Array[] = [];
  #prepared = 0;

  constructor(instance: PGlite) {
    this.#instance = instance;
    this.#statements = new LRUCache<string, { readonly statement: Statement | null }>({
      max: KEPT,
      dispose: ({ statement }) => {
        if (statement) this.#closing.push(serialize.close({ type: 'S', name: statement.name }));
      },
    });
  }

  /** `schema`: the one that names are sought in now. @throws PGlite's error */
  async query(schema: string, text: string, values: readonly SqlValue[]): Promise<PgliteResult> {
    const key = `${schema} ${text}`;
    const known = this.#statements.get(key);
    if (!known) {
      const result = await this.#plain(text, values);
      this.#statements.set(key, { statement: null });
      return result;
    }
    const statement = known.statement ?? (await this.#prepare(text));
    if (!known.statement) this.#statements.set(key, { statement });
    try {
      return await this.#run(statement, values);
    } catch (error) {
      if (!OUTDATED.test(String((error as { code?: unknown }).code))) throw error;
      this.#statements.delete(key);
      // Inside a transaction, that has failed with it.
      return this.#plain(text, values).catch(() => {
        throw error;
      });
    }
  }

  async #plain(text: string, values: readonly SqlValue[]): Promise<PgliteResult> {
    const { rows, affectedRows = 0 } = await this.#instance.query<object>(text, [...values]);
    return { rows, affectedRows };
  }

  async #prepare(text: string): Promise<Statement> {
    this.#prepared += 1;
    const name = `s${this.#prepared}`;
    const message = [
      serialize.parse({ name, text }),
      serialize.describe({ type: 'S', name }),
      serialize.sync(),
    ];
    const { messages } = await this.#instance.execProtocol(joined(message), { syncToFs: false });
    return { name, types: parse.parseDescribeStatementResults(messages) };
  }

  async #run({ name, types }: Statement, values: readonly SqlValue[]): Promise<PgliteResult> {
    const { serializers, parsers } = this.#instance;
    const bound = values.map((value, index) => {
      if (value === null) return null;
      const write = serializers[types[index] ?? 0];
      return write ? write(value) : String(value);
    });
    const message = [
      ...this.#closing.splice(0),
      serialize.bind({ statement: name, values: bound }),
      serialize.describe({ type: 'P' }),
      serialize.execute({}),
      serialize.sync(),
    ];
    const { messages } = await this.#instance.execProtocol(joined(message));
    const [{ rows = [], affectedRows = 0 } = {}] = parse.parseResults(messages, parsers);
    return { rows: rows as object[], affectedRows };
  }
}
