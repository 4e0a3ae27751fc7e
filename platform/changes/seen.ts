import type { Change } from './change.ts';

/** Memory that a subscription may take to know what it had: some 500 to 900 blobs. */
const SEEN_BYTES = 128 * 1024;
/** Of one blob, beside its id. */
const BLOB_BYTES = 100;

/** Tells what a subscription has had already: versions of a blob only grow. */
export class SeenVersions {
  readonly #maxBytes: number;
  /** Blobs are forgotten by halves: taking the oldest out of one map one by one would walk past all that were taken. */
  #recent = new Map<string, number>();
  #before = new Map<string, number>();
  #recentBytes = 0;

  constructor(maxBytes = SEEN_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Blobs that are remembered. */
  get size(): number {
    return this.#recent.size + this.#before.size;
  }

  /** True the first time; false for a version that is no newer than the last one of its blob. */
  isNew({ blobId, version }: Change): boolean {
    const recent = this.#recent.get(blobId);
    if (version <= (recent ?? this.#before.get(blobId) ?? 0)) return false;
    this.#recent.set(blobId, version);
    if (recent === undefined) this.#count(blobId);
    return true;
  }

  #count(blobId: string): void {
    this.#before.delete(blobId);
    this.#recentBytes += BLOB_BYTES + blobId.length;
    if (this.#recentBytes < this.#maxBytes / 2) return;
    this.#before = this.#recent;
    this.#recent = new Map();
    this.#recentBytes = 0;
  }
}
