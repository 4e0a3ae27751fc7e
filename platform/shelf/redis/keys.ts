import { createHash } from 'node:crypto';

/** Names of a processor's keys. All have one hash tag: a cluster keeps them in one slot. */
export interface Keys {
  /** Sorted set of `<id>|<user>|<time>`, in the order of ids. */
  readonly ids: string;
  /** Sorted set of `<user>|<time>|<id>`, so that each user's stand together, oldest first. */
  readonly places: string;
  /** Sorted set of ids that the index is to be told of, by when, in milliseconds since 1970. */
  readonly due: string;
  /** As `places`, those that the index refuses. */
  readonly refused: string;
  /** Hash of a record's fields. */
  record(id: string): string;
  /** Prefix of a record's key, before its id. */
  readonly records: string;
  /** Sorted set of `<tag>|<id>`. `user`: of {@link userKey}. */
  tags(user: string): string;
  /** Hash of the highest number given in each kind. `user`: of {@link userKey}. */
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
