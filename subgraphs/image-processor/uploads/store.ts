import type { Upload, UploadState } from './upload.ts';

/** What a user may have open, and bring in a day. */
export interface UploadLimits {
  /** Uploads that are not completed yet. */
  readonly open: number;
  /** Bytes of all uploads that were begun since {@link UploadLimits.since}. */
  readonly bytes: number;
  readonly since: Date;
}

export interface NewUpload extends Omit<Upload, 'state' | 'originalId' | 'blobId' | 'refusal'> {
  readonly idempotencyKey: string;
  readonly inputHash: string;
}

/** What came of beginning one. */
export type Begun =
  | { readonly upload: Upload; readonly inputHash: string }
  | { readonly exceeded: 'open' | 'bytes' };

/**
 * Uploads, and who needs which original. An original is needed by every upload of its user that brought the same bytes;
 * it lies where the first of them put it. Objects that nobody needs any more are doomed: noted in the same step, and
 * noted until they are gone. All of it may be done again.
 */
export interface UploadStore {
  /** Begins one, or finds that of the same user and key. Limits are counted one user after the other. */
  begin(upload: NewUpload, now: Date, limits: UploadLimits): Promise<Begun>;
  /** The user's own; null where there is none. */
  find(userId: string, id: string): Promise<Upload | null>;
  /**
   * Notes that the file has arrived: from then on the upload needs its original, its own or an earlier one of the same
   * bytes; its own object is doomed then. Nothing unless it is open.
   */
  verify(upload: Upload, now: Date): Promise<void>;
  /** Dooms its object. Nothing unless it is open. */
  refuse(upload: Upload, reason: string, now: Date): Promise<void>;
  complete(id: string, blobId: string): Promise<void>;
  /** Forgets uploads of the user with these blobs, or these ids, and dooms the originals that nobody needs then. */
  forget(
    userId: string,
    which: { readonly blobIds: readonly string[] } | { readonly ids: readonly string[] },
    now: Date,
  ): Promise<void>;
  /** Forgets those of these that ended before now without having arrived. */
  forgetEnded(userId: string, ids: readonly string[], now: Date): Promise<void>;
  /** Forgets some of a user's uploads; true while there are more. */
  forgetUser(userId: string, now: Date): Promise<boolean>;
  /** Those in that state that ended before then, the oldest first. */
  due(state: UploadState, before: Date, limit: number): Promise<Upload[]>;
  /** Keys of doomed objects that are due, and what is to be named to {@link UploadStore.gone}. */
  doomed(now: Date, limit: number): Promise<Doomed[]>;
  /** Their objects are not there any more; those that may still be put are kept until that is over. */
  gone(doomed: readonly Doomed[], now: Date): Promise<void>;
}

export interface Doomed {
  readonly key: string;
  /** Until then, whoever was given the address may put the object anew. */
  readonly putUntil: Date;
}
