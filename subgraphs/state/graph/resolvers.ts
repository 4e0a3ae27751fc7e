import { DateTimeISOResolver, JSONResolver } from 'graphql-scalars';
import { whenThere } from '../../../platform/concurrency/when-there.ts';
import { liveField } from '../../../platform/events/live-cursor.ts';
import { requireOperator } from '../../../platform/serving/access/authenticate.ts';
import { WholeNumberResolver } from '../../../platform/serving/graphql/scalars.ts';
import { type Book, languageOf, listBooks } from '../blobs/books/books.ts';
import { noBook } from '../blobs/books/describe.ts';
import { MAX_RESULTS, newestResult, shownAs } from '../blobs/books/newest.ts';
import { readLineage } from '../blobs/lineage.ts';
import { readErasure } from '../deletion/erasure.ts';
import { STATE } from '../entries/entry.ts';
import {
  type EntryPage,
  entryCursor,
  entryPage,
  exactly,
  pageAfter,
  pageSize,
} from '../entries/pagination.ts';
import { reprocessingFields, reprocessingQuery } from '../reprocessing/resolvers.ts';
import type { EntryFilter } from '../store/filter.ts';
import { facetOf } from '../store/filter.ts';
import type { PlaceFilter } from '../store/lists.ts';
import type { AnyEntry, Detail, EntryOf } from '../store/records.ts';
import { isSearched, readyToSearch } from '../store/search.ts';
import { checkOf } from '../stored-check/stored-check.ts';
import { processorHealth } from '../workloads/health.ts';
import { wantedDetail } from './details.ts';
import { filterOf } from './filter-input.ts';
import type { BlobOrder, Resolvers } from './graphql.generated.ts';
import type { BookModel, Context } from './models.ts';
import { mutations } from './mutations.ts';
import { contentMissingSince, contentOf, leftOutBy, processingOf } from './shown.ts';
import { userBlob } from './user-blob.ts';

/** Totals of lists with several conditions are counted up to this number. */
const MAX_COUNTED = 10_000;

interface PageArguments {
  first?: number | null;
  after?: string | null;
}

async function page(
  { deps: { store }, viewer: { userId }, loaders }: Context,
  filter: EntryFilter,
  { first, after, orderBy }: PageArguments & { orderBy?: BlobOrder | null },
  detail: Detail,
): Promise<EntryPage> {
  const size = pageSize(first);
  if (isSearched(filter)) await readyToSearch(store, userId);
  const direction = orderBy?.direction ?? 'DESC';
  const request = { limit: size + 1, direction, ...pageAfter(after) };
  const found = await store.page(userId, filter, request, detail);
  loaders.entry.note(found.entries);
  return entryPage(found, size, after, async () => {
    const facet = facetOf(filter);
    if (facet) return exactly(await store.facetCount(userId, facet));
    return store.countUpTo(userId, filter, MAX_COUNTED);
  });
}

function derivedPage(
  { loaders }: Context,
  parentId: string,
  { first, after, processorId }: PageArguments & { processorId?: string | null },
  detail: Detail,
): Promise<EntryPage> {
  const size = pageSize(first);
  const of = processorId == null ? {} : { processorIds: [processorId] };
  const count = async () => exactly(await loaders.derivedCount(of.processorIds).load(parentId));
  return loaders
    .derived({ limit: size + 1, ...of, ...pageAfter(after) })
    .load(parentId, detail)
    .then((entries) => entryPage({ entries, resume: null }, size, after, count));
}

async function placePage(
  { loaders }: Context,
  id: string,
  filter: PlaceFilter,
  { first, after }: PageArguments,
  detail: Detail,
): Promise<EntryPage> {
  const size = pageSize(first);
  const entries = await loaders.inPlace({ ...filter, limit: size + 1, ...pageAfter(after) }).load(id, detail);
  const count = async () => exactly(await loaders.inPlaceCount(filter).load(id));
  return entryPage({ entries, resume: null }, size, after, count);
}

const parentOf = (entry: EntryOf['listed' | 'whole']): string | null | undefined =>
  'sourceIds' in entry ? entry.sourceIds[0] : entry.parentId;

