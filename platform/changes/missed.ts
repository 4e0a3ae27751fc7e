import type { EventLog, LoggedMessage, Position } from '../event-log/log.ts';
import { allSubjects, userToken } from '../events/events.ts';
import { type ChangeEntry, toChangeEntry } from './change.ts';

/** Changes of one user that are read at once. */
const CHUNK = 1_000;

/** A user's missed changes, as far as they were read. */
export interface Missed {
  readonly entries: readonly ChangeEntry[];
  /** The sequence up to which `entries` is complete. */
  readonly through: number;
}

/** The change that a message tells of; undefined when it tells of none. */
export function changeEntryOf(message: LoggedMessage): ChangeEntry | undefined {
  try {
    return toChangeEntry(message);
  } catch {
    return undefined;
  }
}

/**
 * Reads a user's changes after a position: until `until()` is reached, which there is a message at, or there are
 * 1,000 of them. All users' messages are read to know the end, and only the user's own are looked into.
 * @throws EpochGone, PositionGone
 */
export async function readMissed(options: {
  readonly log: EventLog;
  readonly userId: string;
  readonly after: Position;
  readonly until: () => number;
  readonly signal: AbortSignal;
}): Promise<Missed> {
  const { log, userId, after, until, signal } = options;
  const ending = `.${userToken(userId)}`;
  const entries: ChangeEntry[] = [];
  let through = after.sequence;
  for await (const message of log.read({ subjects: allSubjects, after, signal })) {
    const entry = message.subject.endsWith(ending) ? changeEntryOf(message) : undefined;
    if (entry?.userId === userId) entries.push(entry);
    through = message.position.sequence;
    if (through >= until() || entries.length >= CHUNK) break;
  }
  return { entries, through };
}

/** Runs what it is given, at most `limit` at once, first come first served. */
export function atMost(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
