interface Waiting<T, R> {
  readonly item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** Writes one batch at a time: what comes during a write goes together into the next one. */
export interface Coalescing<T, R> {
  /** Resolves to the item's result once its batch is written. @throws what the write of its batch threw */
  add(item: T): Promise<R>;
  /** Resolves when nothing is waiting or being written. */
  idle(): Promise<void>;
}

/** `write` answers one result an item, in the same order. */
export function coalesce<T, R>(
  write: (items: readonly T[]) => Promise<readonly R[]>,
  maxItems: number,
): Coalescing<T, R> {
  let waiting: Waiting<T, R>[] = [];
  let running: Promise<void> | undefined;

  async function writeBatch(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await write(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as R);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function run(): Promise<void> {
    // All that is added in the same turn of the event loop goes together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxItems);
      waiting = waiting.slice(maxItems);
      await writeBatch(batch);
    }
    running = undefined;
  }

  return {
    add(item) {
      return new Promise<R>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        running ??= run();
      });
    },
    idle: () => running ?? Promise.resolve(),
  };
}
