import type { Document, Filter } from 'mongodb';
import { MAX_DRAFTS } from '../../books.ts';
import type { Detail } from '../../records.ts';
import type { StateStore } from '../../store.ts';
import { type ListedPlace, MAX_LISTED, type PlaceKind, type SummaryStore } from '../../summary.ts';
import { chapterFrom } from '../counting/counting.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import type { EntryDocument, ReadEntryDocument } from '../documents/entry-documents.mongo.ts';
import { readingOf } from '../documents/readings.mongo.ts';
import { ofEach, totalOf } from '../lists/groups.mongo.ts';

const FIELDS = {
  type: 'type',
  schemaId: 'schema_id',
  state: 'state',
  bookId: 'book_id',
  conversationId: 'conversation_id',
  parentId: 'source_ids',
} as const;

const PLACES = { bookId: 'book_id', conversationId: 'conversation_id' } as const;

/** The newest places, up to the maximum. */
const newestFirst = (places: readonly ListedPlace[]): ListedPlace[] =>
  places.toSorted((a, b) => +b.listedAt - +a.listedAt || (a.id < b.id ? 1 : -1)).slice(0, MAX_LISTED);

/**
 * When a book was created: the time of its record, or of its first draft since it was last deleted. Null when there is
 * neither. Two reads by index.
 */
export async function bookTime(
  { books, entries }: StateCollections,
  userId: string,
  id: string,
): Promise<Date | null> {
  const record = await books.findOne(
    { _id: { user_id: userId, id } },
    { projection: { deleted: 1, deleted_at: 1, created_at: 1 } },
  );
  const since = record?.deleted_at ?? new Date(0);
  const drafts = {
    user_id: userId,
    book_id: id,
    chapter_num: { $exists: true },
    created_at: { $gt: since },
  };
  const first = { sort: { created_at: 1 }, projection: { created_at: 1 } } as const;
  const drafted = (await entries.findOne(drafts, first))?.created_at;
  const made = record && !record.deleted ? [Math.max(record.created_at.getTime(), since.getTime())] : [];
  const times = [...made, ...(drafted ? [drafted.getTime()] : [])];
  return times.length === 0 ? null : new Date(Math.min(...times));
}

/** The time of the newest message of a conversation; null when there is none. */
export async function conversationTime(
  { entries }: StateCollections,
  userId: string,
  id: string,
): Promise<Date | null> {
  const newest = { sort: { created_at: -1 }, projection: { created_at: 1 } } as const;
  return (await entries.findOne({ user_id: userId, conversation_id: id }, newest))?.created_at ?? null;
}

/** The newest draft of a chapter. */
export async function newestDraft(
  { entries }: StateCollections,
  userId: string,
  key: string,
): Promise<{ at: Date; id: string } | null> {
  const { bookId: book_id, chapterNum: chapter_num } = chapterFrom(key);
  const newest = { sort: { created_at: -1, _id: -1 }, projection: { created_at: 1 } } as const;
  const found = await entries.findOne({ user_id: userId, book_id, chapter_num }, newest);
  return found && { at: found.created_at, id: found._id };
}

async function placeIds({ books, entries }: StateCollections, userId: string, kind: PlaceKind) {
  const drafts = kind === 'bookId' ? { chapter_num: { $exists: true } } : {};
  const where = { user_id: userId, [PLACES[kind]]: { $exists: true }, ...drafts };
  const named = await entries
    .aggregate<{ _id: string }>([{ $match: where }, { $group: { _id: `$${PLACES[kind]}` } }])
    .toArray();
  if (kind === 'conversationId') return named.map(({ _id }) => _id);
  const described = await books
    .find({ '_id.user_id': userId })
    .project<{ _id: { id: string } }>({ _id: 1 })
    .toArray();
  return [...new Set([...named.map(({ _id }) => _id), ...described.map(({ _id }) => _id.id)])];
}

async function listedPlaces(
  collections: StateCollections,
  userId: string,
  kind: PlaceKind,
  ids?: readonly string[],
): Promise<ListedPlace[]> {
  const all = ids ? [...new Set(ids)] : await placeIds(collections, userId, kind);
  const timeOf = kind === 'bookId' ? bookTime : conversationTime;
  const places = await Promise.all(
    all.map(async (id) => ({ id, listedAt: await timeOf(collections, userId, id) })),
  );
  return newestFirst(places.flatMap(({ id, listedAt }) => (listedAt ? [{ id, listedAt }] : [])));
}

