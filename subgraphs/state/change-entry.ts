import { BlobgraphError } from '../../platform/errors.ts';
import type { EventKind } from '../../platform/events/events.ts';
import type { StateDependencies } from './dependencies.ts';
import type { IndexEntry, Run } from './documents.ts';
import { eventOf } from './entry.ts';
import { untilWritten } from './optimistic.ts';
import { processingState } from './runs.ts';
import type { ContentChange } from './store/store.ts';

/** What is to change of an entry, and the event that tells of it. */
export interface EntryDecision {
  /** Default: as they are. */
  readonly runs?: readonly Run[];
  /** The run that the event is about, if it is about one. */
  readonly run?: Run;
  readonly kind: EventKind;
  readonly content?: ContentChange;
  /** By how much the version grows. Default 1. */
  readonly step?: number;
}

/** A change of an entry; null when there is nothing to change. */
export type EntryDecider = (entry: IndexEntry) => EntryDecision | null;

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
  decide: EntryDecider,
): Promise<IndexEntry> {
  return untilWritten(async () => {
    const entry = await requireEntry(deps, userId, blobId);
    const decided = decide(entry);
    if (!decided) return entry;
    const at = deps.clock.now();
    const { runs = entry.runs, step = 1, content } = decided;
    const change = { version: entry.version + step, runs, state: processingState(runs), updatedAt: at };
    const next = { ...entry, ...change, ...content };
    const event = eventOf(next, decided.kind, at, decided.run);
    const update = content ? { ...change, content } : change;
    if (!(await deps.store.updateEntry(entry.id, entry.version, update, event))) return null;
    deps.nudge(entry.id);
    return next;
  });
}
