import type { ServiceTarget } from '../../../platform/clients/http/http.ts';
import type { ErasureClient } from '../../../platform/clients/processor.ts';
import type { ProcessorCatalog } from '../../../platform/clients/registry.ts';
import type { SchemaClient } from '../../../platform/clients/schemas.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { createSweeper, nextAttempt, type Sweeper } from '../background/sweeper.ts';
import { STATE } from '../entries/entry.ts';
import type { IndexEntry, Tombstone } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { type DeletionDependencies, follow } from './deletion.ts';

export interface DeletionSweeperDependencies extends DeletionDependencies {
  readonly store: DeletionDependencies['store'] &
    Pick<StateStore, 'tombstone' | 'settleDeletion' | 'dueDeletions'>;
  /** A deletion at one that it does not know fails, and is retried. */
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  /** Tells which processor stores the bytes of a user's own blob. */
  readonly schemas: Pick<SchemaClient, 'validator'>;
  readonly erasure: ErasureClient;
  readonly logger: Logger;
}

const CONCURRENCY = 8;
const SWEEP_BATCH = 500;

/**
 * A processor's address; null when it is retired, so that its store is gone for good.
 * @throws Error when the registry does not know the processor: its store may come back
 */
async function ownerOf(
  { processors }: DeletionSweeperDependencies,
  processorId: string,
): Promise<ServiceTarget | null> {
  const processor = await processors.get(processorId);
  if (!processor) throw new Error(`The processor ${processorId} is not registered`);
  return processor.status === 'retired' ? null : { id: processor.id, baseUrl: processor.base_url };
}

/** The processor that stores the bytes of a user's own blob, e.g. of an image; null when none does. */
async function keeperOf(
  { schemas }: DeletionSweeperDependencies,
  { schema }: Tombstone,
): Promise<string | null> {
  if (schema === undefined) return null;
  const [id = '', version] = schema.split('@');
  try {
    return (await schemas.validator(id, version)).keptBy;
  } catch (error) {
    // No processor stores anything for a schema that no longer exists.
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

/** Tells the processors that their blobs have lost a source. */
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

/** Does everything that follows from a tombstone. One failure does not stop the rest. */
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

/** Finishes a deletion. Idempotent. @throws when a part failed; the next attempt is then scheduled */
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

/** Finishes deletions: soon after the request, and by sweeping those left by a crash or an unreachable processor. */
export const createDeletionSweeper = (deps: DeletionSweeperDependencies): Sweeper =>
  createSweeper({
    what: 'finishing a deletion',
    find: () => deps.store.dueDeletions(deps.clock.now(), SWEEP_BATCH),
    work: ([id]) => finishDeletion(deps, id),
    concurrency: CONCURRENCY,
    logger: deps.logger,
  });
