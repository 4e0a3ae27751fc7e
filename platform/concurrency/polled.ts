/** Whoever waits for something, and goes on once it is woken. */
export interface Sleeper {
  /** To be called whenever there may be news, also while it is awake. It does not throw. */
  wake(): void;
}

export const OVER = { done: true, value: undefined } as const;

/**
 * Items that come now and then, until it is returned. Whoever waits for the next one by {@link poll} and a
 * {@link Sleeper} leaves nothing pending: a promise and whoever awaits it take more memory than all else that a waiting
 * subscriber has.
 */
export abstract class Polled<Item> implements AsyncIterableIterator<Item, void, undefined> {
  #sleeper: Sleeper | undefined;
  #hasNews = false;

  /**
   * The next item, or the end; undefined where there is neither for now: the sleeper is woken when there may be.
   * One at a time.
   */
  abstract poll(): Promise<IteratorResult<Item, void> | undefined>;

  /** Ends it at once, also while it is waited for. */
  abstract return(): Promise<IteratorResult<Item, void>>;

  /** Has this one woken from now on, and no other. */
  wakes(sleeper: Sleeper): void {
    this.#sleeper = sleeper;
  }

  /** Waits for the next item. One at a time. */
  async next(): Promise<IteratorResult<Item, void>> {
    for (;;) {
      this.#hasNews = false;
      const polled = await this.poll();
      if (polled) return polled;
      // What has come since it was looked for has woken nobody.
      if (!this.#hasNews)
        await new Promise<void>((wake) => {
          this.wakes({ wake });
        });
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** There may be an item, or it has ended. */
  protected stir(): void {
    this.#hasNews = true;
    this.#sleeper?.wake();
  }
}

/** Ends when it is returned, or when its signal aborts. */
export abstract class Ending<Item> extends Polled<Item> {
  readonly #signal: AbortSignal | undefined;
  #isOver = false;

  constructor(signal: AbortSignal | undefined) {
    super();
    this.#signal = signal;
    if (signal?.aborted) this.#isOver = true;
    else signal?.addEventListener('abort', this);
  }

  async return(): Promise<IteratorResult<Item, void>> {
    this.end();
    return OVER;
  }

  /** The signal has aborted. */
  handleEvent(): void {
    this.end();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal?.removeEventListener('abort', this);
    this.leave();
    this.stir();
  }

  protected get isOver(): boolean {
    return this.#isOver;
  }

  /** Lets go of what it has; it is over by then. Called once. */
  protected abstract leave(): void;
}

/** An iterator's items, for whoever polls: each is waited for all the same. */
class Waited<Item> extends Polled<Item> {
  readonly #items: AsyncIterator<Item, unknown, undefined>;

  constructor(items: AsyncIterator<Item, unknown, undefined>) {
    super();
    this.#items = items;
  }

  async poll(): Promise<IteratorResult<Item, void>> {
    const { done, value } = await this.#items.next();
    return done ? OVER : { done: false, value };
  }

  async return(): Promise<IteratorResult<Item, void>> {
    await this.#items.return?.();
    return OVER;
  }
}

export const polledOf = <Item>(items: AsyncIterator<Item, unknown, undefined>): Polled<Item> =>
  new Waited(items);
