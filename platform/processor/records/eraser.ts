/** The part of a processor's store that deletes. */
export interface BlobEraser {
  /** Removes those of these blobs that are the user's, with all that is kept of them. */
  erase(userId: string, ids: readonly string[]): Promise<void>;
  /** Removes blobs of the user, at most `limit`, whatever the index knows of them; answers their ids. */
  eraseUser(userId: string, limit: number): Promise<readonly string[]>;
  /** Notes of blobs of the user that a source of theirs was deleted. */
  markStale(userId: string, ids: readonly string[]): Promise<void>;
}
