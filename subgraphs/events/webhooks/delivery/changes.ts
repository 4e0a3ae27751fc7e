import { type Change, type ChangeEntry, passes } from '../../../../platform/changes/change.ts';
import type { ChangeFeed } from '../../../../platform/changes/feed.ts';
import type { ToldChange, WebhookFilter } from '../record/webhook.ts';

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

/** A followed change as a webhook with this filter is told it; null where it is told of no such kind. */
export const toldOf = ({ kinds }: WebhookFilter, change: Change): ToldChange | null =>
  kinds === null || kinds.includes(change.kind) ? change : null;

/** Whether a webhook with this filter is told of a change that its user has made. */
export const isToldOf = (filter: WebhookFilter, entry: ChangeEntry): boolean =>
  passes(entry, filter) && toldOf(filter, entry.change) !== null;

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
