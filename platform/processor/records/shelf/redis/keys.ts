import { createHash } from 'node:crypto';

/** Names of a processor's keys. All have one hash tag: a cluster keeps them in one slot. */
export interface Keys {
  readonly ids: string;
  readonly places: string;
  readonly due: string;
  readonly refused: string;
  record(id: string): string;
  /** What stands before the id in a record's name. */
  readonly records: string;
  tags(user: string): string;
  numbers(user: string): string;
}

export function keysOf(namespace: string, name: string): Keys {
  const prefix = `{${namespace}:${name}}`;
  return {
    ids: `${prefix}:ids`,
    places: `${prefix}:places`,
    due: `${prefix}:due`,
    refused: `${prefix}:refused`,
    records: `${prefix}:r:`,
    record: (id) => `${prefix}:r:${id}`,
    tags: (user) => `${prefix}:t:${user}`,
    numbers: (user) => `${prefix}:n:${user}`,
  };
}

/** A user's name in keys and lists: of one length, whatever the id holds. */
export const userKey = (userId: string): string =>
  createHash('sha256').update(userId).digest('base64url').slice(0, 24);

/** A time as text that sorts as times do. */
const sortable = (time: Date): string => String(Math.max(0, time.getTime())).padStart(16, '0');

export const shelfOf = (userId: string, createdAt: Date): string =>
  `${userKey(userId)}|${sortable(createdAt)}`;

/** Behind all that begins with the text before it: `}` comes after `|` in ASCII. */
export const AFTER = '}';
