import { BlobgraphError } from '../../errors/errors.ts';

/** Bytes that one answer of a subgraph may have, as the gateway takes it. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/**
 * Room for the texts of one answer. What does not fit is not read from its store: an answer that is too large would be
 * cut off on its way.
 */
export class AnswerRoom {
  #left: number;
  #isEmpty = true;

  /** Default: 8 MiB. */
  constructor(bytes = MAX_ANSWER_BYTES) {
    this.#left = bytes;
  }

  /** Takes room for a text; false when there is not enough. The first text always fits: it may be asked for by itself. */
  take(bytes: number): boolean {
    if (!this.#isEmpty && bytes > this.#left) return false;
    this.#isEmpty = false;
    this.#left -= bytes;
    return true;
  }
}

/** The error for a text that does not fit. */
export const noRoom = (): BlobgraphError =>
  new BlobgraphError(
    'RESPONSE_TOO_LARGE',
    'The contents asked for are larger than 8 MiB together. Ask for shorter pages (`first`), or for this one by itself: its text is at `/api/v1/blobs/{id}/text`.',
  );
