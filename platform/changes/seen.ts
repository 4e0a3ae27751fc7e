import { LRUCache } from 'lru-cache';
import type { Change } from './change.ts';

/** Memory of a subscription for what it has sent: some 500 to 900 blobs. */
const SEEN_BYTES = 128 * 1024;
/** One blob's state, beside its id. */
const BLOB_BYTES = 100;

/** Knows which changes a subscription has sent already: versions of a blob, and of a book, only grow. */
export class SeenVersions {
  readonly #versions: LRUCache<string, number>;

  constructor(maxBytes = SEEN_BYTES) {
    this.#versions = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (_version, key) => BLOB_BYTES + key.length,
    });
  }

  /** Blobs that are remembered: those that changed last. */
  get size(): number {
    return this.#versions.size;
  }

  /** True the first time; false for a version that is no newer than the last one of its blob. */
  isNew({ event, id, version }: Change): boolean {
    // A book may have a blob's id.
    const key = event.startsWith('blob.') ? id : `book ${id}`;
    if (version <= (this.#versions.peek(key) ?? 0)) return false;
    this.#versions.set(key, version);
    return true;
  }
}
