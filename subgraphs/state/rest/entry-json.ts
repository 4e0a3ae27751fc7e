import type { IndexEntry } from '../store/records.ts';

/** An entry in REST. */
export const entryJson = (entry: IndexEntry) => ({
  id: entry.id,
  user_id: entry.userId,
  version: entry.version,
  processor_id: entry.processorId,
  storage_location: entry.storageLocation,
  remote_blob_id: entry.id,
  schema_id: entry.schemaId,
  schema_version: entry.schemaVersion,
  parent_id: entry.sourceIds[0] ?? null,
  source_ids: entry.sourceIds,
  type: entry.type,
  title: entry.title,
  preview: entry.preview,
  size_bytes: entry.sizeBytes,
  generation: entry.generation,
  book_id: entry.bookId,
  conversation_id: entry.conversationId,
  state: entry.state,
  content_missing_since: entry.contentMissingSince,
  created_at: entry.createdAt,
  updated_at: entry.updatedAt,
});
