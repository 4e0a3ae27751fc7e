import { z } from 'zod';
import type { LoggedMessage, OutgoingMessage } from '../event-log/message.ts';
import { bookEventId } from '../ids/ids.ts';
import { cloudEventHeaders, userToken } from './events.ts';

/** Events of a book itself. `updated`: its owner described it, or its chapters, anew; `deleted`: they deleted it. */
export const bookEventKinds = ['updated', 'deleted'] as const;
export type BookEventKind = (typeof bookEventKinds)[number];

/** One change of what a user says of a book, as it stands in the log. */
export interface BookEvent {
  readonly kind: BookEventKind;
  /** The version that the change gave to the book's record. */
  readonly version: number;
  readonly time: Date;
  /** W3C trace context of the request that caused it. */
  readonly traceparent?: string;
  readonly userId: string;
  /** Unique only among the user's books. */
  readonly bookId: string;
  /** When the record was made: an erased book that is made anew begins with version 1 again. */
  readonly createdAt: Date;
}

const ROOT = 'book';

/** The event as a message. Its id is the same however often it is published. */
export function toBookMessage({
  kind,
  version,
  time,
  traceparent,
  userId,
  bookId,
  createdAt,
}: BookEvent): OutgoingMessage {
  const id = bookEventId(userId, bookId, createdAt, version);
  return {
    subject: `${ROOT}.${kind}.${userToken(userId)}`,
    id,
    headers: {
      ...cloudEventHeaders({ id, type: `${ROOT}.${kind}`, time, traceparent }),
      'book-version': String(version),
    },
    body: new TextEncoder().encode(
      JSON.stringify({ book_id: bookId, user_id: userId, created_at: createdAt.toISOString() }),
    ),
  };
}

const headersSchema = z.object({
  'ce-type': z.templateLiteral([`${ROOT}.`, z.enum(bookEventKinds)]),
  'ce-time': z.iso.datetime(),
  'book-version': z.coerce.number().int().positive(),
});
const bodySchema = z.object({ book_id: z.string(), user_id: z.string(), created_at: z.iso.datetime() });

export const isBookMessage = ({ headers }: Pick<LoggedMessage, 'headers'>): boolean =>
  headers['ce-type']?.startsWith(`${ROOT}.`) ?? false;

/** The event in a message. @throws Error with the reason when there is none */
export function fromBookMessage(message: Pick<LoggedMessage, 'headers' | 'body'>): BookEvent {
  const headers = headersSchema.parse(message.headers);
  const body = bodySchema.parse(JSON.parse(new TextDecoder().decode(message.body)));
  return {
    kind: headers['ce-type'].slice(ROOT.length + 1) as BookEventKind,
    version: headers['book-version'],
    time: new Date(headers['ce-time']),
    userId: body.user_id,
    bookId: body.book_id,
    createdAt: new Date(body.created_at),
  };
}
