/** A blob's entry as an answer or a change has it. */
interface Entry {
  readonly __typename: 'BlobIndex';
  readonly id: string;
  readonly version: number;
}

/** Blobs that are remembered: many more than change while one answer is under way. */
const MAX_KNOWN = 2_000;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isEntry = (value: Record<string, unknown>): value is Record<string, unknown> & Entry =>
  value['__typename'] === 'BlobIndex' &&
  typeof value['id'] === 'string' &&
  typeof value['version'] === 'number';

/** Blobs as changes told of them last, so that an answer that was under way meanwhile puts back nothing. */
export class Newest {
  readonly #known = new Map<string, Entry>();

  /** Of each change. */
  hear(blob: object | null | undefined): void {
    if (!isRecord(blob) || !isEntry(blob)) return;
    const before = this.#known.get(blob.id);
    if (before && before.version >= blob.version) return;
    this.#known.delete(blob.id);
    this.#known.set(blob.id, blob);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }

  /** An answer in which no blob is older than was told; the very same where none is. */
  within<Value>(answer: Value): Value {
    if (this.#known.size === 0) return answer;
    return this.#within(answer) as Value;
  }

  #within(value: unknown): unknown {
    if (Array.isArray(value)) return this.#list(value);
    return isRecord(value) ? this.#record(value) : value;
  }

  #list(values: readonly unknown[]): readonly unknown[] {
    const next = values.map((each) => this.#within(each));
    return next.some((each, index) => each !== values[index]) ? next : values;
  }

  #record(value: Record<string, unknown>): Record<string, unknown> {
    const next = Object.entries(value).map(([name, each]) => [name, this.#within(each)] as const);
    const inner = next.some(([name, each]) => each !== value[name]) ? Object.fromEntries(next) : value;
    const newer = isEntry(inner) ? this.#known.get(inner.id) : undefined;
    if (!newer || newer.version <= Number(inner['version'])) return inner;
    const told = Object.entries(newer).filter(([name]) => name in inner);
    return { ...inner, ...Object.fromEntries(told) };
  }
}
