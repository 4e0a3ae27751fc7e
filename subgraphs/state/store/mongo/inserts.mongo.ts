import type { Collection } from 'mongodb';
import { insertManyOrFind, insertOrFind } from '../../../../platform/mongo/insert-or-find.ts';
import type {
  InsertedEntry,
  InsertedUserBlob,
  Inserts,
  NewEntry,
  OwnBlob,
  StoredOwnBlob,
} from '../inserts.ts';
import { kept } from '../outbox.ts';
import { BLOB_INDEX, type StateCollections } from './documents/collections.mongo.ts';
import {
  type EntryDocument,
  entryFrom,
  type TombstoneDocument,
  toEntryDocument,
  toUserBlobDocument,
  userBlobFrom,
} from './documents/entry-documents.mongo.ts';
import type { Counter } from './summary/counter.mongo.ts';

type Entries = Collection<EntryDocument | TombstoneDocument>;

const insertedBlob = (
  blob: InsertedUserBlob['stored'],
  existing: Parameters<typeof userBlobFrom>[0] | null | undefined,
): InsertedUserBlob =>
  existing ? { stored: userBlobFrom(existing), inserted: false } : { stored: blob, inserted: true };

async function insertedEntry(
  counter: Counter,
  [entry]: NewEntry,
  existing: EntryDocument | TombstoneDocument | null | undefined,
): Promise<InsertedEntry> {
  if (existing) return { stored: 'user_id' in existing ? entryFrom(existing) : null, inserted: false };
  await counter.counted(entry.userId, entry.id, entry);
  return { stored: entry, inserted: true };
}

const documentOf = ([entry, events]: NewEntry): EntryDocument => toEntryDocument(entry, kept(events));

/** Users of whom an erasure is running. */
async function erasingAmong({ erasures }: StateCollections, own: readonly OwnBlob[]): Promise<Set<string>> {
  const users = [...new Set(own.map(({ blob }) => blob.userId))];
  const running = await erasures
    .find({ _id: { $in: users }, finished_at: null }, { projection: { _id: 1 } })
    .toArray();
  return new Set(running.map(({ _id }) => _id));
}
export function createInserts(collections: StateCollections, counter: Counter): Inserts {
  const { userBlobs, database } = collections;
  const entries: Entries = database.collection(BLOB_INDEX);
  async function insertEntries(several: readonly NewEntry[]): Promise<readonly InsertedEntry[]> {
    const existing = await insertManyOrFind(entries, several.map(documentOf));
    // At once, so that they are counted as one batch.
    return Promise.all(several.map((entry, index) => insertedEntry(counter, entry, existing[index])));
  }
  return {
    async insertOwnBlobs(own) {
      const erasing = await erasingAmong(collections, own);
      const accepted = own.filter(({ blob }) => !erasing.has(blob.userId));
      const existing = await insertManyOrFind(
        userBlobs,
        accepted.map(({ blob }) => toUserBlobDocument(blob)),
      );
      const fresh = accepted.filter((_, place) => !existing[place]);
      const entered = await insertEntries(fresh.map(({ entry }) => [entry, []]));
      const found = accepted.flatMap((one, place) => {
        const blob = existing[place];
        return blob ? [[one, { outcome: 'existing', blob: userBlobFrom(blob) }] as const] : [];
      });
      const inserted = fresh.map(
        (one, place) => [one, { outcome: 'inserted', entry: entered[place]?.stored ?? null }] as const,
      );
      const outcomes = new Map<OwnBlob, StoredOwnBlob>([...found, ...inserted]);
      return own.map((one) => outcomes.get(one) ?? { outcome: 'erasing' });
    },
    async insertUserBlob(blob) {
      return insertedBlob(blob, await insertOrFind(userBlobs, toUserBlobDocument(blob)));
    },
    async insertEntry(...entry) {
      return insertedEntry(counter, entry, await insertOrFind(entries, documentOf(entry)));
    },
    insertEntries,
  };
}
