import type { Failing, LastTry, SetAsideReason, Webhook, WebhookSettings } from '../record/webhook.ts';

/** A webhook as its owner registers it. */
export type NewWebhook = Pick<
  Webhook,
  'id' | 'userId' | 'url' | 'description' | 'filter' | 'secret' | 'cursor' | 'createdAt'
>;

/** A request to register a webhook that may be sent again. */
export interface RegisteredBy {
  readonly key: string;
  readonly inputHash: string;
}

/** Why a webhook was not registered. */
export type RegisterRefusal = 'too many' | 'erasing';

/** News for a process that delivers, of one turn. */
export interface Turn {
  /** Processes that deliver, this one included. */
  readonly workers: number;
  /** Webhooks that something is to be delivered to. */
  readonly active: number;
  /** Webhooks of this process that their owners have changed since the last turn. */
  readonly changed: readonly Webhook[];
}

/** Names a delivery in work: what it writes counts only where the webhook is this worker's still, at this cursor. */
export interface Held {
  readonly id: string;
  readonly worker: string;
  readonly cursor: string;
  /** The webhook's when the delivery began: of one that its owner has changed meanwhile, no failure is noted. */
  readonly revision: number;
}

/**
 * Webhooks, and which process delivers to which. Each method is one durable step. A deleted webhook is found by nothing
 * but {@link WebhookStore.remove}.
 */
export interface WebhookStore {
  /** Creates missing tables. */
  prepare(): Promise<void>;
  /**
   * Writes an active one, unless its user has `most` already, or is being erased. `by`: the request, which finds the one that its key
   * registered before.
   */
  register(webhook: NewWebhook, most: number, by?: RegisteredBy): Promise<Webhook | RegisterRefusal>;
  /** The one that the user registered with a key; null where there is none. */
  registered(userId: string, key: string): Promise<Webhook | null>;
  /** The user's, the oldest first. */
  list(userId: string): Promise<Webhook[]>;
  /** Replaces the given settings. Another URL is tried at once. Null where there is none. */
  update(userId: string, id: string, settings: Partial<WebhookSettings>): Promise<Webhook | null>;
  /** Has another secret sign, and the present one too until `formerUntil`. Null where there is none. */
  rotate(userId: string, id: string, secret: string, formerUntil: Date): Promise<Webhook | null>;
  /** Pauses or resumes; failures are forgotten, so that it is tried at once. Null where there is none. */
  steer(userId: string, id: string, state: 'ACTIVE' | 'PAUSED', now: Date): Promise<Webhook | null>;
  /** Has it go on after another cursor, also where it was set aside, but not where it is paused. Null where there is none. */
  replay(userId: string, id: string, cursor: string, now: Date): Promise<Webhook | null>;

  /**
   * The webhook before a test of it is sent, which lasts until `until` at most, and for which its removal waits; `busy` while
   * another is under way. Null where there is none.
   */
  beginTest(userId: string, id: string, now: Date, until: Date): Promise<Webhook | 'busy' | null>;
  /** The test is over. */
  endTest(id: string): Promise<void>;

  /**
   * Marks one of the user's as deleted, or all: from then on no delivery begins. Of all, nothing is registered until
   * `erasingUntil`. Returns the ids.
   */
  markDeleted(userId: string, which: { id: string } | { erasingUntil: Date }, now: Date): Promise<string[]>;
  /** Removes marked ones to which nothing is on its way. Returns how many of them are left. */
  remove(ids: readonly string[], now: Date): Promise<number>;
  /** Removes what was marked before then: who marked it has died. And keys whose time is over. */
  sweep(before: Date, now: Date): Promise<void>;

  /** Says that a worker is alive until then, and gives free what dead workers had. */
  turn(worker: string, now: Date, until: Date): Promise<Turn>;
  /** Takes up to `limit` active webhooks that no worker has. */
  claim(worker: string, limit: number, now: Date): Promise<Webhook[]>;
  /** Gives them up, where they are this worker's. */
  release(worker: string, ids: readonly string[]): Promise<void>;
  /** Gives up all others: those that it was given, or gave up, and did not hear so. */
  keepOnly(worker: string, ids: readonly string[]): Promise<void>;
  /** Gives all of them up: the worker stops. */
  leave(worker: string): Promise<void>;
  /** The webhook before a delivery begins, which lasts until `busyUntil` at most; null where nothing is to be sent. */
  begin(id: string, worker: string, busyUntil: Date): Promise<Webhook | null>;
  /** Moves the cursor behind what was delivered, and goes on as of `begin`. Null where the webhook has moved on meanwhile. */
  delivered(held: Held, cursor: string, done: LastTry, busyUntil: Date): Promise<Webhook | null>;
  /** Ends the work, at `cursor` where the webhook still stands at that of `held`. */
  rest(held: Held, cursor: string): Promise<void>;
  /** Notes a failed try and ends the work; with a reason it is set aside. False where the webhook has moved on meanwhile. */
  failed(
    held: Held,
    failure: { readonly failing: Failing | null; readonly lastTry: LastTry | null },
    setAside: { readonly reason: SetAsideReason; readonly at: Date } | null,
  ): Promise<boolean>;
  /** Active, paused and set aside ones. */
  count(): Promise<Readonly<Record<Webhook['state'], number>>>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
}
