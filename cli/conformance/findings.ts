/** Seen of a sentence that is not kept. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
}

/** Why a sentence could not be looked at. */
export class Unchecked extends Error {
  override readonly name = 'Unchecked';
}

export type Outcome = 'kept' | 'wrong' | 'unchecked';

/** The outcome of one sentence. */
export interface Finding {
  readonly id: string;
  readonly outcome: Outcome;
  /** Observations, or why it was not looked at; in sentences. */
  readonly seen: readonly string[];
}

const MAX_SEEN = 3;

/** Collects what is seen of each sentence, by checks and beside them. */
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
    return { id, outcome: 'unchecked', seen: ['nothing was seen of it'] };
  }
}

/** @throws Wrong with what was seen, unless `isRight` */
export function expect(isRight: boolean, seen: () => string): void {
  if (!isRight) throw new Wrong(seen());
}

/** A value as a report shows it. */
export function shown(value: unknown, length = 200): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`;
}
