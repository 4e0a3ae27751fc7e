import type { Erasure, OutboxEvent } from './records.ts';

/** The unpublished events of one document, oldest first. */
export interface Outbox {
  readonly blobId: string;
  /** With all their sources, which are not stored with each event. */
  readonly events: readonly OutboxEvent[];
}

/** The outbox of a user's own blob. */
export interface UserBlobOutbox extends Outbox {
  readonly userId: string;
  /** Creation time of the blob. */
  readonly createdAt: Date;
  /** How it stands in the index. */
  readonly indexed: 'entry' | 'tombstone' | 'nothing';
  /** The last erasure of its user; read no sooner than `indexed`: one that begins later finds the entry. */
  readonly erasure: Pick<Erasure, 'startedAt' | 'finishedAt'> | null;
}

/** The outboxes of several blobs, without empty ones. */
export interface Outboxes {
  /** To be published before those of the entries. */
  readonly userBlobs: readonly UserBlobOutbox[];
  readonly entries: readonly Outbox[];
}

/** By blob id, the version up to which its outbox has been published. */
export type Published = ReadonlyMap<string, number>;

export interface OutboxStore {
  /** The outboxes of these blobs: those of the users' blobs, and those of their entries, to be published after them. */
  outboxes(blobIds: readonly string[]): Promise<Outboxes>;
  /** Removes published events from the outboxes of users' blobs. */
  clearUserBlobOutboxes(published: Published): Promise<void>;
  /** Removes published events from the outboxes of entries. */
  clearEntryOutboxes(published: Published): Promise<void>;
  /** Ids of blobs with events that have waited since before `waitingSince`, longest first. */
  pendingOutboxes(waitingSince: Date, limit: number): Promise<string[]>;
  /** The number of documents with unpublished events, books included. */
  outboxLength(): Promise<number>;
  /** When the oldest unpublished event was stored; null when there is none. */
  oldestOutbox(): Promise<Date | null>;
}

/** A book has up to 10,000 sources, and its document must stay below 16 MiB: events with more sources drop them. */
const MAX_REPEATED = 20;

/** Published once per entry; these keep their sources, so that they outlive the entry's own. */
const isOnce = ({ kind }: OutboxEvent): boolean => kind === 'indexed' || kind === 'deleted';

/**
 * Events as an entry's outbox stores them: repeatable events drop a long list of sources. The list is then empty, not
 * absent, so that a process of the previous release can still publish the event.
 */
export const kept = (events: readonly OutboxEvent[]): OutboxEvent[] =>
  events.map((event) =>
    isOnce(event) || event.body.source_ids.length <= MAX_REPEATED
      ? event
      : { ...event, body: { ...event.body, source_ids: [] } },
  );

/** Restores dropped sources from the entry or, when it is deleted, from another event of the same outbox. */
export function restored(events: readonly OutboxEvent[], sourceIds: readonly string[]): OutboxEvent[] {
  const told = events.find(({ body }) => body.source_ids.length > 0)?.body.source_ids ?? [];
  const sources = sourceIds.length > 0 ? [...sourceIds] : told;
  return events.map((event) =>
    event.body.source_ids.length > 0 ? event : { ...event, body: { ...event.body, source_ids: sources } },
  );
}