async function newestDrafts<D extends Detail>(
  { entries }: StateCollections,
  userId: string,
  bookIds: readonly string[],
  detail: D | undefined,
) {
  const { projection, from } = readingOf(detail);
  const newest = { $top: { sortBy: { created_at: -1, _id: -1 }, output: '$$ROOT' } };
  const found = await entries
    .aggregate<{ _id: { book_id: string; chapter_num: number }; draft: ReadEntryDocument }>([
      {
        $match: {
          user_id: userId,
          book_id: { $in: [...bookIds] },
          chapter_num: { $exists: true },
        },
      },
      // What they are grouped by is needed whatever is read of them.
      { $project: { ...projection, ...(detail === 'brief' ? { book_id: 1, chapter_num: 1 } : {}) } },
      { $group: { _id: { book_id: '$book_id', chapter_num: '$chapter_num' }, draft: newest } },
      { $sort: { '_id.book_id': 1, '_id.chapter_num': 1 } },
      { $limit: MAX_DRAFTS },
    ])
    .toArray();
  return found.map(({ _id, draft }) => ({
    bookId: _id.book_id,
    chapterNum: _id.chapter_num,
    draft: from(draft),
  }));
}

async function conversations({ entries }: StateCollections, userId: string) {
  const found = await entries
    .aggregate<{ _id: string; title: string; messages: number; last_at: Date }>([
      { $match: { user_id: userId, conversation_id: { $exists: true } } },
      {
        $group: {
          _id: '$conversation_id',
          title: { $top: { sortBy: { created_at: 1, _id: 1 }, output: '$title' } },
          messages: { $sum: 1 },
          last_at: { $max: '$created_at' },
        },
      },
      { $sort: { last_at: -1, _id: -1 } },
      { $limit: MAX_LISTED },
    ])
    .toArray();
  return found.map(({ _id, title, messages, last_at }) => ({
    id: _id,
    title,
    messageCount: messages,
    lastMessageAt: last_at,
  }));
}

async function totals(
  collections: StateCollections,
  ids: readonly string[],
  field: 'source_ids' | 'book_id' | 'conversation_id',
  total: Document[],
): Promise<Map<string, number>> {
  const pairs = await ofEach<{ total: number }>(collections, ids, field, total);
  return new Map(pairs.map(({ _id, child }) => [_id, child.total]));
}

type Derived = Pick<SummaryStore, 'facetCount' | 'listedPlaces'> &
  Pick<
    StateStore,
    'countByProcessor' | 'derivedCounts' | 'inPlacesCounts' | 'newestDrafts' | 'conversations'
  >;

/** The same results as summaries, read from the entries. */
export const createDerivedSummaries = (collections: StateCollections): Derived => ({
  facetCount(userId, { kind, key, processorId }) {
    const where: Filter<EntryDocument> = {
      user_id: userId,
      ...(kind === 'all' ? {} : { [FIELDS[kind]]: key }),
      ...(processorId === undefined ? {} : { processor_id: processorId }),
    };
    return collections.entries.countDocuments(where);
  },
  async countByProcessor(userId) {
    const pipeline = [
      { $match: { user_id: userId } },
      { $group: { _id: '$processor_id', count: { $sum: 1 } } },
      { $sort: { _id: 1 } },
    ];
    const found = await collections.entries.aggregate<{ _id: string; count: number }>(pipeline).toArray();
    return found.map(({ _id, count }) => ({ processorId: _id, count }));
  },
  derivedCounts: (userId, parentIds, processorIds) =>
    totals(collections, parentIds, 'source_ids', totalOf(userId, { processorIds })),
  inPlacesCounts: (userId, ids, { place, processorIds }) =>
    totals(collections, ids, PLACES[place], totalOf(userId, { processorIds })),
  listedPlaces: (userId, kind, ids) => listedPlaces(collections, userId, kind, ids),
  newestDrafts: (userId, bookIds, detail) => newestDrafts(collections, userId, bookIds, detail),
  conversations: (userId) => conversations(collections, userId),
});
