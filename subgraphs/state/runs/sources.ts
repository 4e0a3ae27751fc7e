import type { SourceDocument } from '../../../platform/clients/state.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import { STATE } from '../entry.ts';
import { assertMayRead } from './reading.ts';
import { knownProcessors } from './status.ts';

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

/** Entries as sources, with where their owners answer. @throws BlobgraphError SERVICE_UNAVAILABLE without the registry */
export async function sourcesOf(
  { processors }: Pick<StateDependencies, 'processors'>,
  entries: readonly IndexEntry[],
): Promise<SourceDocument[]> {
  const owners = [...new Set(entries.map(({ processorId }) => processorId))].filter((id) => id !== STATE);
  const addresses = await Promise.all(
    owners.map(async (id) => [id, (await processors.get(id))?.base_url ?? null] as const),
  );
  const addressOf = new Map(addresses);
  return entries.map((entry) => sourceOf(entry, addressOf.get(entry.processorId) ?? null));
}

/**
 * The user's blobs as sources for a processor, in the order of `ids`; those that are missing are left out, and so are
 * those whose owner was retired.
 * @throws BlobgraphError FORBIDDEN for what it may not read; SERVICE_UNAVAILABLE without the registry
 */
export async function nameSources(
  deps: Pick<StateDependencies, 'store' | 'processors'>,
  userId: string,
  processorId: string,
  ids: readonly string[],
): Promise<SourceDocument[]> {
  const entries = await deps.store.entries(userId, ids);
  await assertMayRead(deps, processorId, entries);
  const known = await knownProcessors(deps);
  const isThere = (owner: string) => known.get(owner)?.status !== 'retired';
  const found = new Map(
    entries.filter((entry) => isThere(entry.processorId)).map((entry) => [entry.id, entry]),
  );
  return sourcesOf(
    deps,
    ids.flatMap((id) => found.get(id) ?? []),
  );
}
