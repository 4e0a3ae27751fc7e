import type { Change, WantedChanges } from '../../../../platform/changes/change.ts';
import type { ChangeFeed } from '../../../../platform/changes/feed.ts';
import {
  type DeclaredSubscription,
  declaredSubscriptions,
} from '../../../../platform/subscriptions/declared.ts';
import { typeDefs } from '../../sdl/type-defs.ts';
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

/** Webhooks are told what this subscription tells, and know its conditions. */
const FIELD = 'blobChanged';

function declaredChanges(): DeclaredSubscription {
  const declared = declaredSubscriptions(typeDefs).get(FIELD);
  if (!declared) throw new TypeError(`There is no subscription ${FIELD}`);
  return declared;
}

const { wanted, payload } = declaredChanges();

/** Changes of all kinds that meet the other conditions. */
const wantedBy = ({ blobId, bookId, parentId }: WebhookFilter): WantedChanges =>
  wanted({ filter: { blobId, bookId, parentId } });

/** A followed change as a webhook with this filter is told it; null where it is told of no such kind. */
export function toldOf({ kinds }: WebhookFilter, change: Change): ToldChange | null {
  const { kind, blobId } = payload(change) as Pick<ToldChange, 'kind' | 'blobId'>;
  const { cursor, version, occurredAt } = change;
  return kinds === null || kinds.includes(kind) ? { cursor, kind, blobId, version, occurredAt } : null;
}

/** Tells whether a webhook with this filter is told of a change that its user has made. */
export function tellingOf(filter: WebhookFilter): (change: Change) => boolean {
  const { events, passes } = wantedBy(filter);
  return (change) => events.includes(change.event) && passes(change) && toldOf(filter, change) !== null;
}

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
    wanted: wantedBy(filter),
    after: cursor,
    signal: AbortSignal.any([signal, over.signal]),
    reached(cursor) {
      through = cursor;
      // Not within the call: the feed waits only after it.
      queueMicrotask(() => over.abort());
    },
  });
  return { changes, caughtUp: () => through };
}
