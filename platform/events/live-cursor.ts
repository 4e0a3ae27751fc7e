import type { EventLog } from '../event-log/log.ts';
import { encodeCursor } from './cursor.ts';

/** Of the context of a request whose answer may have a cursor to follow on from. */
export interface Live {
  /**
   * The log's head before the request read or changed anything. Later changes are missing from the response, or are
   * recognised by their version. Read once.
   */
  readonly liveCursor: () => Promise<string>;
}

export function liveFrom(eventLog: () => Promise<Pick<EventLog, 'head'>>): Live {
  let head: Promise<string> | undefined;
  const read = async () => encodeCursor(await (await eventLog()).head());
  return {
    liveCursor() {
      head ??= read();
      return head;
    },
  };
}

/** Reads the log's head before anything else where an operation's text names it, so that no change is missed in between. */
export const beginLive = ({ liveCursor }: Live, text: string): Promise<string> | undefined =>
  text.includes('liveCursor') ? liveCursor() : undefined;

/** The field `liveCursor`, of whichever type. */
export const liveField = (_parent: unknown, _args: unknown, { liveCursor }: Live): Promise<string> =>
  liveCursor();
