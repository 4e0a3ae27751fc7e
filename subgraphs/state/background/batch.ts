import { canaryDurable } from '../../../platform/clients/canary.ts';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import type { EventLog } from '../../../platform/event-log/log.ts';
import type { ScannedEntry } from '../store/scans.ts';
import type { IndexWalk } from '../store/walks.ts';

/** Live events wait behind at most this many runs. */
const MAX_BATCH = 50;

/** Runs to request at once: as many as one process of the processor works on. */
export const batchSize = ({ max_concurrency }: Pick<ProcessorDocument, 'max_concurrency'>): number =>
  Math.min(max_concurrency, MAX_BATCH);

/**
 * A walk with its next batch from the following page of the index, up to the entry that fills the batch. The runs
 * themselves are still to be requested.
 */
export function withNextBatch(
  walk: IndexWalk,
  page: readonly ScannedEntry[],
  isWanted: (entry: ScannedEntry) => boolean,
  size: number,
): IndexWalk {
  const batch: ScannedEntry[] = [];
  let seen = 0;
  while (seen < page.length && batch.length < size) {
    const entry = page[seen++];
    if (entry && isWanted(entry)) batch.push(entry);
  }
  const last = page[seen - 1];
  return {
    ...walk,
    scanned: walk.scanned + seen,
    planned: walk.planned + batch.length,
    obstacle: null,
    after: last ? { userId: last.userId, id: last.id } : walk.after,
    batch: batch.map(({ userId, id }) => ({ userId, id })),
  };
}

/** Why a processor gets no batch now; null when it does. Live events go first. */
export async function obstacleOf(
  eventLog: Pick<EventLog, 'waiting'>,
  { id, active, status, canary }: Pick<ProcessorDocument, 'id' | 'active' | 'status' | 'canary'>,
): Promise<string | null> {
  if (status === 'paused') return `\`${id}\` is paused.`;
  if (!active) return `\`${id}\` is not active: it is given no work.`;
  // A candidate takes its part of the runs.
  const waiting = (await eventLog.waiting(id)) + (canary ? await eventLog.waiting(canaryDurable(id)) : 0);
  return waiting > 0 ? `\`${id}\` has live work to do first: ${waiting} events wait for it.` : null;
}
