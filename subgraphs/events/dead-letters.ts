import { BlobgraphError, type UserError } from '../../platform/errors/errors.ts';
import type { EventLog } from '../../platform/event-log/log.ts';
import type { DeadLetter } from '../../platform/event-log/usage.ts';
import { fromMessage } from '../../platform/events/events.ts';

const MAX_PAGE = 100;

/** A page of dead letters. */
export interface DeadLetterPage {
  /** Oldest first. */
  readonly letters: readonly DeadLetter[];
  readonly hasNextPage: boolean;
  /** True on every page that was asked for with a cursor. */
  readonly hasPreviousPage: boolean;
}

/** A dead letter's cursor. */
export const cursorOf = ({ place }: DeadLetter): string => String(place);

function placeOf(cursor: string): number {
  const place = /^\d{1,15}$/.test(cursor) ? Number(cursor) : 0;
  if (place > 0) return place;
  throw new BlobgraphError(
    'CURSOR_INVALID',
    '`after` must be a cursor of this list. Leave it out for the first page.',
    { field: 'after' },
  );
}

/** @throws BlobgraphError VALIDATION_FAILED, CURSOR_INVALID */
export async function deadLetterPage(
  log: EventLog,
  { first, after }: { first?: number | null; after?: string | null },
): Promise<DeadLetterPage> {
  const size = first ?? 20;
  if (size < 1 || size > MAX_PAGE)
    throw new BlobgraphError('VALIDATION_FAILED', `\`first\` must be 1 to ${MAX_PAGE}.`, { field: 'first' });
  const behind = after == null ? {} : { after: placeOf(after) };
  const read = await log.deadLetters({ limit: size + 1, ...behind });
  return {
    letters: read.slice(0, size),
    hasNextPage: read.length > size,
    hasPreviousPage: after != null,
  };
}

/** The page info of GraphQL connections. */
export const pageInfoOf = ({ letters, hasNextPage, hasPreviousPage }: DeadLetterPage) => {
  const [first, last] = [letters.at(0), letters.at(-1)];
  return {
    hasNextPage,
    hasPreviousPage,
    startCursor: first ? cursorOf(first) : null,
    endCursor: last ? cursorOf(last) : null,
  };
};

/** The event and its blob; null when the message is not an event. */
export function eventOf({ message }: DeadLetter) {
  try {
    const { kind, body } = fromMessage(message);
    return { event: `blob.${kind}`, blobId: body.blob_id, userId: body.user_id };
  } catch {
    return { event: null, blobId: null, userId: null };
  }
}

export const noSuchLetter: UserError = {
  field: 'id',
  code: 'NOT_FOUND',
  message: 'There is no dead letter of this id: it was replayed, dropped, or is no longer kept.',
};
