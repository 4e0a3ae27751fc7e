import { BlobgraphError } from '../../platform/errors.ts';
import type { EventKind } from '../../platform/events/events.ts';
import type { StateDependencies } from './dependencies.ts';
import type { IndexEntry, Run } from './documents.ts';
import { type EventAbout, eventOf } from './entry.ts';
import { untilWritten } from './optimistic.ts';
import { processingState } from './runs/runs.ts';
import type { ContentChange } from './store/store.ts';

/** An event of a change. */
export interface Told extends EventAbout {
  readonly kind: EventKind;
}

/** A decided change of an entry, and the events that tell of it. */
export interface EntryDecision {
  /** Default: as they are. */
  readonly runs?: readonly Run[];
  /** In order; each gives the entry a version of its own. */
  readonly events: readonly [Told, ...Told[]];
  readonly content?: ContentChange;
  /** By how much the version grows with the first of them. Default 1. */
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

/** The entry as it is then; null when another got in between. */
async function write(
  deps: Pick<StateDependencies, 'store' | 'clock'>,
  entry: IndexEntry,
  { runs = entry.runs, step = 1, content, events: told }: EntryDecision,
): Promise<IndexEntry | null> {
  const at = deps.clock.now();
  const first = entry.version + step;
  const version = first + told.length - 1;
  const change = { version, runs, state: processingState(runs), updatedAt: at };
  const next = { ...entry, ...change, ...content };
  const events = told.map(({ kind, ...about }, index) =>
    eventOf({ ...next, version: first + index }, kind, at, about),
  );
  const update = content ? { ...change, content } : change;
  return (await deps.store.updateEntry(entry.id, entry.version, update, events)) ? next : null;
}

/**
 * Applies a change to the entry's newest version, again when another got in between.
 * @param read the entry, where it was just read
 * @returns the entry as it is then
 * @throws BlobgraphError BLOB_NOT_FOUND, SERVICE_UNAVAILABLE
 */
export function changeEntry(
  deps: Pick<StateDependencies, 'store' | 'clock' | 'nudge'>,
  userId: string,
  blobId: string,
  decide: EntryDecider,
  read?: IndexEntry,
): Promise<IndexEntry> {
  let known = read;
  return untilWritten(async () => {
    const entry = known ?? (await requireEntry(deps, userId, blobId));
    known = undefined;
    const decided = decide(entry);
    if (!decided) return entry;
    const next = await write(deps, entry, decided);
    if (next) deps.nudge(entry.id);
    return next;
  });
}
