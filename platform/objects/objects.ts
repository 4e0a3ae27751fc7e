import type { Readable } from 'node:stream';

/** Bytes at once, or piece by piece: what is larger than memory comes as an iterable, a `Readable` for one. */
export type ObjectBody = Uint8Array | AsyncIterable<Uint8Array>;

export interface ObjectDescription {
  /** E.g. `application/epub+zip`: printable ASCII, 255 characters at most. */
  readonly contentType: string;
  /**
   * Names of lower-case letters, digits and hyphens, values of any text; percent-encoded, all of it is 2,048 bytes at
   * most. Default: none.
   */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface ObjectHead {
  /** Size of the whole object, also where only a range of it is read. */
  readonly sizeBytes: number;
  /** As it was put. */
  readonly contentType: string;
  /** Another one after each change of the content, quoted as HTTP has it. */
  readonly etag: string;
  /** When it was put, by the store's clock; S3 tells whole seconds. */
  readonly modifiedAt: Date;
  /** As it was put; empty where there was none. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ObjectContent extends ObjectHead {
  /** Read it to its end, or destroy it: until then it holds a file or a connection. */
  readonly body: Readable;
}

/** Places of bytes, from 0, the last one included, as in HTTP; an `end` past the object's is cut to it. */
export interface ByteRange {
  /** Below the object's size; else reading is refused with VALIDATION_FAILED. */
  readonly start: number;
  /** Default: the object's last byte. */
  readonly end?: number;
}

export interface ListedObject {
  /** The whole key, the prefix included. */
  readonly key: string;
  readonly sizeBytes: number;
  /** As of {@link ObjectHead.modifiedAt}. */
  readonly modifiedAt: Date;
}

export interface ListOptions {
  /** The last key of the page before. */
  readonly after?: string;
  /** 1 to 1,000. */
  readonly limit: number;
}

/**
 * Files that are no blobs: exports and renditions, which can be made again, and what users uploaded, which cannot. A
 * service's store holds its own alone.
 *
 * A key is segments with `/` between, e.g. `exports/<blob>/epub-1`: 1,024 bytes of UTF-8 at most with the service's own
 * place, 255 a segment, any Unicode but control characters; no segment is empty, `.` or `..`. Put no key under another (`a`
 * and `a/b`): MinIO lists but one of them. A prefix is the leading segments of keys, without a slash at its end: `exports/1`
 * stands for all under `exports/1/`, and not for `exports/10`; `''` for everything.
 *
 * Every method rejects with {@link ObjectStoreUnavailable} when the store is out of reach, and with a `BlobgraphError`
 * (`VALIDATION_FAILED`) for a key, a description, a range or a limit that is not allowed.
 */
export interface ObjectStore {
  /** True when the objects are files of a folder. */
  readonly embedded: boolean;
  /**
   * Stores an object, or replaces it as a whole: durable when it resolves, and readers have the one before or this one.
   * When the body fails nothing is stored, and its error is thrown.
   */
  put(key: string, body: ObjectBody, description: ObjectDescription): Promise<{ readonly sizeBytes: number }>;
  /** The object as it is now, whatever replaces it while it is read; null where there is none. */
  get(key: string, range?: ByteRange): Promise<ObjectContent | null>;
  /** As {@link get}, without the content: nothing is held open. */
  head(key: string): Promise<ObjectHead | null>;
  /** Keys that are not there count as deleted. */
  delete(keys: readonly string[]): Promise<void>;
  /** Deletes all under a prefix, however many; what is put meanwhile may stay or go. */
  deletePrefix(prefix: string): Promise<void>;
  /**
   * A page of what is under a prefix, in a fixed order of the store's own; fewer than `limit` are the last. What is put
   * or deleted between two pages may be in them or not; all else is in exactly one.
   */
  list(prefix: string, options: ListOptions): Promise<readonly ListedObject[]>;
  /** @throws ObjectStoreUnavailable when it cannot be used now */
  ping(): Promise<void>;
  /** Ends the store's connections; it is not used after that. */
  close(): Promise<void>;
}

/** The store is out of reach, or has no room: later, the same may succeed. */
export class ObjectStoreUnavailable extends Error {
  override readonly name = 'ObjectStoreUnavailable';

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    super(`The object store is out of reach: ${reason}`, { cause });
  }
}
