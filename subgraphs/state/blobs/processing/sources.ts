import type { ProcessorCatalog } from '../../../../platform/clients/registry.ts';
import type { SourceDocument } from '../../../../platform/clients/state.ts';
import { STATE } from '../../entries/entry.ts';
import type { IndexEntry } from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import { knownProcessors } from './processor-status.ts';
import { assertMayRead } from './reading.ts';

const sourceOf = (entry: IndexEntry, baseUrl: string | null): SourceDocument => ({
  id: entry.id,
  user_id: entry.userId,
  owner: entry.processorId,
  base_url: baseUrl,
  schema_id: entry.schemaId,
  schema_version: entry.schemaVersion,
  type: entry.type,
  title: entry.title,
  size_bytes: entry.sizeBytes,
  book_id: entry.bookId,
  conversation_id: entry.conversationId,
  chapter_num: entry.chapterNum,
  created_at: entry.createdAt.toISOString(),
});

/** Entries as sources, with the base URLs of their owners. @throws BlobgraphError SERVICE_UNAVAILABLE without the registry */
export async function sourcesOf(
  processors: Pick<ProcessorCatalog, 'get'>,
  entries: readonly IndexEntry[],
): Promise<SourceDocument[]> {
  const owners = [...new Set(entries.map(({ processorId }) => processorId))].filter((id) => id !== STATE);
  const addresses = await Promise.all(
    owners.map(async (id) => [id, (await processors.get(id))?.base_url ?? null] as const),
  );
  const addressOf = new Map(addresses);
  return entries.map((entry) => sourceOf(entry, addressOf.get(entry.processorId) ?? null));
}

export interface SourceDependencies {
  readonly store: Pick<StateStore, 'entries'>;
  readonly processors: Pick<ProcessorCatalog, 'get' | 'known'>;
}

/**
 * The user's blobs as sources for a processor, in the order of `ids`, without missing blobs and blobs of retired
 * processors.
 * @throws BlobgraphError FORBIDDEN when the processor may not read one; SERVICE_UNAVAILABLE without the registry
 */
export async function nameSources(
  { store, processors }: SourceDependencies,
  userId: string,
  processorId: string,
  ids: readonly string[],
): Promise<SourceDocument[]> {
  const entries = await store.entries(userId, ids);
  await assertMayRead(processors, processorId, entries);
  const known = await knownProcessors(processors);
  const isThere = (owner: string) => known.get(owner)?.status !== 'retired';
  const found = new Map(
    entries.filter((entry) => isThere(entry.processorId)).map((entry) => [entry.id, entry]),
  );
  return sourcesOf(
    processors,
    ids.flatMap((id) => found.get(id) ?? []),
  );
}
