import type { OutgoingMessage } from '../event-log/message.ts';
import { type BookEvent, toBookMessage } from '../events/book-events.ts';
import { encodeCursor } from '../events/cursor.ts';
import { type BlobEventBody, type EventKind, toMessage } from '../events/events.ts';

/** The cursor of this place in a log of tests, whose first epoch is 1. */
export const cursorAt = (sequence: number): string => encodeCursor({ epoch: '1', sequence });

/** Before anything in a log of tests. */
export const BEGINNING = cursorAt(0);

/** A cursor of a log that is gone. */
export const GONE = encodeCursor({ epoch: 'gone', sequence: 1 });

const MOMENT = new Date('2026-01-31T12:00:00.000Z');

/** A change of a blob as a message of the log; user `alice` and kind `created` unless told otherwise. */
export function blobMessage(
  blobId: string,
  version: number,
  options: { kind?: EventKind; userId?: string; time?: Date; body?: Partial<BlobEventBody> } = {},
): OutgoingMessage {
  const { kind = 'created', userId = 'alice', time = MOMENT, body = {} } = options;
  return toMessage({
    kind,
    version,
    time,
    body: {
      blob_id: blobId,
      user_id: userId,
      schema_id: 'text-input-v1',
      location: 'state-service',
      owner: 'state',
      type: 'note',
      source_ids: [],
      ...body,
    },
  });
}

type RunBody = NonNullable<BlobEventBody['run']>;

/** A run of an event's body: the first attempt of text-expansion, PROCESSING, unless told otherwise. */
export const runBody = (over: Partial<RunBody> = {}): RunBody => ({
  ...{ processor_id: 'text-expansion', state: 'PROCESSING', attempt: 1, generation: 0 },
  ...over,
});

/** A change of a book's record as a message of the log; user `alice` and kind `updated` unless told otherwise. */
export const bookMessage = (
  bookId: string,
  version: number,
  options: Partial<Pick<BookEvent, 'kind' | 'userId' | 'createdAt'>> = {},
): OutgoingMessage =>
  toBookMessage({
    ...{ kind: 'updated', userId: 'alice', createdAt: new Date('2026-01-30T12:00:00.000Z') },
    ...options,
    ...{ bookId, version, time: new Date('2026-01-31T12:00:00.000Z') },
  });
