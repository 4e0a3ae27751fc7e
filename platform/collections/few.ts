/** A set that mostly has one member or none, and then costs a tenth of a `Set`. In the order of adding. */
export class Few<Member extends object> implements Iterable<Member> {
  #one: Member | undefined;
  /** Where there are several: all of them. */
  #all: Set<Member> | undefined;

  get size(): number {
    return this.#all?.size ?? (this.#one ? 1 : 0);
  }

  add(member: Member): this {
    if (this.#all) this.#all.add(member);
    else if (!this.#one || this.#one === member) this.#one = member;
    else this.#all = new Set([this.#one, member]);
    return this;
  }

  delete(member: Member): void {
    this.#all?.delete(member);
    if (this.#one === member) this.#one = undefined;
    if (!this.#all || this.#all.size > 1) return;
    [this.#one] = this.#all;
    this.#all = undefined;
  }

  clear(): void {
    this.#one = undefined;
    this.#all = undefined;
  }

  /** Of those that it has now, or of some that come or go meanwhile as well. */
  [Symbol.iterator](): Iterator<Member> {
    return (this.#all ?? (this.#one ? [this.#one] : []))[Symbol.iterator]();
  }
}
