/** Waits in a way that takes nobody's place. */
export type Park = <T>(wait: () => Promise<T>) => Promise<T>;
