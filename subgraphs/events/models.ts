import type { ChangeFeed } from '../../platform/changes/feed.ts';
import type { EventLog } from '../../platform/event-log/log.ts';
import type { DeadLetter } from '../../platform/event-log/usage.ts';
import type { Caller } from '../../platform/identity/service/caller.ts';
import type { DeadLetterPage } from './dead-letters.ts';

export type DeadLetterModel = DeadLetter;
export type DeadLetterEdgeModel = DeadLetter;
export type DeadLetterConnectionModel = DeadLetterPage;

export interface Context {
  readonly caller: Caller;
  /** Opened at the first call and shared by all; a failure is tried again at the next. */
  readonly changeFeed: () => Promise<ChangeFeed>;
  /** Opened at the first call and shared by all; a failure is tried again at the next. */
  readonly eventLog: () => Promise<EventLog>;
}