const present = <T>(values: readonly (T | null)[]): T[] =>
  values.filter((value): value is Awaited<T> & T => value !== null);

const wholeBook = async (
  book: BookModel,
  loaders: Context['loaders'],
  detail: Detail,
): Promise<Book<AnyEntry> | null> => ('chapters' in book ? book : loaders.book.load(book.id, detail));

const me = (context: Context) => ({ id: context.viewer.userId });

/** Of what tells of changes since it was begun. */
const live = { liveCursor: liveField };

export const resolvers: Resolvers = {
  DateTime: DateTimeISOResolver,
  JSON: JSONResolver,
  BigInt: WholeNumberResolver,

  Query: {
    me: (_root, _args, context) => me(context),
    ...live,
    blob: (_root, { id }, { loaders }, info) => loaders.entry.load(id, wantedDetail(info)),
    blobs: (_root, { filter, ...args }, context, info) =>
      page(context, filterOf(filter), args, wantedDetail(info)),
    book: (_root, { id }, { loaders }, info) => loaders.book.load(id, wantedDetail(info)),
    fetch__BlobIndex: (_root, { id }, { loaders }, info) => loaders.entry.load(id, wantedDetail(info)),
    fetch__Book: (_root, { id }, { loaders }, info) => loaders.book.load(id, wantedDetail(info)),
    userErasure(_root, { id }, { caller, deps }) {
      requireOperator(caller);
      return readErasure(deps.store, id);
    },
    async storedBlobsCheck(_root, { schemaId }, { caller, deps }) {
      requireOperator(caller);
      return checkOf(await deps.store.storedChecks.walk(schemaId));
    },
    backfill(_root, { processorId }, { caller, deps }) {
      requireOperator(caller);
      return deps.store.backfills.walk(processorId);
    },
    ...reprocessingQuery,
  },

  Mutation: mutations,

  User: {
    __resolveReference: ({ id }, context) => (id === context.viewer.userId ? me(context) : null),
    state: (user) => user,
  },

  UserState: {
    totalBlobs: (_user, _args, { deps, viewer }) =>
      deps.store.facetCount(viewer.userId, { kind: 'all', key: '' }),
    blobsByProcessor: (_user, _args, { deps, viewer }) => deps.store.countByProcessor(viewer.userId),
    books: (_user, _args, { deps, viewer }) => listBooks(deps.store, viewer.userId),
    conversations: (_user, _args, { deps, viewer }) => deps.store.conversations(viewer.userId),
    updatedAt: (_user, _args, { deps, viewer }) => deps.store.lastChange(viewer.userId),
  },

  BlobIndex: {
    __resolveReference: ({ id }, { loaders }, info) => loaders.entry.load(id, wantedDetail(info)),
    processor: (entry) => (entry.processorId === STATE ? null : { id: entry.processorId }),
    remoteBlobId: (entry) => entry.id,
    schema: (entry) => {
      const { schemaId, schemaVersion } = entry as EntryOf['listed'];
      return { id: schemaId, version: schemaVersion };
    },
    parent: (entry, _args, { loaders }, info) => {
      const parentId = parentOf(entry as EntryOf['listed' | 'whole']);
      return parentId ? loaders.entry.load(parentId, wantedDetail(info)) : null;
    },
    // Those of a lineage come without their sources.
    sources: async (entry, _args, { loaders }, info) => {
      const whole =
        'sourceIds' in entry
          ? entry
          : ((await loaders.entry.load(entry.id, 'whole')) as EntryOf['whole'] | null);
      return present(await loaders.entry.loadMany(whole?.sourceIds ?? [], wantedDetail(info)));
    },
    derived: (entry, args, context, info) => derivedPage(context, entry.id, args, wantedDetail(info)),
    derivedIds: (entry, _args, { loaders }) => loaders.derivedIds.load(entry.id),
    lineage: async (entry, { depth }, { deps, viewer }, info) => {
      const detail = wantedDetail(info) === 'brief' ? 'brief' : 'listed';
      const found = await readLineage(deps.store, viewer.userId, entry.id, depth ?? 10, detail);
      return { nodes: [...found.nodes], edges: [...found.edges], truncated: found.truncated };
    },
    // A brief entry is read where no runs are asked for.
    processing: (entry, _args, { deps }) =>
      'runs' in entry
        ? whenThere(processingOf(deps.processors, entry), (shown) => ({ ...shown, entry }))
        : { state: entry.state, runs: [], entry: null },
    contentMissingSince: (entry, _args, { deps }) => contentMissingSince(deps.processors, entry),
    content: (entry, _args, { deps }) => contentOf(deps, entry),
  },

  Processing: {
    leftOut: ({ entry }, _args, { deps }) => (entry ? leftOutBy(deps.processors, entry) : []),
  },

  Blob: { __resolveType: (blob) => blob.__typename as 'UserBlob' },

  BlobIndexConnection: {
    nodes: ({ entries }) => [...entries],
    edges: ({ entries }) => [...entries],
    pageInfo: ({ entries: [first], hasNextPage, hasPreviousPage, end }) => {
      return {
        hasNextPage,
        hasPreviousPage,
        startCursor: first ? entryCursor(first) : null,
        endCursor: end ? entryCursor(end) : null,
      };
    },
    totalCount: async ({ total }) => (await total()).count,
    totalCountIsExact: async ({ total }) => (await total()).exact,
    ...live,
  },

  CreateBlobPayload: live,
  CreateBlobsPayload: live,
  CreateBookPayload: live,
  UpdateBookPayload: live,
  DeleteBookPayload: live,
  DeleteBlobPayload: live,
  RetryProcessingPayload: live,
  CancelProcessingPayload: live,
  ReprocessPayload: live,

  Backfill: { state: ({ finishedAt }) => (finishedAt ? 'COMPLETED' : 'RUNNING') },
  Reprocessing: reprocessingFields,

  StoredBlobsCheck: {
    state: ({ finishedAt }) => (finishedAt ? 'COMPLETED' : 'RUNNING'),
    rules: ({ rules }) => [...rules],
  },

  UserErasure: {
    state: ({ finishedAt }) => (finishedAt ? 'COMPLETED' : 'RUNNING'),
    stores: ({ stores }) => [...stores],
  },

  BlobIndexEdge: { cursor: entryCursor, node: (entry) => entry },

  UserBlob: userBlob,

  Book: {
    __resolveReference: ({ id }, { loaders }, info) => loaders.book.load(id, wantedDetail(info)),
    subtitle: ({ front }) => front.subtitle,
    author: ({ front }) => front.author,
    rights: ({ front }) => front.rights,
    cover: ({ front }, _args, { loaders }, info) =>
      front.coverBlobId === null ? null : loaders.entry.load(front.coverBlobId, wantedDetail(info)),
    automatic: ({ automatic }) => [...automatic],
    async language(book, _args, { loaders }) {
      if (book.language !== null) return book.language;
      const whole = await wholeBook(book, loaders, 'listed');
      return whole && languageOf(whole as Book<EntryOf['listed']>);
    },
    chapters: async (book, _args, { loaders }, info) => [
      ...((await wholeBook(book, loaders, wantedDetail(info)))?.chapters ?? []),
    ],
    async createdAt(book, _args, { loaders }) {
      if ('createdAt' in book) return book.createdAt;
      const place = await loaders.bookTime.load(book.id);
      if (!place) throw noBook();
      return place.listedAt;
    },
    compiled: async (book, args, context, info) => {
      const processorIds = await shownAs(context.deps.processors, 'book.compiled');
      return placePage(context, book.id, { place: 'bookId', processorIds }, args, wantedDetail(info));
    },
  },

  BookChapter: {
    expanded: async ({ draft }, _args, { deps, loaders }, info) => {
      if (!draft) return null;
      const processorIds = await shownAs(deps.processors, 'chapter.expanded');
      const results = loaders.derived({ limit: MAX_RESULTS, processorIds });
      return newestResult(await results.load(draft.id, wantedDetail(info)));
    },
  },

  Processor: { __resolveReference: ({ id }) => ({ id }), health: (processor) => processor },

  ProcessorHealth: processorHealth,

  Conversation: {
    blobs: (conversation, args, context, info) =>
      placePage(context, conversation.id, { place: 'conversationId' }, args, wantedDetail(info)),
  },
};
