import { LRUCache } from 'lru-cache';
import type { Change } from './change.ts';

/** Memory of a subscription for what it has sent: some 500 to 900 blobs. */
const SEEN_BYTES = 128 * 1024;
/** One blob's state, beside its id. */
const BLOB_BYTES = 100;

/** Knows which changes a subscription has sent already: versions of a blob, and of a book, only grow. */
export class SeenVersions {
  readonly #maxBytes: number;
  /** Made with the first change: most subscriptions wait, and are many. */
  #versions: LRUCache<string, number> | undefined;

  constructor(maxBytes = SEEN_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Blobs that are remembered: those that changed last. */
  get size(): number {
    return this.#versions?.size ?? 0;
  }

  /** True the first time; false for a version that is no newer than the last one of its blob. */
  isNew({ id, version }: Pick<Change, 'id' | 'version'>): boolean {
    this.#versions ??= new LRUCache({
      maxSize: this.#maxBytes,
      sizeCalculation: (_version, each) => BLOB_BYTES + each.length,
    });
    if (version <= (this.#versions.peek(id) ?? 0)) return false;
    this.#versions.set(id, version);
    return true;
  }
}
