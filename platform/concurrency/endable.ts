/**
 * Results whose taker may leave while it waits for the next: a generator hears of that only when the next is there. `end` is
 * called then; and when the last is taken, or the results fail. It may be called more than once.
 */
export class Endable<Item> implements AsyncGenerator<Item, void, undefined> {
  readonly #results: AsyncGenerator<Item, void, undefined>;
  readonly #end: () => void;

  constructor(results: AsyncGenerator<Item, void, undefined>, end: () => void) {
    this.#results = results;
    this.#end = end;
  }

  async next(): Promise<IteratorResult<Item, void>> {
    try {
      const next = await this.#results.next();
      if (next.done) this.#end();
      return next;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Item, void>> {
    this.#end();
    return this.#results.return();
  }

  async throw(error: unknown): Promise<IteratorResult<Item, void>> {
    this.#end();
    return this.#results.throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
