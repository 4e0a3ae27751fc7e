import {
  type BookRecord,
  type IndexEntry,
  noFrontMatter,
  type OutboxEvent,
  type UserBlobRecord,
} from '../store/records.ts';
import type { ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';

export const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

let serial = 0;
/** An id that no other test has. */
export const newId = (prefix = 'blob') => `${prefix}-${++serial}`;
/** Each test has a user of its own, so that none sees another's documents. */
export const newUser = () => `user|${++serial}@example.com`;

export const event = (entry: { id: string; userId: string }, version: number): OutboxEvent => ({
  kind: 'created',
  version,
  time: at(version).toISOString(),
  body: {
    blob_id: entry.id,
    user_id: entry.userId,
    schema_id: 'text-input-v1',
    location: 'state-service',
    owner: 'state',
    type: 'chapter_draft',
    source_ids: [],
  },
});

export const userBlob = (userId: string, over: Partial<UserBlobRecord> = {}): UserBlobRecord => {
  const id = over.id ?? newId();
  return {
    id,
    userId,
    schemaId: 'text-input-v1',
    schemaVersion: '1.0.0',
    type: 'chapter_draft',
    title: 'A title',
    data: { content: 'Zwölf Boxkämpfer 🥊 שלום', metadata: { b: 1, a: [1.5, null, true] } },
    conversationId: null,
    bookId: 'my-novel',
    chapterNum: 1,
    createdAt: at(0),
    inputHash: 'hash',
    expectedProcessorIds: ['text-expansion'],
    outbox: [event({ id, userId }, 1)],
    ...over,
  };
};

export const entry = (userId: string, second: number, over: Partial<IndexEntry> = {}): IndexEntry => ({
  id: newId(),
  userId,
  version: 1,
  processorId: 'state',
  storageLocation: 'state-service',
  schemaId: 'text-input-v1',
  schemaVersion: '1.0.0',
  sourceIds: [],
  type: 'chapter_draft',
  title: 'A title',
  preview: 'It was a dark 🌩 night',
  sizeBytes: 3_000_000_000,
  bookId: null,
  conversationId: null,
  chapterNum: null,
  contentHash: null,
  generation: 0,
  runs: [],
  state: 'STORED',
  contentMissingSince: null,
  createdAt: at(second),
  updatedAt: at(second),
  ...over,
});

/** One blob's outboxes. */
export async function outboxOf(store: StateStore, blobId: string) {
  const { userBlobs, entries } = await store.outboxes([blobId]);
  return { userBlob: userBlobs[0] ?? null, entry: entries[0] ?? null };
}

export const ids = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);

/** A book that says nothing but its title. */
export const book = (userId: string, over: Partial<BookRecord> = {}): BookRecord => ({
  userId,
  id: 'one',
  version: 1,
  title: 'One',
  language: null,
  front: noFrontMatter,
  chapters: [],
  removed: [],
  automatic: [],
  deleted: false,
  deletedAt: null,
  createdAt: at(1),
  ...over,
});

/** An entry as a scan reads it; by default a user's own draft. */
export const scanned = (over: Partial<ScannedEntry> = {}): ScannedEntry => ({
  id: 'b',
  userId: 'u',
  processorId: 'state',
  schemaId: 'text-input-v1',
  type: 'chapter_draft',
  schemaVersion: '1.0.0',
  bookId: null,
  sourceIds: [],
  contentHash: null,
  runs: [],
  contentMissingSince: null,
  createdAt: at(5),
  waiting: false,
  ...over,
});
