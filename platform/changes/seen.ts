import { LRUCache } from 'lru-cache';
import type { Change } from './change.ts';

/** Memory of a subscription for what it has sent: some 500 to 900 blobs. */
const SEEN_BYTES = 128 * 1024;
/** One blob's state, beside its id. */
const BLOB_BYTES = 100;

/** Knows which changes a subscription has sent already: versions of a blob only grow. */
export class SeenVersions {
  readonly #versions: LRUCache<string, number>;

  constructor(maxBytes = SEEN_BYTES) {
    this.#versions = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (_version, blobId) => BLOB_BYTES + blobId.length,
    });
  }

  /** Blobs that are remembered: those that changed last. */
  get size(): number {
    return this.#versions.size;
  }

  /** True the first time; false for a version that is no newer than the last one of its blob. */
  isNew({ blobId, version }: Change): boolean {
    if (version <= (this.#versions.peek(blobId) ?? 0)) return false;
    this.#versions.set(blobId, version);
    return true;
  }
}
