import type { LoggedMessage } from '../event-log/message.ts';
import { type BookEventKind, bookEventKinds, fromBookMessage, isBookMessage } from './book-events.ts';
import { type EventKind, eventKinds, fromMessage, userToken } from './events.ts';
import { type MemberValues, membersOf } from './members.ts';
import { userSubjects } from './user-events.ts';

/** A blob or a book, and what happened to it. The subject is this and the user. */
export type EventName = `blob.${EventKind}` | `book.${BookEventKind}`;

/** The names of all events of the log. */
export const eventNames: readonly EventName[] = [
  ...eventKinds.map((kind) => `blob.${kind}` as const),
  ...bookEventKinds.map((kind) => `book.${kind}` as const),
];

/** Events that are announced as they happen, and in no log. */
export const announcedNames = ['run.written'] as const;
export type AnnouncedName = (typeof announcedNames)[number];

/** The subjects of these events, of one user. */
export const subjectsOfUser = (names: readonly (EventName | AnnouncedName)[], userId: string): string[] =>
  names.map((name) => `${name}.${userToken(userId)}`);

/** Every subject of the log. */
export const allSubjects: readonly string[] = [...eventNames.map((name) => `${name}.*`), ...userSubjects];

/** Any event of the log. */
export interface NamedEvent {
  readonly name: EventName;
  readonly userId: string;
  /**
   * The id of the thing that changed, as `version` counts its changes: a blob's id; of a book also when it was made, since an erased
   * one that is made anew begins with version 1 again.
   */
  readonly id: string;
  readonly version: number;
  readonly time: Date;
  readonly members: MemberValues;
}

function ofBook(message: Pick<LoggedMessage, 'headers' | 'body'>): NamedEvent {
  const { kind, bookId, createdAt, userId, version, time } = fromBookMessage(message);
  const id = `book ${createdAt.toISOString()} ${bookId}`;
  return { name: `book.${kind}`, userId, id, version, time, members: { book_id: bookId } };
}

/** The event in a message. @throws Error with the reason when there is none */
export function readEvent(message: Pick<LoggedMessage, 'headers' | 'body'>): NamedEvent {
  if (isBookMessage(message)) return ofBook(message);
  const event = fromMessage(message);
  const { kind, version, time, body } = event;
  return {
    ...{ name: `blob.${kind}`, userId: body.user_id, id: body.blob_id, version, time },
    members: membersOf(event),
  };
}
