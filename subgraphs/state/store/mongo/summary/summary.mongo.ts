import { MAX_DRAFTS } from '../../books.ts';
import type { Facet } from '../../filter.ts';
import type { Detail } from '../../records.ts';
import type { StateStore } from '../../store.ts';
import { type ListedPlace, MAX_LISTED, type PlaceKind, type SummaryStore } from '../../summary.ts';
import { type Target, USER } from '../counting/counting.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import type { ReadEntryDocument } from '../documents/entry-documents.mongo.ts';
import { readingOf } from '../documents/readings.mongo.ts';
import { type SummaryDocument, summaryId } from '../documents/summary-documents.mongo.ts';
import { ofEach } from '../lists/groups.mongo.ts';
import { createSummaryBuilding } from './build.mongo.ts';
import { checkSummary } from './check.mongo.ts';
import type { Counter } from './counter.mongo.ts';
import { createDerivedSummaries } from './derived.mongo.ts';

interface Asked {
  readonly kind: Facet['kind'];
  readonly keys: readonly string[];
  readonly processorIds?: readonly string[] | undefined;
}

const targetOf = (kind: Facet['kind'], key: string): Target =>
  kind === 'all' || kind === 'schemaId' || kind === 'state' ? USER : { kind, key };

/** A user's summary and the existing ones of these targets; null while it is incomplete. */
async function complete({ summaries }: StateCollections, userId: string, targets: readonly Target[]) {
  const ids = [USER, ...targets].map((target) => summaryId(userId, target));
  const all = await summaries.find({ _id: { $in: ids } }).toArray();
  const user = all.find(({ _id }) => _id.kind === 'user');
  if (!user?.complete) return null;
  return { user, documents: all.filter(({ generation }) => generation === user.generation) };
}

function talliesOf(documents: readonly SummaryDocument[], { kind, keys, processorIds }: Asked) {
  const wanted = new Set(keys);
  return documents
    .flatMap(({ tallies }) => tallies)
    .filter((tally) => tally.kind === kind && wanted.has(tally.key))
    .filter((tally) => processorIds?.includes(tally.processor_id) ?? true);
}

function totalsOf(documents: readonly SummaryDocument[], asked: Asked): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { key, total } of talliesOf(documents, asked)) sums.set(key, (sums.get(key) ?? 0) + total);
  return sums;
}

async function listed(
  { summaries }: StateCollections,
  { _id: { user_id: userId }, generation }: SummaryDocument,
  kind: PlaceKind,
  ids?: readonly string[],
): Promise<ListedPlace[]> {
  const among = ids
    ? { _id: { $in: ids.map((key) => summaryId(userId, { kind, key })) } }
    : { '_id.user_id': userId, '_id.kind': kind };
  const found = await summaries
    .find({ ...among, generation, listed_at: { $gt: new Date(0) } })
    .sort({ listed_at: -1, '_id.key': -1 })
    .limit(ids ? ids.length : MAX_LISTED)
    .project<Required<Pick<SummaryDocument, '_id' | 'listed_at'>>>({ listed_at: 1 })
    .toArray();
  return found.map(({ _id, listed_at }) => ({ id: _id.key, listedAt: listed_at }));
}

async function newestDrafts<D extends Detail>(
  collections: StateCollections,
  user: SummaryDocument,
  bookIds: readonly string[],
  detail: D | undefined,
) {
  const { projection, from } = readingOf(detail);
  const { summaries, entries } = collections;
  const userId = user._id.user_id;
  const chapters = await summaries
    .find({
      '_id.user_id': userId,
      generation: user.generation,
      book_id: { $in: [...bookIds] },
      listed_id: { $gt: '' },
    })
    .sort({ book_id: 1, chapter_num: 1 })
    .limit(MAX_DRAFTS)
    .project<Required<Pick<SummaryDocument, 'book_id' | 'chapter_num'>> & { listed_id: string }>({
      book_id: 1,
      chapter_num: 1,
      listed_id: 1,
    })
    .toArray();
  const found = await entries
    .find<ReadEntryDocument>(
      { _id: { $in: chapters.map(({ listed_id }) => listed_id) }, user_id: userId },
      { projection },
    )
    .toArray();
  const drafts = new Map(found.map((document) => [document._id, from(document)]));
  return chapters.flatMap(({ book_id: bookId, chapter_num: chapterNum, listed_id }) => {
    const draft = drafts.get(listed_id);
    return draft ? [{ bookId, chapterNum, draft }] : [];
  });
}

