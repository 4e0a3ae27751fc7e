/** Parts of a round: so many times less is done at once, and nobody waits longer than that share of it more. */
const PARTS = 16;

/**
 * Acts for many members each so many milliseconds, with one timer for all of them: a timer each costs as much memory as
 * some of its members. They are spread over the round by when they came.
 */
export class Rounds<Member extends object> {
  readonly #act: (member: Member) => void;
  readonly #everyMs: number;
  readonly #parts: Set<Member>[] = Array.from({ length: PARTS }, () => new Set());
  #size = 0;
  #part = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number, act: (member: Member) => void) {
    this.#everyMs = everyMs;
    this.#act = act;
  }

  /** Acts for it from a round on, or a part less, until it is deleted. The process does not stay for it. */
  add(member: Member): void {
    this.delete(member);
    this.#parts[this.#part]?.add(member);
    this.#size += 1;
    this.#timer ??= setInterval(() => this.#next(), this.#everyMs / PARTS).unref();
  }

  delete(member: Member): void {
    // To note the part of each would take as much memory again as to have it.
    for (const part of this.#parts) if (part.delete(member)) this.#size -= 1;
    if (this.#size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    this.#part = (this.#part + 1) % PARTS;
    for (const member of [...(this.#parts[this.#part] ?? [])]) this.#act(member);
  }
}
