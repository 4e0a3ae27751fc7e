import type { Change } from '../../platform/changes/change.ts';
import type { ChangeFeed } from '../../platform/changes/feed.ts';
import type { DeadLetter, EventLog } from '../../platform/event-log/log.ts';
import type { Caller } from '../../platform/identity/service-tokens.ts';
import type { DeadLetterPage } from './dead-letters.ts';

export type BlobChangeModel = Change;
export type DeadLetterModel = DeadLetter;
export type DeadLetterConnectionModel = DeadLetterPage;

export interface Context {
  readonly caller: Caller;
  readonly changeFeed: () => Promise<ChangeFeed>;
  readonly eventLog: () => Promise<EventLog>;
}
