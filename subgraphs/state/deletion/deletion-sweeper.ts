import type { ServiceTarget } from '../../../platform/clients/http.ts';
import type { ErasureClient } from '../../../platform/clients/processor.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry, Tombstone } from '../documents.ts';
import { STATE } from '../entry.ts';
import { createSweeper, nextAttempt, type Sweeper } from '../sweeper.ts';
import { follow } from './deletion.ts';

export interface DeletionSweeperDependencies
  extends Pick<StateDependencies, 'store' | 'clock' | 'nudge' | 'nudgeDeletion' | 'processors' | 'schemas'> {
  readonly erasure: ErasureClient;
  readonly logger: Logger;
}

const CONCURRENCY = 8;
const SWEEP_BATCH = 500;
/**
 * Where a processor answers; null for one that was retired: its store is gone for good.
 * @throws Error when the registry does not know the processor: its store may come back
 */
async function ownerOf(
  { processors }: Pick<StateDependencies, 'processors'>,
  processorId: string,
): Promise<ServiceTarget | null> {
  const processor = await processors.get(processorId);
  if (!processor) throw new Error(`The processor ${processorId} is not registered`);
  return processor.status === 'retired' ? null : { id: processor.id, baseUrl: processor.base_url };
}

/** The processor that keeps the bytes of a user's own blob, such as a picture's; null where none does. */
async function keeperOf(
  { schemas }: Pick<StateDependencies, 'schemas'>,
  { schema }: Tombstone,
): Promise<string | null> {
  if (schema === undefined) return null;
  const [id = '', version] = schema.split('@');
  try {
    return (await schemas.validator(id, version)).keptBy;
  } catch (error) {
    // Nobody keeps anything for a schema that there is not any more.
    if (error instanceof BlobgraphError && error.code === 'SCHEMA_UNKNOWN') return null;
    throw error;
  }
}

async function eraseContent(deps: DeletionSweeperDependencies, tombstone: Tombstone): Promise<void> {
  const { id, userId, processorId } = tombstone;
  if (processorId === STATE) await deps.store.eraseUserBlobs(userId, [id]);
  const keeper = processorId === STATE ? await keeperOf(deps, tombstone) : processorId;
  if (keeper === null) return;
  const owner = await ownerOf(deps, keeper);
  if (owner) await deps.erasure.erase(owner, userId, [id]);
}

/** Tells those who keep them. */
async function markStale(
  deps: DeletionSweeperDependencies,
  userId: string,
  entries: readonly IndexEntry[],
): Promise<void> {
  for (const owner of new Set(entries.map((entry) => entry.processorId))) {
    const ids = entries.filter((entry) => entry.processorId === owner).map((entry) => entry.id);
    const target = await ownerOf(deps, owner);
    if (target) await deps.erasure.markStale(target, userId, ids);
  }
}

/** All that follows from a tombstone. What cannot be done now holds up nothing else. */
async function finish(deps: DeletionSweeperDependencies, tombstone: Tombstone): Promise<void> {
  const failures: unknown[] = [];
  const attempt = (work: Promise<void>) => work.catch((error: unknown) => void failures.push(error));
  for await (const { buried, stale } of follow(deps, tombstone)) {
    for (const { id } of buried) deps.nudgeDeletion(id);
    await attempt(markStale(deps, tombstone.userId, stale));
  }
  await attempt(eraseContent(deps, tombstone));
  if (failures.length > 0) throw failures[0];
}

/** Does what is left to do of a deletion; safe to do again. @throws when it must be tried again, which is noted */
export async function finishDeletion(deps: DeletionSweeperDependencies, id: string): Promise<void> {
  const { store, clock } = deps;
  const tombstone = await store.tombstone(id);
  if (!tombstone?.dueAt) return;
  try {
    await finish(deps, tombstone);
    await store.settleDeletion(tombstone, null);
  } catch (error) {
    await store.settleDeletion(tombstone, nextAttempt(tombstone.deletedAt, clock.now()));
    throw error;
  }
}

/** Finishes deletions: soon after they were asked for, and by sweeping what a crash or a processor's absence left. */
export const createDeletionSweeper = (deps: DeletionSweeperDependencies): Sweeper =>
  createSweeper({
    what: 'finishing a deletion',
    find: () => deps.store.dueDeletions(deps.clock.now(), SWEEP_BATCH),
    work: ([id]) => finishDeletion(deps, id),
    concurrency: CONCURRENCY,
    logger: deps.logger,
  });
