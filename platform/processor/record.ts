import { createHash } from 'node:crypto';
import type { RegistrationState } from './records/inventory.ts';
import type { BlobObject } from './records/s3/blob-objects.ts';

/** A blob's members beside its own content, the same for every processor. */
export interface Envelope {
  readonly id: string;
  readonly userId: string;
  /** In order, the parent first. */
  readonly sourceIds: readonly string[];
  /** Of the run that made it; 0 for what was asked for by a command. */
  readonly generation: number;
  /** The processor's version that made it. */
  readonly processorVersion: string;
  /** Of the output schema that `data` fits. */
  readonly schemaVersion: string;
  readonly title: string;
  /** The beginning of the content in words; the index keeps the first 200 UTF-16 units. */
  readonly preview: string;
  /** SHA-256 of the content, in hex; null while it is pending. */
  readonly contentHash: string | null;
  /** Bytes of the content as JSON in UTF-8, unless its processor counts otherwise. */
  readonly sizeBytes: number;
  readonly processingTimeMs: number;
  /** Whether one of its sources was deleted since. */
  readonly stale: boolean;
  readonly createdAt: Date;
}

/** A command that a pending blob was asked for by, kept until it is done. */
export interface PendingCommand {
  readonly name: string;
  /** Answered by {@link CommandDefinition.plan}, beside the sources. */
  readonly plan: unknown;
}

/** A blob as its processor stores it. */
export interface BlobRecord extends Envelope {
  /** The document's `data`, snake_case; members that were not asked for are absent. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Members beside `data` in the document: a processor's own members, and rows of child tables. */
  readonly beside: Readonly<Record<string, unknown>>;
  /** Whether a command asked for it: its id is that of an idempotency key, or a new one. */
  readonly onDemand: boolean;
  /** SHA-256 of the command's input, in hex; null where an event asked for it. */
  readonly inputHash: string | null;
  /** Of a blob that was entered before it was made; null for all others. */
  readonly command: PendingCommand | null;
  readonly registration: RegistrationState;
  /** Tries of registering it that failed. */
  readonly registerAttempts: number;
}

export const isPending = ({ contentHash }: Pick<BlobRecord, 'contentHash'>): boolean => contentHash === null;

/** A blob to be stored. */
export interface NewRecord
  extends Omit<BlobRecord, 'title' | 'preview' | 'stale' | 'registration' | 'registerAttempts'> {
  /** Stored before the record, in a store that has objects beside it. Default: none. */
  readonly objects?: readonly BlobObject[];
  /** When the index is told of it, should whoever made it not come to that. */
  readonly registerAt: Date;
  /** Title and preview; given what the store allocated, e.g. `{ version: 3 }`. Pure. */
  readonly describe: (allocated: Readonly<Record<string, number>>) => {
    readonly title: string;
    readonly preview: string;
  };
}

/** A new record as a store keeps it. */
export function storedAs(
  { describe: _, registerAt: __, objects: ___, ...record }: NewRecord,
  described: { readonly title: string; readonly preview: string },
): BlobRecord {
  return { ...record, ...described, stale: false, registration: 'waiting', registerAttempts: 0 };
}

/** Hash and size of a document's `data`. */
export function measure(data: object): { contentHash: string; sizeBytes: number } {
  const text = JSON.stringify(data);
  return { contentHash: createHash('sha256').update(text).digest('hex'), sizeBytes: Buffer.byteLength(text) };
}

/** Members of the envelope by their names in documents; a processor's `data` may repeat them. */
export const envelopeMembers = {
  id: ({ id }) => id,
  user_id: ({ userId }) => userId,
  parent_blob_id: ({ sourceIds }) => sourceIds[0] ?? null,
  source_blob_ids: ({ sourceIds }) => sourceIds,
  generation: ({ generation }) => generation,
  schema_version: ({ schemaVersion }) => schemaVersion,
  title: ({ title }) => title,
  preview: ({ preview }) => preview,
  content_hash: ({ contentHash }) => contentHash,
  size_bytes: ({ sizeBytes }) => sizeBytes,
  processing_time_ms: ({ processingTimeMs }) => processingTimeMs,
  stale: ({ stale }) => stale,
  created_at: ({ createdAt }) => createdAt,
} as const satisfies Record<string, (record: Envelope) => unknown>;

/** All members of a blob's document at one level, as GraphQL resolves them; what `data` calls the same as the envelope is the same. */
export const flatten = (record: BlobRecord): Record<string, unknown> => ({
  ...record.data,
  ...record.beside,
  ...Object.fromEntries(Object.entries(envelopeMembers).map(([name, read]) => [name, read(record)])),
  data: record.data,
});

/** The blob as REST shows it; `data` is of the output schema, and pending blobs are not shown. */
export const toDocument = (record: BlobRecord, schemaId: string): object => ({
  ...Object.fromEntries(Object.entries(envelopeMembers).map(([name, read]) => [name, read(record)])),
  schema_id: schemaId,
  ...record.beside,
  data: record.data,
});
