import type { ChangeFeed } from '../../platform/changes/feed.ts';
import type { EventLog } from '../../platform/event-log/log.ts';
import type { DeadLetter } from '../../platform/event-log/usage.ts';
import type { Caller } from '../../platform/identity/service/caller.ts';
import type { DeadLetterPage } from './dead-letters.ts';
import type { EndedRuns } from './outcomes/ended.ts';
import type { LetterCounts } from './outcomes/letters.ts';
import type { Webhooks } from './webhooks/owners/webhooks.ts';
import type { Webhook } from './webhooks/record/webhook.ts';

export type WebhookModel = Webhook;
export type DeadLetterModel = DeadLetter;
export type DeadLetterEdgeModel = DeadLetter;
export type DeadLetterConnectionModel = DeadLetterPage;

export interface Context {
  readonly caller: Caller;
  /** Opened at the first call and shared by all; a failure is tried again at the next. */
  readonly changeFeed: () => Promise<ChangeFeed>;
  /** Opened at the first call and shared by all; a failure is tried again at the next. */
  readonly eventLog: () => Promise<EventLog>;
  readonly webhooks: Webhooks;
  readonly ended: EndedRuns;
  readonly letters: LetterCounts;
  /** The caller's webhooks, read once a request. */
  readonly ownWebhooks: () => Promise<readonly Webhook[]>;
}

/** A processor by its key; the registry resolves what else it is. */
export interface ProcessorModel {
  readonly id: string;
}

/** How a processor fares, which is read when it is requested. */
export type ProcessorHealthModel = ProcessorModel;
