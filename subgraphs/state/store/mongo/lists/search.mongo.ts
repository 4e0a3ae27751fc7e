import type { Document } from 'mongodb';
import { type EntryWords, type SearchStore, type Wordless, withWords } from '../../search.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import type { EntryDocument } from '../documents/entry-documents.mongo.ts';
import { storedWords } from '../documents/entry-documents.mongo.ts';

type WordlessDocument = Pick<EntryDocument, '_id' | 'user_id' | 'version' | 'title' | 'preview'>;

const READ = { user_id: 1, version: 1, title: 1, preview: 1 } as const;

const wordlessFrom = ({ _id: id, user_id: userId, ...entry }: WordlessDocument): Wordless => ({
  ...entry,
  id,
  userId,
});

async function putWords({ entries }: StateCollections, given: readonly EntryWords[]): Promise<void> {
  if (given.length === 0) return;
  await entries.bulkWrite(
    given.map(({ id, version, words }) => ({
      updateOne: {
        filter: { _id: id, version, user_id: { $exists: true } },
        update: { $set: { words: storedWords(words) } },
      },
    })),
    { ordered: false },
  );
}

/** Entries that get their words in one bulk write. */
const BATCH = 500;
const FILLED_MARK = 'words';

/**
 * Gives words to all entries without them, once: finding those takes a walk of all entries. Entries that the previous
 * release stores later get their words when their user first searches.
 */
export async function fillWords(collections: StateCollections, signal: AbortSignal): Promise<void> {
  const { entries, upkeep } = collections;
  if (await upkeep.findOne({ _id: FILLED_MARK })) return;
  for (let after: WordlessDocument | undefined, done = false; !done; ) {
    signal.throwIfAborted();
    const behind = after
      ? { $or: [{ user_id: { $gt: after.user_id } }, { user_id: after.user_id, _id: { $gt: after._id } }] }
      : {};
    const found = await entries
      .find<WordlessDocument>(
        { user_id: { $gte: after?.user_id ?? '' }, ...behind, words: { $exists: false } },
        { projection: READ },
      )
      .sort({ user_id: 1, _id: 1 })
      .limit(BATCH)
      .toArray();
    await putWords(collections, withWords(found.map(wordlessFrom)));
    after = found.at(-1);
    done = found.length < BATCH;
  }
  await upkeep.updateOne({ _id: FILLED_MARK }, { $set: { done_at: new Date() } }, { upsert: true });
}

/** Words of entries, in their documents. */
export const createSearch = (collections: StateCollections): SearchStore => ({
  async wordless(userId, limit) {
    const where: Document = { user_id: userId, words: null };
    const found = collections.entries.find<WordlessDocument>(where, { projection: READ }).limit(limit);
    return (await found.toArray()).map(wordlessFrom);
  },
  putWords: (words) => putWords(collections, words),
});
