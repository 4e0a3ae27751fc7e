import { DateTimeISOResolver, JSONResolver } from 'graphql-scalars';
import { whenThere } from '../../../platform/concurrency/when-there.ts';
import { requireOperator } from '../../../platform/serving/access/authenticate.ts';
import { noBlob } from '../../../platform/serving/direct-reads/owners.ts';
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
import { facetOf } from '../store/facets.ts';
import type { EntryFilter } from '../store/filter.ts';
import type { PlaceFilter } from '../store/lists.ts';
import { isSearched, readyToSearch } from '../store/search.ts';
import { filterOf } from './filter-input.ts';
import type { Resolvers } from './graphql.generated.ts';
import type { BookModel, Context } from './models.ts';
import { mutations } from './mutations.ts';
import { contentMissingSince, contentOf, processingOf } from './shown.ts';

/** Totals of lists with several conditions are counted up to this number. */
const MAX_COUNTED = 10_000;

interface PageArguments {
  first?: number | null;
  after?: string | null;
}

async function page(
  { deps: { store }, viewer: { userId }, loaders }: Context,
  filter: EntryFilter,
  { first, after }: PageArguments,
  direction: 'ASC' | 'DESC' = 'DESC',
): Promise<EntryPage> {
  const size = pageSize(first);
  if (isSearched(filter)) await readyToSearch(store, userId);
  const found = await store.page(userId, filter, { limit: size + 1, direction, ...pageAfter(after) });
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
): Promise<EntryPage> {
  const size = pageSize(first);
  const of = processorId == null ? {} : { processorIds: [processorId] };
  const count = async () => exactly(await loaders.derivedCount(of.processorIds).load(parentId));
  return loaders
    .derived({ limit: size + 1, ...of, ...pageAfter(after) })
    .load(parentId)
    .then((entries) => entryPage({ entries, resume: null }, size, after, count));
}

async function placePage(
  { loaders }: Context,
  id: string,
  filter: PlaceFilter,
  { first, after }: PageArguments,
): Promise<EntryPage> {
  const size = pageSize(first);
  const entries = await loaders.inPlace({ ...filter, limit: size + 1, ...pageAfter(after) }).load(id);
  const count = async () => exactly(await loaders.inPlaceCount(filter).load(id));
  return entryPage({ entries, resume: null }, size, after, count);
}

/** @throws BlobgraphError BLOB_NOT_FOUND when the blob was deleted between two reads */
function existing<T>(found: T | null): T {
  if (found !== null) return found;
  throw noBlob();
}

const userBlob = async ({ loaders }: Context, id: string) => existing(await loaders.userBlob.load(id));
const entryOf = ({ loaders }: Context, id: string) => whenThere(loaders.entry.load(id), existing);

const present = <T>(values: readonly (T | null)[]): T[] =>
  values.filter((value): value is Awaited<T> & T => value !== null);

const wholeBook = async (book: BookModel, loaders: Context['loaders']): Promise<Book | null> =>
  'chapters' in book ? book : loaders.book.load(book.id);

const me = (context: Context) => ({ id: context.viewer.userId });

/** Of what tells of changes since it was begun. */
const live = { liveCursor: (_parent: unknown, _args: unknown, { liveCursor }: Context) => liveCursor() };

