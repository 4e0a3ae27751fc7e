/** The server's code of a duplicate key. */
const DUPLICATE_KEY = 11_000;

/** True when a write failed because its key exists. */
export const isDuplicateKey = (error: unknown): boolean =>
  (error as { code?: unknown }).code === DUPLICATE_KEY;
