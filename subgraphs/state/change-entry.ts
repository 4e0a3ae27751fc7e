import { BlobgraphError } from '../../platform/errors.ts';
import type { EventKind } from '../../platform/events/events.ts';
import type { StateDependencies } from './dependencies.ts';
import type { IndexEntry, Run } from './documents.ts';
import { eventOf } from './entry.ts';
import { untilWritten } from './optimistic.ts';
import { processingState } from './runs.ts';

/** A change of one run of an entry; null when there is nothing to change. */
export type RunChange = (entry: IndexEntry) => { runs: Run[]; run: Run; kind: EventKind } | null;

/** @throws BlobgraphError BLOB_NOT_FOUND */
export async function requireEntry(deps: Pick<StateDependencies, 'store'>, userId: string, blobId: string) {
  const [entry] = await deps.store.entries(userId, [blobId]);
  if (entry) return entry;
  throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of this id, or it is not yours.', {
    field: 'blobId',
  });
}

/**
 * Applies a change to the entry's newest version, again when another got in between.
 * @returns the entry as it is then
 * @throws BlobgraphError BLOB_NOT_FOUND, SERVICE_UNAVAILABLE
 */
export function changeEntry(
  deps: StateDependencies,
  userId: string,
  blobId: string,
  decide: RunChange,
): Promise<IndexEntry> {
  return untilWritten(async () => {
    const entry = await requireEntry(deps, userId, blobId);
    const decided = decide(entry);
    if (!decided) return entry;
    const at = deps.clock.now();
    const change = {
      version: entry.version + 1,
      runs: decided.runs,
      state: processingState(decided.runs),
      updatedAt: at,
    };
    const next = { ...entry, ...change };
    const event = eventOf(next, decided.kind, at, decided.run);
    if (!(await deps.store.updateEntry(entry.id, entry.version, change, event))) return null;
    deps.nudge(entry.id);
    return next;
  });
}
