import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { EventKind } from '../../../platform/events/events.ts';
import { noBlob } from '../../../platform/serving/direct-reads/owners.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import type { IndexEntry, Run } from '../store/records.ts';
import type { ContentChange, StateStore } from '../store/store.ts';
import { type EventDetails, eventOf } from './entry.ts';
import { untilWritten } from './optimistic.ts';
import { processingState } from './runs.ts';

/** An event to be published with a change. */
export interface ChangeEvent extends EventDetails {
  readonly kind: EventKind;
}

/** A change of an entry, with its events. */
export interface EntryDecision {
  /** Default: unchanged. */
  readonly runs?: readonly Run[];
  /** In order. Each event raises the entry's version by one. */
  readonly events: readonly [ChangeEvent, ...ChangeEvent[]];
  /** Default: unchanged. */
  readonly content?: ContentChange;
  /** How much the first event raises the version. Default 1. */
  readonly step?: number;
}

/** Decides how to change an entry; null leaves it as it is. */
export type EntryDecider = (entry: IndexEntry) => EntryDecision | null;

export interface ChangeDependencies {
  readonly store: Pick<StateStore, 'entries' | 'updateEntry'>;
  readonly clock: Clock;
  /** Publishes a blob's outbox soon. */
  readonly nudge: (blobId: string) => void;
}

/**
 * @param field the input's field that names the blob
 * @throws BlobgraphError BLOB_NOT_FOUND
 */
export async function requireEntry(
  store: Pick<StateStore, 'entries'>,
  userId: string,
  blobId: string,
  field = 'blobId',
): Promise<IndexEntry> {
  const [entry] = await store.entries(userId, [blobId]);
  if (entry) return entry;
  throw noBlob(field);
}

/** The changed entry; null when another writer came first. */
async function write(
  { store, clock }: Pick<ChangeDependencies, 'store' | 'clock'>,
  entry: IndexEntry,
  { runs = entry.runs, step = 1, content, events: decided }: EntryDecision,
): Promise<IndexEntry | null> {
  const at = clock.now();
  const first = entry.version + step;
  const version = first + decided.length - 1;
  const change = { version, runs, state: processingState(runs), updatedAt: at };
  const next = { ...entry, ...change, ...content };
  const events = decided.map(({ kind, ...details }, index) =>
    eventOf({ ...next, version: first + index }, kind, at, details),
  );
  const isReworded = content?.title !== undefined || content?.preview !== undefined;
  const { title, preview } = next;
  const update = content
    ? { ...change, content: isReworded ? { ...content, title, preview } : content }
    : change;
  return (await store.updateEntry(entry.id, entry.version, update, events)) ? next : null;
}

/**
 * Applies a change to the newest version of an entry, and retries when another writer comes first.
 * @param read the entry, if it has just been read
 * @returns the entry after the change
 * @throws BlobgraphError BLOB_NOT_FOUND, SERVICE_UNAVAILABLE
 */
export function changeEntry(
  deps: ChangeDependencies,
  userId: string,
  blobId: string,
  decide: EntryDecider,
  read?: IndexEntry,
): Promise<IndexEntry> {
  let known = read;
  return untilWritten(async () => {
    const entry = known ?? (await requireEntry(deps.store, userId, blobId));
    known = undefined;
    const decided = decide(entry);
    if (!decided) return entry;
    const next = await write(deps, entry, decided);
    if (next) deps.nudge(entry.id);
    return next;
  });
}

/** Whether a blob is missing, e.g. because it was deleted in the meantime. */
export const isMissing = (error: unknown): boolean =>
  error instanceof BlobgraphError && error.code === 'BLOB_NOT_FOUND';

/**
 * The same for an entry that may have been deleted in the meantime: then nothing is changed.
 * @returns the entry after the change; null when it is missing
 * @throws BlobgraphError SERVICE_UNAVAILABLE
 */
export async function changeIfThere(...change: Parameters<typeof changeEntry>): Promise<IndexEntry | null> {
  try {
    return await changeEntry(...change);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
