/**
 * Longest texts that are taken, in UTF-16 units, by what they are. Whoever takes one, or describes it, has the number from
 * here.
 */
export const textLimits = {
  /** An id of the system's own: of a blob, a schema, a processor. */
  id: 128,
  /** A user's own id of a book or conversation, and what stands beside it there. */
  ownId: 200,
  /** A word of the system's own: a type, a version, a stage, a code. */
  word: 64,
  /** A title, a subtitle, an author. */
  title: 500,
  /** A book's line about its rights. */
  rights: 2_000,
  /** A BCP 47 tag. */
  language: 35,
  fileName: 255,
  altText: 1_000,
  idempotencyKey: 255,
} as const;

/** Bytes of all texts of one blob, as UTF-8. */
export const MAX_TEXT_BYTES = 5 * 1024 * 1024;
