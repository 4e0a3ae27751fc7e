import type { Derivation } from '../../../../platform/clients/state.ts';
import { isPending } from '../../entries/entry.ts';
import { knownProcessors } from '../processing/processor-status.ts';
import { type SourceDependencies, sourcesOf } from '../processing/sources.ts';

/**
 * The sources of a processor's own blobs that events requested, in the order of `ids`. Missing blobs are left out, and
 * so are those whose source is missing and can never be processed again.
 * @throws BlobgraphError SERVICE_UNAVAILABLE without the registry
 */
export async function nameDerivations(
  { store, processors }: SourceDependencies,
  userId: string,
  processorId: string,
  ids: readonly string[],
): Promise<Derivation[]> {
  const entries = (await store.entries(userId, ids)).filter(
    (entry) => entry.processorId === processorId && !isPending(entry),
  );
  const known = await knownProcessors(processors);
  const parents = await store.entries(
    userId,
    entries.flatMap(({ sourceIds }) => sourceIds.slice(0, 1)),
  );
  const kept = parents.filter(
    ({ processorId: owner, contentMissingSince }) =>
      known.get(owner)?.status !== 'retired' && contentMissingSince === null,
  );
  const sources = new Map((await sourcesOf(processors, kept)).map((source) => [source.id, source]));
  const found = new Map(
    entries.flatMap(({ id, sourceIds, generation, title, createdAt }) => {
      const source = sources.get(sourceIds[0] ?? '');
      if (!source || sourceIds.length > 1) return [];
      return [[id, { id, generation, title, created_at: createdAt.toISOString(), source }] as const];
    }),
  );
  return ids.flatMap((id) => found.get(id) ?? []);
}
