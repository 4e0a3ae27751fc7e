import type { Change } from '../../../../platform/changes/change.ts';
import type { ChangeFeed } from '../../../../platform/changes/feed.ts';
import type { Webhook, WebhookFilter } from '../record/webhook.ts';

/** Whose changes are followed, which, and from where; null: from now on. */
interface Wanted {
  readonly userId: string;
  readonly filter: WebhookFilter;
  readonly cursor: string | null;
}

export interface Following {
  /** The changes after the cursor, of all kinds, until there is none for now. As of `ChangeFeed.subscribe`. */
  readonly changes: AsyncIterableIterator<Change, void, undefined>;
  /** Up to where nothing is left, once they have come to an end. */
  caughtUp(): string | undefined;
}

/** Whether a webhook is told of changes of this kind. */
export const isWanted = (
  { filter: { kinds } }: Pick<Webhook, 'filter'>,
  { kind }: Pick<Change, 'kind'>,
): boolean => kinds === null || kinds.includes(kind);

/** Follows what is missed so far, from the feed that all of this process share. */
export function followMissed(
  feed: Pick<ChangeFeed, 'subscribe'>,
  { userId, filter, cursor }: Wanted,
  signal: AbortSignal,
): Following {
  const over = new AbortController();
  let through: string | undefined;
  const changes = feed.subscribe({
    viewer: { userId, roles: [] },
    filter,
    after: cursor,
    signal: AbortSignal.any([signal, over.signal]),
    joined(reached) {
      through = reached;
      // Not within the call: the feed waits only after it.
      queueMicrotask(() => over.abort());
    },
  });
  return { changes, caughtUp: () => through };
}
