import { z } from 'zod';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { label, parseInput } from '../../../platform/input/label.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import type { Erasure, UserBlobRecord } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';

/** The progress of an erasure in one store. */
export interface ErasedStore {
  /** `state` for the store of users' own blobs. */
  readonly processorId: string;
  /** Blobs deleted since the erasure began. */
  readonly deleted: number;
  /** Blobs still in the index. */
  readonly left: number;
  /** When the store no longer held anything of the user; null until then. */
  readonly erasedAt: Date | null;
  /** When its processor was retired: the store is gone and was not asked. Null for other stores. */
  readonly retiredAt: Date | null;
}

/** An erasure with its progress. */
export interface ErasureReport extends Omit<Erasure, 'stores' | 'goneStores'> {
  /** Ordered by processor id; also known stores that still have to be erased. */
  readonly stores: readonly ErasedStore[];
}

const inputSchema = z.object({ id: label(256) });

/** The refusal of what is new of a user whose erasure is running. */
export const userErasing = (): BlobgraphError =>
  new BlobgraphError(
    'USER_ERASING',
    'All data of this user is being erased. Nothing new is accepted until that is done.',
  );

/** @throws BlobgraphError USER_ERASING */
export async function assertNotErasing(store: Pick<StateStore, 'erasure'>, userId: string): Promise<void> {
  const erasure = await store.erasure(userId);
  if (erasure && !erasure.finishedAt) throw userErasing();
}

/** Whether a blob was accepted just before its user's erasure began, and would survive it. */
export const escapes = (
  blob: Pick<UserBlobRecord, 'createdAt'>,
  erasure: Pick<Erasure, 'startedAt' | 'finishedAt'> | null,
): boolean => erasure !== null && (erasure.finishedAt === null || blob.createdAt < erasure.startedAt);

type ReportStore = Pick<StateStore, 'deletedByProcessor' | 'countByProcessor'>;

/** Counts the tombstones and entries of the index. */
async function reportOf(store: ReportStore, erasure: Erasure): Promise<ErasureReport> {
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

export interface DeleteUserDependencies {
  readonly store: ReportStore & Pick<StateStore, 'beginErasure'>;
  readonly clock: Clock;
  /** Continues a user's erasure soon. */
  readonly nudgeErasure: (userId: string) => void;
}

/**
 * Begins to erase all data of a user, unless that is under way. Nothing new of the user is accepted until it is
 * finished.
 * @throws InputErrors VALIDATION_FAILED
 */
export async function deleteUser(
  deps: DeleteUserDependencies,
  requestedBy: string,
  userId: string,
): Promise<ErasureReport> {
  parseInput(inputSchema, { id: userId });
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
  return reportOf(deps.store, erasure);
}

/** The user's newest erasure; null when there is none. */
export async function readErasure(
  store: ReportStore & Pick<StateStore, 'erasure'>,
  userId: string,
): Promise<ErasureReport | null> {
  const erasure = await store.erasure(userId);
  return erasure && reportOf(store, erasure);
}