async function conversations(collections: StateCollections, user: SummaryDocument) {
  const userId = user._id.user_id;
  const places = await listed(collections, user, 'conversationId');
  const keys = places.map(({ id }) => id);
  if (keys.length === 0) return [];
  const targets = keys.map((key) => summaryId(userId, { kind: 'conversationId', key }));
  const first = [
    { $match: { user_id: userId } },
    { $sort: { created_at: 1, _id: 1 } },
    { $limit: 1 },
    { $project: { title: 1 } },
  ];
  const [documents, messages] = await Promise.all([
    collections.summaries.find({ _id: { $in: targets } }).toArray(),
    ofEach<{ title: string }>(collections, keys, 'conversation_id', first),
  ]);
  const counts = totalsOf(documents, { kind: 'conversationId', keys });
  const titles = new Map(messages.map(({ _id, child }) => [_id, child.title]));
  return places.map(({ id, listedAt }) => ({
    id,
    title: titles.get(id) ?? '',
    messageCount: counts.get(id) ?? 0,
    lastMessageAt: listedAt,
  }));
}

type Summaries = SummaryStore &
  Pick<
    StateStore,
    'countByProcessor' | 'derivedCounts' | 'inPlacesCounts' | 'newestDrafts' | 'conversations'
  >;

/** A user's complete summary with these targets; null where there is none yet. */
type Ready = (userId: string, targets?: readonly Target[]) => ReturnType<typeof complete>;

type Counts = Pick<Summaries, 'facetCount' | 'countByProcessor' | 'derivedCounts' | 'inPlacesCounts'>;

/** Counts by summaries; by entries where the user's are not complete. */
function createCounts(ready: Ready, derived: Counts): Counts {
  async function ask(userId: string, asked: Asked) {
    const targets = asked.keys.map((key) => targetOf(asked.kind, key));
    return (await ready(userId, targets))?.documents;
  }
  return {
    async facetCount(userId, facet) {
      const { kind, key, processorId } = facet;
      const asked = {
        kind,
        keys: [key],
        processorIds: processorId === undefined ? undefined : [processorId],
      };
      const documents = await ask(userId, asked);
      return documents ? (totalsOf(documents, asked).get(key) ?? 0) : derived.facetCount(userId, facet);
    },
    async countByProcessor(userId) {
      const asked = { kind: 'all', keys: [''] } as const;
      const documents = await ask(userId, asked);
      if (!documents) return derived.countByProcessor(userId);
      return talliesOf(documents, asked)
        .map(({ processor_id, total }) => ({ processorId: processor_id, count: total }))
        .toSorted((a, b) => (a.processorId < b.processorId ? -1 : 1));
    },
    async derivedCounts(userId, parentIds, processorIds) {
      const asked = { kind: 'parentId', keys: parentIds, processorIds } as const;
      const documents = await ask(userId, asked);
      return documents ? totalsOf(documents, asked) : derived.derivedCounts(userId, parentIds, processorIds);
    },
    async inPlacesCounts(userId, placeIds, filter) {
      const asked = { kind: filter.place, keys: placeIds, processorIds: filter.processorIds };
      const documents = await ask(userId, asked);
      return documents ? totalsOf(documents, asked) : derived.inPlacesCounts(userId, placeIds, filter);
    },
  };
}

/** Summaries, kept by writes of single documents. */
export function createSummaries(collections: StateCollections, counter: Counter): Summaries {
  const derived = createDerivedSummaries(collections);
  const building = createSummaryBuilding(collections);
  const ready = async (userId: string, targets: readonly Target[] = []) => {
    const found = await complete(collections, userId, targets);
    if (found) return found;
    return (await building.advance(userId)) ? complete(collections, userId, targets) : null;
  };
  return {
    ...createCounts(ready, derived),
    async listedPlaces(userId, kind, ids) {
      if (kind === 'bookId') await counter.relistDescribed(userId);
      const found = await ready(userId);
      return found ? listed(collections, found.user, kind, ids) : derived.listedPlaces(userId, kind, ids);
    },
    async newestDrafts(userId, bookIds, detail) {
      const found = await ready(userId);
      return found
        ? newestDrafts(collections, found.user, bookIds, detail)
        : derived.newestDrafts(userId, bookIds, detail);
    },
    async conversations(userId) {
      const found = await ready(userId);
      return found ? conversations(collections, found.user) : derived.conversations(userId);
    },
    countEntries: (ids) => counter.countEntries(ids),
    incompleteSummaries: (limit) => building.incomplete(limit),
    advanceSummary: (userId) => building.advance(userId),
    checkSummary: (userId) => checkSummary(collections, userId),
    forgetSummary: (userId) => building.forget(userId),
  };
}
