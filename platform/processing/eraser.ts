/** What deletion needs of a processor's store. */
export interface BlobEraser {
  /** Removes those of these blobs that are the user's, with all that is kept of them. */
  erase(userId: string, ids: readonly string[]): Promise<void>;
  /** Removes blobs of the user, at most `limit`, whatever the index knows of them; answers how many. */
  eraseUser(userId: string, limit: number): Promise<number>;
  /** Notes of blobs of the user that a source of theirs was deleted. Left out where no blob has two sources. */
  markStale?(userId: string, ids: readonly string[]): Promise<void>;
}
