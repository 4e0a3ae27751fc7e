import { z } from 'zod';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { Erasure, UserBlobRecord } from '../documents.ts';
import { checkInput, label } from '../input.ts';

/** An erasure's progress in one store. */
export interface ErasedStore {
  readonly processorId: string;
  /** Blobs deleted since the erasure began. */
  readonly deleted: number;
  /** Blobs that the index still has. */
  readonly left: number;
  /** When the store held nothing of the user any more; null until then. */
  readonly erasedAt: Date | null;
  /** When its processor was retired: the store is gone, and was not asked; null for one that was. */
  readonly retiredAt: Date | null;
}

/** How an erasure goes, or went. */
export interface ErasureReport extends Omit<Erasure, 'stores' | 'goneStores'> {
  readonly stores: readonly ErasedStore[];
}

const inputSchema = z.object({ id: label(256) });

/** @throws BlobgraphError USER_ERASING */
export async function assertNotErasing({ store }: Pick<StateDependencies, 'store'>, userId: string) {
  const erasure = await store.erasure(userId);
  if (!erasure || erasure.finishedAt) return;
  const message = 'All that is this user’s is being erased. Nothing new is taken until that is done.';
  throw new BlobgraphError('USER_ERASING', message);
}

/** Whether a blob was let in just before its user's erasure began, and would outlive it. */
export const escapes = (blob: Pick<UserBlobRecord, 'createdAt'>, erasure: Erasure | null): boolean =>
  erasure !== null && (erasure.finishedAt === null || blob.createdAt < erasure.startedAt);

/** Counts are those of the index: of tombstones, and of what is still there. */
async function reportOf(
  { store }: Pick<StateDependencies, 'store'>,
  erasure: Erasure,
): Promise<ErasureReport> {
  const [deleted, left] = await Promise.all([
    store.deletedByProcessor(erasure.userId, erasure.startedAt),
    store.countByProcessor(erasure.userId),
  ]);
  const known = [...erasure.stores, ...erasure.goneStores, ...deleted, ...left].map(
    ({ processorId }) => processorId,
  );
  const countOf = (counts: typeof left, id: string) =>
    counts.find(({ processorId }) => processorId === id)?.count ?? 0;
  const stores = [...new Set(known)].toSorted().map((processorId) => {
    const isIt = (store: { readonly processorId: string }) => store.processorId === processorId;
    const erasedAt = erasure.stores.find(isIt)?.erasedAt;
    const retiredAt = erasure.goneStores.find(isIt)?.retiredAt;
    return {
      processorId,
      deleted: countOf(deleted, processorId),
      left: countOf(left, processorId),
      erasedAt: erasedAt === undefined ? null : new Date(erasedAt),
      retiredAt: retiredAt === undefined ? null : new Date(retiredAt),
    };
  });
  return { ...erasure, stores };
}

/**
 * Begins to erase all that is a user's, or finds that it is under way. Nothing new of theirs is taken from then on
 * until it is finished.
 * @throws InputErrors VALIDATION_FAILED
 */
export async function deleteUser(
  deps: StateDependencies,
  requestedBy: string,
  userId: string,
): Promise<ErasureReport> {
  checkInput(inputSchema, { id: userId });
  const startedAt = deps.clock.now();
  const begun = {
    userId,
    requestedBy,
    startedAt,
    finishedAt: null,
    stores: [],
    goneStores: [],
    obstacle: null,
  };
  const erasure = await deps.store.beginErasure(begun, startedAt);
  deps.nudgeErasure(userId);
  return reportOf(deps, erasure);
}

/** Of the user's newest erasure; null when none was asked for. */
export async function readErasure(deps: StateDependencies, userId: string): Promise<ErasureReport | null> {
  const erasure = await deps.store.erasure(userId);
  return erasure && reportOf(deps, erasure);
}
