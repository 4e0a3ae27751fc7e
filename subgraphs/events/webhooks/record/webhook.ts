/** Kinds of changes of a blob, as the graph has them. */
export type ChangeKind = 'CREATED' | 'DERIVED' | 'PROCESSING' | 'COMPLETED' | 'FAILED' | 'DELETED';

/** A change as webhooks are told it. */
export interface ToldChange {
  /** Where it stands in the log. */
  readonly cursor: string;
  readonly kind: ChangeKind;
  readonly blobId: string;
  /** The version that the change gave to the blob's entry. */
  readonly version: number;
  readonly occurredAt: Date;
}

export type WebhookState = 'ACTIVE' | 'PAUSED' | 'SET_ASIDE';

/** Why nothing is sent any more until the owner acts. */
export type SetAsideReason = 'FAILED_TOO_LONG' | 'GONE' | 'CURSOR_EXPIRED' | 'SECRET_LOST';

/** Which of the owner's changes are sent: all given conditions hold; null lets everything through. */
export interface WebhookFilter {
  readonly kinds: readonly ChangeKind[] | null;
  readonly blobId: string | null;
  readonly bookId: string | null;
  readonly parentId: string | null;
}

/** All of the owner's changes. */
export const everything: WebhookFilter = { kinds: null, blobId: null, bookId: null, parentId: null };

/** A key that signs no longer than until then, beside its successor. */
export interface FormerSecret {
  readonly sealed: string;
  readonly until: Date;
}

/** Tries of the change that is next; null where the last one went well. */
export interface Failing {
  readonly since: Date;
  /** Tries that failed in a row. */
  readonly attempts: number;
  readonly nextAt: Date;
}

/** How the newest try of a delivery ended. */
export interface LastTry {
  readonly at: Date;
  /** Null where there was no answer. */
  readonly status: number | null;
  /** Why it does not count as delivered; null where it does. */
  readonly error: string | null;
}

/** Settings that its owner may change. */
export interface WebhookSettings {
  readonly url: string;
  readonly description: string | null;
  readonly filter: WebhookFilter;
}

/** Where a user's changes are sent. */
export interface Webhook extends WebhookSettings {
  readonly id: string;
  readonly userId: string;
  readonly state: WebhookState;
  readonly stateSince: Date;
  readonly reason: SetAsideReason | null;
  /** Sealed for this webhook. */
  readonly secret: string;
  readonly formerSecret: FormerSecret | null;
  /** Everything up to here was delivered, or filtered out. */
  readonly cursor: string;
  readonly failing: Failing | null;
  readonly lastTry: LastTry | null;
  readonly deliveredAt: Date | null;
  readonly createdAt: Date;
  /** Of the input that it was registered with; null where that had no key. */
  readonly inputHash: string | null;
  /** Grows whenever its owner changes something. */
  readonly revision: number;
}

/** The purpose that a secret is sealed for. */
export const sealedFor = (webhookId: string): string => `webhook:${webhookId}`;
