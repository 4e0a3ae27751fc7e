import type { SourceDocument } from '../../../platform/clients/state.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import { STATE } from '../entry.ts';

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

/** The user's blobs as sources, in the order of `ids`; those that are missing are left out. */
export async function nameSources(
  deps: Pick<StateDependencies, 'store' | 'processors'>,
  userId: string,
  ids: readonly string[],
): Promise<SourceDocument[]> {
  const found = new Map((await deps.store.entries(userId, ids)).map((entry) => [entry.id, entry]));
  return sourcesOf(
    deps,
    ids.flatMap((id) => found.get(id) ?? []),
  );
}
