import type { LoggedMessage } from '../event-log/message.ts';
import { encodeCursor } from '../events/cursor.ts';
import type { MemberValue } from '../events/members.ts';
import {
  type AnnouncedName,
  type EventName,
  eventNames,
  type NamedEvent,
  readEvent,
} from '../events/named.ts';

/** One event of the log, as a subscriber receives it. */
export interface Change extends Pick<NamedEvent, 'id' | 'version' | 'members'> {
  /** Where it stands in the log. */
  readonly cursor: string;
  readonly event: EventName;
  /** By the clock of the index. */
  readonly occurredAt: Date;
}

/** An event that is told while it happens, and in no log: nobody resumes after it. */
export interface Announcement extends Pick<NamedEvent, 'members'> {
  readonly event: AnnouncedName;
  /** By the clock of the process that announced it. */
  readonly occurredAt: Date;
}

/** An event as subscribers are told it: of the log, or announced. */
export type Occurrence = Change | Announcement;

/** The cursor of a change; undefined of what is in no log. */
export const cursorOf = (told: Occurrence): string | undefined =>
  'cursor' in told ? told.cursor : undefined;

/** The events that a subscriber wants to be told. */
export interface WantedChanges {
  readonly events: readonly (EventName | AnnouncedName)[];
  /** Of those, the ones that this lets through. */
  passes(told: Occurrence): boolean;
}

export const allChanges: WantedChanges = { events: eventNames, passes: () => true };

/** A change with its identity. */
export interface ChangeEntry {
  /** That of the change's cursor. */
  readonly sequence: number;
  readonly userId: string;
  readonly change: Change;
}

/** As measured with Node 20: an entry without its strings, and a string beside its characters. */
const ENTRY_BYTES = 370;
const STRING_BYTES = 32;

const bytesOf = (value: MemberValue | undefined): number => {
  if (typeof value === 'string') return STRING_BYTES + value.length;
  return typeof value === 'object' ? value.reduce((bytes, each) => bytes + bytesOf(each), 0) : 0;
};

/** Bytes of the heap that an entry takes, by estimate: within a fifth for ids of usual length. */
export function heapBytes({ userId, change: { cursor, members } }: ChangeEntry): number {
  let bytes = ENTRY_BYTES + bytesOf(userId) + bytesOf(cursor);
  for (const name in members) bytes += bytesOf(members[name]);
  return bytes;
}

/** The change in a message of the log. @throws Error when the message is no change */
export function toChangeEntry(message: LoggedMessage): ChangeEntry {
  const { name, userId, id, version, time, members } = readEvent(message);
  const cursor = encodeCursor(message.position);
  return {
    sequence: message.position.sequence,
    userId,
    change: { cursor, event: name, id, version, occurredAt: time, members },
  };
}
