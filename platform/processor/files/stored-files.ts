import { blobObjectKey } from '../records/blob-objects.ts';
import type { BlobRecord } from '../records/record.ts';
import { OBJECT_SET } from '../records/records.ts';

/** A file of a blob that is there from its beginning: its run stored it, or the blob was made of it. */
export interface StoredFile {
  /** In the processor's own place of the object store. */
  readonly key: string;
  /** SHA-256 of its bytes, in hex. */
  readonly sha256: string;
  readonly mediaType: string;
  /** Its name when it is saved, in any script. */
  readonly fileName: string;
}

/** Files of blobs that need no making, read at the addresses that artifacts have. */
export interface StoredFiles {
  /** Members of the document that it stands on. */
  readonly needs: readonly string[];
  /** The file of that name, which may be anything; undefined where there is none. Pure. */
  readonly find: (record: BlobRecord, name: string) => StoredFile | undefined;
}

/** The key of an object that a record's run stored. @throws Error when it stored none */
export function objectKeyOf({ id, userId, beside }: BlobRecord, sha256: string): string {
  const set = beside[OBJECT_SET];
  if (typeof set !== 'string') throw new Error(`The record ${id} has no objects`);
  return blobObjectKey({ id, userId, set }, sha256);
}
