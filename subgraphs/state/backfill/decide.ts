import { isOptIn, type ProcessorDocument } from '../../../platform/clients/registry.ts';
import { isPending, STATE } from '../entry.ts';
import { blobRun } from '../runs/runs.ts';
import type { Backfill } from '../store/backfills.ts';
import type { ScannedEntry } from '../store/scans.ts';

/** Members of an entry that say whether it gets a run. */
export type Candidate = Pick<
  ScannedEntry,
  'processorId' | 'schemaId' | 'contentHash' | 'contentMissingSince' | 'createdAt' | 'runs'
>;

type Taker = Pick<ProcessorDocument, 'id' | 'takes' | 'opt_in_schema_ids'>;

/** Events that tell of blobs when they come into being: of users' own, and of those that processors make. */
const OF_USERS = 'blob.created';
const OF_PROCESSORS = 'blob.indexed';

/** Whether a processor works on blobs as they come into being, and not on demand alone. */
export const takesBlobs = ({ takes }: Pick<Taker, 'takes'>): boolean =>
  [OF_USERS, OF_PROCESSORS].some((event) => (takes[event] ?? []).length > 0);

/** Whether the processor would have taken the blob, and has no run of it. `isAsked`: of what it takes only where it is asked to. */
export function isLeftOut(entry: Candidate, processor: Taker, since: Date | null, isAsked: boolean): boolean {
  const { id, takes } = processor;
  const taken = takes[entry.processorId === STATE ? OF_USERS : OF_PROCESSORS] ?? [];
  return (
    taken.includes(entry.schemaId) &&
    (isAsked || !isOptIn(processor, entry.schemaId)) &&
    (since === null || entry.createdAt >= since) &&
    !isPending(entry) &&
    entry.contentMissingSince === null &&
    blobRun(entry.runs, id) === undefined
  );
}

/** The most runs that live work may have to wait behind. */
const MAX_BATCH = 50;

/** How many runs are asked for at once: as many as one process of the processor works on. */
export const batchSize = ({ max_concurrency }: Pick<ProcessorDocument, 'max_concurrency'>): number =>
  Math.min(max_concurrency, MAX_BATCH);

/**
 * The backfill with its next batch, taken from the page of the index behind where it is; the runs themselves are still
 * to be asked for. It stops at the entry that fills the batch.
 */
export function withNextBatch(
  backfill: Backfill,
  page: readonly ScannedEntry[],
  isWanted: (entry: ScannedEntry) => boolean,
  size: number,
): Backfill {
  const batch: ScannedEntry[] = [];
  let seen = 0;
  while (seen < page.length && batch.length < size) {
    const entry = page[seen++];
    if (entry && isWanted(entry)) batch.push(entry);
  }
  const last = page[seen - 1];
  return {
    ...backfill,
    scanned: backfill.scanned + seen,
    planned: backfill.planned + batch.length,
    obstacle: null,
    after: last ? { userId: last.userId, id: last.id } : backfill.after,
    batch: batch.map(({ userId, id }) => ({ userId, id })),
  };
}
