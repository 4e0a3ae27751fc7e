import type {
  ChangeKind,
  Failing,
  FormerSecret,
  LastTry,
  SetAsideReason,
  Webhook,
  WebhookState,
} from '../record/webhook.ts';

/** A row of `webhooks`, without who works on it. */
export interface WebhookRow {
  readonly id: string;
  readonly user_id: string;
  readonly url: string;
  readonly description: string | null;
  readonly kinds: ChangeKind[] | null;
  readonly blob_id: string | null;
  readonly book_id: string | null;
  readonly parent_id: string | null;
  readonly secret: string;
  readonly former_secret: string | null;
  readonly former_until: Date | null;
  readonly state: WebhookState;
  readonly state_since: Date;
  readonly reason: SetAsideReason | null;
  readonly cursor: string;
  readonly failing_since: Date | null;
  readonly attempts: number;
  readonly next_at: Date | null;
  readonly tried_at: Date | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly delivered_at: Date | null;
  readonly created_at: Date;
  readonly input_hash: string | null;
  readonly revision: number;
}

const columns = [
  ...['id', 'user_id', 'url', 'description', 'kinds', 'blob_id', 'book_id', 'parent_id'],
  ...['secret', 'former_secret', 'former_until', 'state', 'state_since', 'reason', 'cursor'],
  ...['failing_since', 'attempts', 'next_at', 'tried_at', 'status', 'error', 'delivered_at'],
  ...['created_at', 'input_hash', 'revision'],
];

/** Columns that a statement returns for {@link toWebhook}. */
export const WEBHOOK = columns.join(', ');

const formerOf = ({ former_secret: sealed, former_until: until }: WebhookRow): FormerSecret | null =>
  sealed !== null && until !== null ? { sealed, until } : null;

const failingOf = ({ failing_since: since, attempts, next_at: nextAt }: WebhookRow): Failing | null =>
  since !== null && nextAt !== null ? { since, attempts, nextAt } : null;

const lastTryOf = ({ tried_at: at, status, error }: WebhookRow): LastTry | null =>
  at === null ? null : { at, status, error };

export const toWebhook = (row: WebhookRow): Webhook => ({
  id: row.id,
  userId: row.user_id,
  url: row.url,
  description: row.description,
  filter: { kinds: row.kinds, blobId: row.blob_id, bookId: row.book_id, parentId: row.parent_id },
  secret: row.secret,
  formerSecret: formerOf(row),
  state: row.state,
  stateSince: row.state_since,
  reason: row.reason,
  cursor: row.cursor,
  failing: failingOf(row),
  lastTry: lastTryOf(row),
  deliveredAt: row.delivered_at,
  createdAt: row.created_at,
  inputHash: row.input_hash,
  revision: row.revision,
});
