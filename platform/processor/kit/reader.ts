import { noBlob } from '../../serving/direct-reads/owners.ts';
import { type BlobRecord, isPending } from '../records/record.ts';
import type { Records, Wanted } from '../records/records.ts';

/** Reads a user's blobs for those who ask for them. */
export interface Reader {
  /**
   * The user's blobs among these, or why one of them cannot be told now; those that are missing, pending or another's
   * are left out.
   */
  byIds(
    userId: string,
    ids: readonly string[],
    wanted: Wanted,
  ): Promise<ReadonlyMap<string, BlobRecord | Error>>;
}

const found = (records: readonly BlobRecord[]): Map<string, BlobRecord | Error> =>
  new Map(records.filter((record) => !isPending(record)).map((record) => [record.id, record]));

/** Reads what is there, and no more. */
export const plainReader = (records: Pick<Records, 'byIds'>): Reader => ({
  byIds: async (userId, ids, wanted) => found(await records.byIds(userId, ids, wanted)),
});

/** Records of a reading, whatever the order. @throws the first reason why one cannot be told */
export function recordsOf(read: ReadonlyMap<string, BlobRecord | Error>): Map<string, BlobRecord> {
  const records = new Map<string, BlobRecord>();
  for (const [id, one] of read) {
    if (one instanceof Error) throw one;
    records.set(id, one);
  }
  return records;
}

/** @throws BlobgraphError BLOB_NOT_FOUND; why it cannot be told now */
export function requireRecord(read: ReadonlyMap<string, BlobRecord | Error>, id: string): BlobRecord {
  const record = recordsOf(read).get(id);
  if (record) return record;
  throw noBlob();
}
