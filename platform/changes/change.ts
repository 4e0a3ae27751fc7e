import type { LoggedMessage } from '../event-log/message.ts';
import { encodeCursor } from '../events/cursor.ts';
import { type EventKind, fromMessage } from '../events/events.ts';

export type ChangeKind = 'CREATED' | 'DERIVED' | 'PROCESSING' | 'COMPLETED' | 'FAILED' | 'DELETED';

/** One change of one blob, as a subscriber receives it. */
export interface Change {
  /** Where it stands in the log. */
  readonly cursor: string;
  readonly kind: ChangeKind;
  readonly blobId: string;
  /** The version that the change gave to the blob's index entry. */
  readonly version: number;
  /** By the clock of the index. */
  readonly occurredAt: Date;
}

/** A subscriber's filter: all given conditions hold. Absent and null let everything through. */
export interface ChangeFilter {
  readonly blobId?: string | null;
  readonly bookId?: string | null;
  /** A blob among the changed one's sources. */
  readonly parentId?: string | null;
}

/** A change with its identity. */
export interface ChangeEntry {
  /** That of the change's cursor. */
  readonly sequence: number;
  readonly userId: string;
  /** Undefined where the blob is in none. */
  readonly bookId: string | undefined;
  /** Of the changed blob; empty for users' own. */
  readonly sourceIds: readonly string[];
  readonly change: Change;
}

/** As measured with Node 20: an entry without its strings, and a string beside its characters. */
const ENTRY_BYTES = 320;
const STRING_BYTES = 32;

/** Bytes of the heap that an entry takes, by estimate: within a fifth for ids of usual length. */
export function heapBytes({ userId, bookId = '', sourceIds, change }: ChangeEntry): number {
  const strings = [userId, bookId, change.blobId, change.cursor, ...sourceIds];
  return strings.reduce((bytes, text) => bytes + STRING_BYTES + text.length, ENTRY_BYTES);
}

const changeKinds: Readonly<Record<EventKind, ChangeKind>> = {
  created: 'CREATED',
  indexed: 'DERIVED',
  processing: 'PROCESSING',
  retried: 'PROCESSING',
  completed: 'COMPLETED',
  failed: 'FAILED',
  deleted: 'DELETED',
};

/** The change in a message of the log. @throws Error when the message is no change */
export function toChangeEntry(message: LoggedMessage): ChangeEntry {
  const { kind, version, time, body } = fromMessage(message);
  return {
    sequence: message.position.sequence,
    userId: body.user_id,
    bookId: body.book_id,
    sourceIds: body.source_ids,
    change: {
      cursor: encodeCursor(message.position),
      kind: changeKinds[kind],
      blobId: body.blob_id,
      version,
      occurredAt: time,
    },
  };
}

export const passes = (entry: ChangeEntry, { blobId, bookId, parentId }: ChangeFilter): boolean =>
  (blobId == null || entry.change.blobId === blobId) &&
  (bookId == null || entry.bookId === bookId) &&
  (parentId == null || entry.sourceIds.includes(parentId));
