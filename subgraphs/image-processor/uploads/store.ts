import type { Upload, UploadState } from './upload.ts';

/** A user's limits. */
export interface UploadLimits {
  /** Number of uploads that are open. */
  readonly open: number;
  /** Bytes of all uploads begun since {@link UploadLimits.since}. */
  readonly bytes: number;
  /** Inclusive. */
  readonly since: Date;
}

export interface NewUpload extends Omit<Upload, 'state' | 'originalId' | 'blobId' | 'refusal'> {
  /** Unique for its user. */
  readonly idempotencyKey: string;
  /** SHA-256 in hex of the announcement. Callers compare it with the one in {@link Begun}. */
  readonly inputHash: string;
}

/** The result of {@link UploadStore.begin}: the upload, or the exceeded limit. */
export type Begun =
  | { readonly upload: Upload; readonly inputHash: string }
  | { readonly exceeded: 'open' | 'bytes' };

/** Some of a user's uploads, by their blobs or their own ids. */
export type UploadSelection = { readonly blobIds: readonly string[] } | { readonly ids: readonly string[] };

/**
 * Stores uploads, and which of them need which original. All uploads of a user with the same bytes share one original,
 * the object of the first. Objects that no upload needs any more become doomed in the same transaction, and stay so
 * until they are removed. Every method is idempotent.
 */
export interface UploadStore {
  /** Begins an upload, or finds the one with the same user and idempotency key. Checks the limits atomically. */
  begin(upload: NewUpload, now: Date, limits: UploadLimits): Promise<Begun>;
  /** A user's upload; null when there is none. */
  find(userId: string, id: string): Promise<Upload | null>;
  /**
   * Records that the file has arrived. The upload then needs its original; when that is an earlier one with the same
   * bytes, its own object becomes doomed. No effect unless the upload is open.
   */
  verify(upload: Upload, now: Date): Promise<void>;
  /** Refuses an upload and dooms its object. No effect unless the upload is open. */
  refuse(upload: Upload, reason: string, now: Date): Promise<void>;
  /** Records the upload's blob. No effect unless the upload is verified. */
  complete(id: string, blobId: string): Promise<void>;
  /** Deletes a user's uploads by blob id or upload id, and dooms originals that no upload needs any more. */
  forget(userId: string, which: UploadSelection, now: Date): Promise<void>;
  /** Deletes those of the uploads that expired before `now` without a file. */
  forgetEnded(userId: string, ids: readonly string[], now: Date): Promise<void>;
  /** Deletes a batch of a user's uploads; true while there are more. */
  forgetUser(userId: string, now: Date): Promise<boolean>;
  /** Uploads in a state that expired before a time, oldest first. */
  due(state: UploadState, before: Date, limit: number): Promise<Upload[]>;
  /** Doomed objects that are due for removal; to be confirmed by {@link UploadStore.gone}. */
  doomed(now: Date, limit: number): Promise<Doomed[]>;
  /** Confirms removal. Objects that may still be put stay doomed until then. */
  gone(doomed: readonly Doomed[], now: Date): Promise<void>;
}

export interface Doomed {
  /** Its key in the bucket. */
  readonly key: string;
  /** Until then a client with the signed address may put the object again. */
  readonly putUntil: Date;
}
