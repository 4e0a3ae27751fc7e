/** Document texts that clients registered by their hash (automatic persisted queries). */
export interface RegisteredTexts {
  /** The text of a SHA-256 in lower-case hexadecimal; undefined when it is not stored. */
  get(hash: string): Promise<string | undefined>;
  /**
   * Stores a text for everyone who knows its hash. Each user's texts are limited by bytes: beyond that, their oldest
   * are evicted, or new ones are not stored.
   */
  put(hash: string, text: string, userId: string): Promise<void>;
}

/** Default limit of the bytes of one user's texts. */
export const BYTES_OF_USER = 2 * 1024 * 1024;

/** Approximate memory of a text, with its key and list entries. */
export const bytesOf = (text: string): number => text.length * 2 + 500;
