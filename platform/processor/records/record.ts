import { createHash } from 'node:crypto';
import type { BlobObject } from './blob-objects.ts';
import type { RegistrationState } from './inventory.ts';

/** A blob's members beside its own content, the same for every processor. */
export interface Envelope {
  readonly id: string;
  readonly userId: string;
  /** In order, the parent first. */
  readonly sourceIds: readonly string[];
  /** Generation of the run that made it; 0 for the result of a command. */
  readonly generation: number;
  /** The processor's version that made it. */
  readonly processorVersion: string;
  /** Version of the output schema that `data` fits. */
  readonly schemaVersion: string;
  /** The index takes at most 500 UTF-16 units. */
  readonly title: string;
  /** The beginning of the content in words; the index keeps the first 200 UTF-16 units. */
  readonly preview: string;
  /** SHA-256 of the content, in hex; null while it is pending. */
  readonly contentHash: string | null;
  /** Bytes of the content as JSON in UTF-8, unless its processor counts otherwise. */
  readonly sizeBytes: number;
  /** Of its run; 0 while it is pending. */
  readonly processingTimeMs: number;
  /** Whether one of its sources was deleted since. */
  readonly stale: boolean;
  /** When it was made; of what was pending, when it was asked for. */
  readonly createdAt: Date;
}

/** A command that a pending blob was asked for by; kept also when that is done. */
export interface PendingCommand {
  /** Its key in {@link ProcessorDefinition.commands}. */
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
  /** The command of a blob that is pending, or was; null for all others, and where it was not read. */
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

const envelopeEntries = Object.entries(envelopeMembers);

/** All members of a blob's document at one level, as GraphQL resolves them; what `data` calls the same as the envelope is the same. */
export function flatten(record: BlobRecord): Record<string, unknown> {
  const document: Record<string, unknown> = { ...record.data, ...record.beside };
  for (const [name, read] of envelopeEntries) document[name] = read(record);
  document['data'] = record.data;
  return document;
}

/** The blob as REST shows it; `data` is of the output schema, and pending blobs are not shown. */
export const toDocument = (record: BlobRecord, schemaId: string): object => ({
  ...Object.fromEntries(Object.entries(envelopeMembers).map(([name, read]) => [name, read(record)])),
  schema_id: schemaId,
  ...record.beside,
  data: record.data,
});
