import { isDeepStrictEqual } from 'node:util';
import type { ProcessorCatalog, ProcessorDocument } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { IdSource } from '../../../platform/ids/ids.ts';
import { noProcessor } from '../../../platform/serving/direct-reads/owners.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { takesBlobs } from '../backfill/decide.ts';
import { assertNotRetired } from '../blobs/processing/processor-status.ts';
import type { StateStore } from '../store/store.ts';
import { type IndexWalk, newWalk, type ReprocessingDetails } from '../store/walks.ts';
import type { ReprocessingRequest } from './input.ts';

export interface ReprocessingDependencies {
  readonly store: Pick<StateStore, 'reprocessings'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Continues it soon. */
  readonly nudgeReprocessing: (key: string) => void;
}

/** A walk that makes blobs anew. */
export type Reprocessing = IndexWalk & { readonly details: ReprocessingDetails };

/** Of each processor there is one over all users' blobs, and one over each user's own. */
export const walkKeyOf = (processorId: string, userId: string | null): string =>
  JSON.stringify([processorId, userId]);

/** Where it is. */
export function reprocessingState({ details, finishedAt }: Reprocessing) {
  if (details.cancelled) return 'CANCELLED';
  if (finishedAt) return 'COMPLETED';
  return details.total === null ? 'COUNTING' : 'RUNNING';
}

const invalid = (field: string, message: string) =>
  new BlobgraphError('VALIDATION_FAILED', message, { field });

/** @throws BlobgraphError PROCESSOR_UNKNOWN, PROCESSOR_RETIRED, VALIDATION_FAILED */
async function admit(
  { processors }: ReprocessingDependencies,
  { processorId, version }: ReprocessingRequest,
): Promise<void> {
  const isKnown = ({ version: present, canary }: ProcessorDocument) =>
    version === null || version === present || version === canary?.version;
  const processor = await processors.get(processorId, (one) => takesBlobs(one) && isKnown(one));
  if (!processor) throw noProcessor(processorId, 'processorId');
  assertNotRetired(processorId, processor.status);
  if (!takesBlobs(processor))
    throw invalid('processorId', `\`${processorId}\` only works on demand: ask for its work with a new key.`);
  if (isKnown(processor)) return;
  const { version: present, canary } = processor;
  const names = [present, ...(canary ? [canary.version] : [])].join(' and ');
  throw invalid('version', `\`${processorId}\` makes nothing by that version now, but by ${names}.`);
}

type Asked = Pick<ReprocessingDetails, 'version' | 'filter' | 'runsPerMinute'>;
const askedOf = ({ version, filter, runsPerMinute }: Asked): Asked => ({ version, filter, runsPerMinute });

/** Whether it is the same request, sent again. @throws BlobgraphError IDEMPOTENCY_CONFLICT */
function isSame({ details }: Reprocessing, request: ReprocessingRequest): boolean {
  if (request.key === null || details.key !== request.key) return false;
  if (isDeepStrictEqual(askedOf(details), askedOf(request))) return true;
  const message = 'This key was used with another request. Take another key.';
  throw new BlobgraphError('IDEMPOTENCY_CONFLICT', message, { field: 'idempotencyKey' });
}

const underWay = () =>
  new BlobgraphError('RUN_UNDER_WAY', 'One is under way. Wait until it has ended, or cancel it.', {
    field: 'processorId',
  });

/** The newest of a processor, running or ended; null: none. `userId` null: over all users' blobs. */
export async function readReprocessing(
  { store }: Pick<ReprocessingDependencies, 'store'>,
  processorId: string,
  userId: string | null,
): Promise<Reprocessing | null> {
  return (await store.reprocessings.walk(walkKeyOf(processorId, userId))) as Reprocessing | null;
}

/**
 * Begins to make blobs anew, in the background. Idempotent by its key.
 * @throws BlobgraphError PROCESSOR_UNKNOWN, PROCESSOR_RETIRED, VALIDATION_FAILED, RUN_UNDER_WAY, IDEMPOTENCY_CONFLICT
 */
export async function beginReprocessing(
  deps: ReprocessingDependencies,
  requestedBy: string,
  request: ReprocessingRequest,
): Promise<Reprocessing> {
  const { store, clock, ids } = deps;
  const { processorId, allUsers } = request;
  const userId = allUsers ? null : requestedBy;
  const known = await readReprocessing(deps, processorId, userId);
  if (known && isSame(known, request)) return known;
  if (known && !known.finishedAt) throw underWay();
  await admit(deps, request);
  const startedAt = clock.now();
  const details: ReprocessingDetails = {
    ...{ ...askedOf(request), id: ids.next(), key: request.key, processorId, userId },
    ...{ counted: 0, total: null, failedRuns: 0, paceAt: startedAt.toISOString(), cancelled: false },
  };
  const key = walkKeyOf(processorId, userId);
  const after = userId === null ? null : { userId, id: '' };
  const walk = newWalk({ processorId: key, requestedBy, startedAt, after, details });
  const begun = (await store.reprocessings.beginWalk(walk, startedAt)) as Reprocessing;
  // Another was begun at the same time.
  if (begun.details.id !== details.id && !isSame(begun, request)) throw underWay();
  deps.nudgeReprocessing(key);
  return begun;
}

/** Asks for no more runs; those that were asked for go on. Idempotent. @throws BlobgraphError NOT_FOUND */
export async function cancelReprocessing(
  deps: Pick<ReprocessingDependencies, 'store' | 'clock'>,
  processorId: string,
  userId: string | null,
): Promise<Reprocessing> {
  await deps.store.reprocessings.cancelWalk(walkKeyOf(processorId, userId), deps.clock.now());
  const walk = await readReprocessing(deps, processorId, userId);
  if (walk) return walk;
  const message = 'Nothing of this processor was asked to be made anew.';
  throw new BlobgraphError('NOT_FOUND', message, { field: 'processorId' });
}
