import type { GraphClient } from '../../e2e/harness/client.ts';

/** Moments at which keys arrived, in milliseconds of `performance.now()`. */
export class Arrivals {
  readonly #at = new Map<string, number>();
  #heard = () => {};
  /** Rejects once nothing can arrive any more. */
  #ended: Promise<never> = new Promise(() => {});

  note(key: string): void {
    this.#at.set(key, performance.now());
    this.#heard();
  }

  /**
   * Notes a key of each of a subscription's events, where it has one. From then on, {@link of} rejects when it fails or
   * ends.
   */
  follow<Data>(
    client: GraphClient,
    subscription: string,
    variables: Record<string, unknown>,
    keyOf: (data: Data) => string | undefined,
  ): void {
    const following = async () => {
      for await (const { data, errors } of client.subscribe<Data>(subscription, variables)) {
        if (errors || !data) throw new Error(`The subscription failed: ${JSON.stringify(errors)}`);
        const key = keyOf(data);
        if (key !== undefined) this.note(key);
      }
      throw new Error('The subscription ended');
    };
    this.#ended = following();
    this.#ended.catch(() => undefined);
  }

  /** Resolves to when the key arrived, or will have. One at a time. */
  async of(key: string): Promise<number> {
    for (;;) {
      const at = this.#at.get(key);
      if (at !== undefined) return at;
      const heard = new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
      await Promise.race([heard, this.#ended]);
    }
  }
}
