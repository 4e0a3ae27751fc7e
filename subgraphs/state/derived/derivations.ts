import type { Derivation } from '../../../platform/clients/state.ts';
import type { StateDependencies } from '../dependencies.ts';
import { isPending } from '../entry.ts';
import { sourcesOf } from '../runs/sources.ts';
import { knownProcessors } from '../runs/status.ts';

/**
 * What blobs of a processor's own were made of, in the order of `ids`: those that events asked for, as the index has them.
 * Left out are those that are missing, whoever's they are, and those whose source is gone: nothing may be made of it again.
 * @throws BlobgraphError SERVICE_UNAVAILABLE without the registry
 */
export async function nameDerivations(
  deps: Pick<StateDependencies, 'store' | 'processors'>,
  userId: string,
  processorId: string,
  ids: readonly string[],
): Promise<Derivation[]> {
  const entries = (await deps.store.entries(userId, ids)).filter(
    (entry) => entry.processorId === processorId && !isPending(entry),
  );
  const known = await knownProcessors(deps);
  const parents = await deps.store.entries(
    userId,
    entries.flatMap(({ sourceIds }) => sourceIds.slice(0, 1)),
  );
  const kept = parents.filter(
    ({ processorId: owner, contentMissingSince }) =>
      known.get(owner)?.status !== 'retired' && contentMissingSince === null,
  );
  const sources = new Map((await sourcesOf(deps, kept)).map((source) => [source.id, source]));
  const found = new Map(
    entries.flatMap(({ id, sourceIds, generation, title, createdAt }) => {
      const source = sources.get(sourceIds[0] ?? '');
      if (!source || sourceIds.length > 1) return [];
      return [[id, { id, generation, title, created_at: createdAt.toISOString(), source }] as const];
    }),
  );
  return ids.flatMap((id) => found.get(id) ?? []);
}
