import type { EventLog } from '../event-log/log.ts';
import type { LoggedMessage, Position } from '../event-log/message.ts';
import { subjectsOfUser } from '../events/named.ts';
import type { WantedChanges } from './change.ts';
import { type ChangeEntry, toChangeEntry } from './change.ts';
import { withoutOvertaken } from './progress.ts';

/** A user's missed changes of some events, as far as they were read. */
export interface Missed {
  /** In the log's order, without progress that was overtaken among them. */
  readonly entries: readonly ChangeEntry[];
  /** The sequence up to which `entries` is complete. */
  readonly through: number;
}

/** The change in a message; undefined when the message is no change. */
export function changeEntryOf(message: LoggedMessage): ChangeEntry | undefined {
  try {
    return toChangeEntry(message);
  } catch {
    return undefined;
  }
}

/**
 * Reads a user's changes by some events after a position and up to a sequence, or the first some hundred of them. It
 * costs what these changes cost, however many others there are between.
 * @throws EpochGone, PositionGone, EventLogUnavailable; the signal's reason
 */
export async function readMissed(options: {
  readonly log: EventLog;
  readonly userId: string;
  readonly events: WantedChanges['events'];
  readonly after: Position;
  readonly through: number;
  readonly signal: AbortSignal;
}): Promise<Missed> {
  const { log, userId, events, after, through, signal } = options;
  const range = await log.range({ subjects: subjectsOfUser(events, userId), after, through, signal });
  const entries = range.messages.flatMap((message) => changeEntryOf(message) ?? []);
  return {
    entries: withoutOvertaken(entries.filter((entry) => entry.userId === userId)),
    through: range.through,
  };
}
