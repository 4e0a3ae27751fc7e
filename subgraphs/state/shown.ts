import { BlobgraphError } from '../../platform/errors.ts';
import { contentTypes } from './content-types.generated.ts';
import type { StateDependencies } from './dependencies.ts';
import type { IndexEntry, ListedEntry, Run } from './documents.ts';
import { isPending, STATE } from './entry.ts';
import { knownProcessors, pausedMessage, retiredMessage } from './runs/status.ts';

type Dependencies = Pick<StateDependencies, 'processors' | 'outsideTypes'>;

/** Since when the entry's owner is retired; null while it is not. */
async function retiredSince(
  deps: Dependencies,
  { processorId }: IndexEntry | ListedEntry,
): Promise<Date | null> {
  if (processorId === STATE) return null;
  const owner = (await knownProcessors(deps)).get(processorId);
  if (owner?.status !== 'retired') return null;
  return new Date(owner.status_since ?? owner.created_at);
}

/** Since when an entry's content is gone; null while it is there, or is still to be made. */
export async function contentMissingSince(
  deps: Dependencies,
  entry: IndexEntry | ListedEntry,
): Promise<Date | null> {
  if (entry.contentMissingSince !== null || isPending(entry)) return entry.contentMissingSince;
  return retiredSince(deps, entry);
}

/**
 * The content that an entry tells of, by type and id; null while it is still to be made.
 * @throws BlobgraphError CONTENT_MISSING, PROCESSOR_RETIRED, PROCESSOR_UNKNOWN
 */
export async function contentOf(deps: Dependencies, entry: IndexEntry | ListedEntry) {
  if (isPending(entry)) return null;
  if ((await retiredSince(deps, entry)) !== null)
    throw new BlobgraphError(
      'PROCESSOR_RETIRED',
      `${retiredMessage(entry.processorId)} The content went with it.`,
    );
  if (entry.contentMissingSince !== null) {
    const message = 'The content is gone from the store that keeps it. What can be made again is being made.';
    throw new BlobgraphError('CONTENT_MISSING', message);
  }
  const __typename = contentTypes[entry.processorId] ?? deps.outsideTypes?.get(entry.processorId);
  if (__typename) return { __typename, id: entry.id };
  throw new BlobgraphError(
    'PROCESSOR_UNKNOWN',
    `The graph has no type for blobs of \`${entry.processorId}\`.`,
  );
}

const WAITING: Run['state'] = 'PENDING';

/** Runs as they are shown: those that wait for a paused processor say so. */
export async function processingOf(deps: Dependencies, { state, runs }: IndexEntry | ListedEntry) {
  const waits = runs.some((run) => run.state === WAITING);
  const known = waits ? await knownProcessors(deps) : new Map<string, never>();
  const obstacleOf = (run: Run) => {
    const processor = run.state === WAITING ? known.get(run.processorId) : undefined;
    if (processor?.status !== 'paused') return null;
    return { code: 'PROCESSOR_PAUSED', message: pausedMessage(run.processorId, processor.status_reason) };
  };
  return {
    state,
    runs: runs.map((run) => ({ ...run, updatedAt: new Date(run.updatedAt), obstacle: obstacleOf(run) })),
  };
}
