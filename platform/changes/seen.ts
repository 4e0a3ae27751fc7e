import type { Change } from './change.ts';

/** Blobs of one subscription whose versions are remembered. */
const REMEMBERED = 1_000;

/** Tells what a subscription has had already: versions of a blob only grow. */
export class SeenVersions {
  readonly #versions = new Map<string, number>();

  /** True the first time; false for a version that is no newer than the last one of its blob. */
  isNew({ blobId, version }: Change): boolean {
    const seen = this.#versions.get(blobId) ?? 0;
    if (version <= seen) return false;
    this.#versions.delete(blobId);
    this.#versions.set(blobId, version);
    if (this.#versions.size > REMEMBERED) this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    for (const blobId of this.#versions.keys()) {
      this.#versions.delete(blobId);
      return;
    }
  }
}