export const resolvers: Resolvers = {
  DateTime: DateTimeISOResolver,
  JSON: JSONResolver,
  BigInt: WholeNumberResolver,

  Query: {
    me: (_root, _args, context) => me(context),
    ...live,
    blob: (_root, { id }, context) => context.loaders.entry.load(id),
    blobs: (_root, { filter, orderBy, ...args }, context) =>
      page(context, filterOf(filter), args, orderBy?.direction ?? 'DESC'),
    book: (_root, { id }, context) => context.loaders.book.load(id),
    fetch__BlobIndex: (_root, { id }, context) => context.loaders.entry.load(id),
    fetch__Book: (_root, { id }, context) => context.loaders.book.load(id),
    userErasure(_root, { id }, { caller, deps }) {
      requireOperator(caller);
      return readErasure(deps.store, id);
    },
    backfill(_root, { processorId }, { caller, deps }) {
      requireOperator(caller);
      return deps.store.backfills.walk(processorId);
    },
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
    __resolveReference: ({ id }, { loaders }) => loaders.entry.load(id),
    processor: (entry) => (entry.processorId === STATE ? null : { id: entry.processorId }),
    remoteBlobId: (entry) => entry.id,
    schema: (entry) => ({ id: entry.schemaId, version: entry.schemaVersion }),
    parent: (entry, _args, { loaders }) => {
      const parentId = 'sourceIds' in entry ? entry.sourceIds[0] : entry.parentId;
      return parentId ? loaders.entry.load(parentId) : null;
    },
    sources: async (entry, _args, { loaders }) => {
      const whole = 'sourceIds' in entry ? entry : await loaders.entry.load(entry.id);
      return present(await loaders.entry.loadMany(whole?.sourceIds ?? []));
    },
    derived: (entry, args, context) => derivedPage(context, entry.id, args),
    derivedIds: (entry, _args, { loaders }) => loaders.derivedIds.load(entry.id),
    lineage: async (entry, { depth }, { deps, viewer }) => {
      const { nodes, edges, truncated } = await readLineage(deps.store, viewer.userId, entry.id, depth ?? 10);
      return { nodes: [...nodes], edges: [...edges], truncated };
    },
    processing: (entry, _args, { deps }) => processingOf(deps.processors, entry),
    contentMissingSince: (entry, _args, { deps }) => contentMissingSince(deps.processors, entry),
    content: (entry, _args, { deps }) => contentOf(deps, entry),
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
    liveCursor: (_page, _args, { liveCursor }) => liveCursor(),
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

  UserErasure: {
    state: ({ finishedAt }) => (finishedAt ? 'COMPLETED' : 'RUNNING'),
    stores: ({ stores }) => [...stores],
  },

  BlobIndexEdge: { cursor: entryCursor, node: (entry) => entry },

  UserBlob: {
    __resolveReference: ({ id }, { loaders }) =>
      whenThere(loaders.entry.load(id), (entry) => (entry?.processorId === STATE ? { id } : null)),
    body: async ({ id }, _args, context) => (await userBlob(context, id)).data,
    // The index has all other fields: the document is read only for its body.
    bookId: ({ id }, _args, context) => whenThere(entryOf(context, id), ({ bookId }) => bookId),
    conversationId: ({ id }, _args, context) =>
      whenThere(entryOf(context, id), ({ conversationId }) => conversationId),
    createdAt: ({ id }, _args, context) => whenThere(entryOf(context, id), ({ createdAt }) => createdAt),
    processingState: ({ id }, _args, { loaders }) =>
      whenThere(loaders.entry.load(id), (entry) => entry?.state ?? 'STORED'),
  },

  Book: {
    __resolveReference: ({ id }, { loaders }) => loaders.book.load(id),
    subtitle: ({ front }) => front.subtitle,
    author: ({ front }) => front.author,
    rights: ({ front }) => front.rights,
    cover: ({ front }, _args, { loaders }) =>
      front.coverBlobId === null ? null : loaders.entry.load(front.coverBlobId),
    automatic: ({ automatic }) => [...automatic],
    async language(book, _args, { loaders }) {
      if (book.language !== null) return book.language;
      const whole = await wholeBook(book, loaders);
      return whole && languageOf(whole);
    },
    chapters: async (book, _args, { loaders }) => [...((await wholeBook(book, loaders))?.chapters ?? [])],
    async createdAt(book, _args, { loaders }) {
      if ('createdAt' in book) return book.createdAt;
      const place = await loaders.bookTime.load(book.id);
      if (!place) throw noBook();
      return place.listedAt;
    },
    compiled: async (book, args, context) => {
      const processorIds = await shownAs(context.deps.processors, 'book.compiled');
      return placePage(context, book.id, { place: 'bookId', processorIds }, args);
    },
  },

  BookChapter: {
    expanded: async ({ draft }, _args, { deps, loaders }) => {
      if (!draft) return null;
      const processorIds = await shownAs(deps.processors, 'chapter.expanded');
      return newestResult(await loaders.derived({ limit: MAX_RESULTS, processorIds }).load(draft.id));
    },
  },

  Conversation: {
    blobs: (conversation, args, context) =>
      placePage(context, conversation.id, { place: 'conversationId' }, args),
  },
};
