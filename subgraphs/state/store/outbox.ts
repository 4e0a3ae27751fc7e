import type { OutboxEvent } from '../documents.ts';

/** Sources that an event repeats in an outbox; a book has up to 10,000, and its document must stay below 16 MiB. */
const MAX_REPEATED = 20;

/** Told once an entry; these keep their sources, so that they outlive the entry's own. */
const isOnce = ({ kind }: OutboxEvent): boolean => kind === 'indexed' || kind === 'deleted';

/**
 * Events as an entry's outbox keeps them: those that come again and again without the entry's many sources. The list is
 * empty then, so that a process of the release before can publish the event too.
 */
export const kept = (events: readonly OutboxEvent[]): OutboxEvent[] =>
  events.map((event) =>
    isOnce(event) || event.body.source_ids.length <= MAX_REPEATED
      ? event
      : { ...event, body: { ...event.body, source_ids: [] } },
  );

/** Events with their sources: those of their entry or, where it is deleted, of another event in its outbox. */
export function restored(events: readonly OutboxEvent[], sourceIds: readonly string[]): OutboxEvent[] {
  const told = events.find(({ body }) => body.source_ids.length > 0)?.body.source_ids ?? [];
  const sources = sourceIds.length > 0 ? [...sourceIds] : told;
  return events.map((event) =>
    event.body.source_ids.length > 0 ? event : { ...event, body: { ...event.body, source_ids: sources } },
  );
}
