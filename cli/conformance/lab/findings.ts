/** A sentence is not kept; the message is the observation. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
}

/** A sentence could not be checked; the message is the reason. */
export class Unchecked extends Error {
  override readonly name = 'Unchecked';
}

export type Outcome = 'kept' | 'wrong' | 'unchecked';

/** The outcome of one sentence. */
export interface Finding {
  /** The sentence's id, e.g. `L1`. */
  readonly id: string;
  readonly outcome: Outcome;
  /** Observations, or why it was not checked, in sentences. */
  readonly seen: readonly string[];
}

const MAX_SEEN = 3;

/** Collects the outcomes of sentences, from checks and from observations beside them. */
export class Findings {
  readonly #wrong = new Map<string, string[]>();
  readonly #unchecked = new Map<string, string>();
  readonly #kept = new Set<string>();

  kept(id: string): void {
    this.#kept.add(id);
  }

  wrong(id: string, seen: string): void {
    const known = this.#wrong.get(id) ?? [];
    this.#wrong.set(id, known);
    if (known.length < MAX_SEEN && !known.includes(seen)) known.push(seen);
  }

  unchecked(id: string, why: string): void {
    this.#unchecked.set(id, why);
  }

  of(id: string): Finding {
    const wrong = this.#wrong.get(id);
    if (wrong) return { id, outcome: 'wrong', seen: wrong };
    const why = this.#unchecked.get(id);
    if (why !== undefined) return { id, outcome: 'unchecked', seen: [why] };
    if (this.#kept.has(id)) return { id, outcome: 'kept', seen: [] };
    return { id, outcome: 'unchecked', seen: ['nothing was observed'] };
  }
}

/** @throws Wrong with the observation, unless `isRight` */
export function expect(isRight: boolean, seen: () => string): void {
  if (!isRight) throw new Wrong(seen());
}

/** A value as reports show it, cut to `length` characters. Default: 200. */
export function shown(value: unknown, length = 200): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`;
}
