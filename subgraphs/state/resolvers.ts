import { DateTimeISOResolver, JSONResolver } from 'graphql-scalars';
import { BlobgraphError, toUserErrors, type UserError } from '../../platform/errors.ts';
import { WholeNumberResolver } from '../../platform/scalars.ts';
import { requireOperator } from '../../platform/serving/authenticate.ts';
import { beginBackfill } from './backfill/backfill.ts';
import { type Book, languageOf, listBooks } from './books/books.ts';
import { createBook, deleteBook, updateBook } from './books/change.ts';
import { noBook } from './books/describe.ts';
import { MAX_RESULTS, newestResult, shownAs } from './books/newest.ts';
import { createBlob } from './create-blob.ts';
import { deleteBlob } from './deletion/deletion.ts';
import { deleteUser, readErasure } from './deletion/erasure.ts';
import { STATE } from './entry.ts';
import type { BlobFilter, Resolvers } from './graphql.generated.ts';
import { readLineage } from './lineage.ts';
import type { BookModel, Context } from './models.ts';
import { type EntryPage, entryCursor, entryPage, exactly, pageAfter, pageSize } from './pagination.ts';
import { reprocess } from './runs/reprocess.ts';
import { cancelProcessing, retryProcessing } from './runs/retry.ts';
import { contentMissingSince, contentOf, processingOf } from './shown.ts';
import type { EntryFilter, PlaceFilter } from './store/store.ts';
import { facetOf } from './summary/facets.ts';

/** Totals of lists by several conditions are counted this far. */
const MAX_COUNTED = 10_000;

interface PageArguments {
  first?: number | null;
  after?: string | null;
}

/** The input's conditions; null is none. */
const filterOf = (filter: BlobFilter | null | undefined): EntryFilter =>
  Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value != null));

async function page(
  { deps: { store }, viewer: { userId } }: Context,
  filter: EntryFilter,
  { first, after }: PageArguments,
  direction: 'ASC' | 'DESC' = 'DESC',
): Promise<EntryPage> {
  const size = pageSize(first);
  const found = await store.page(userId, filter, { limit: size + 1, direction, ...pageAfter(after) });
  return entryPage(found, size, after, async () => {
    const facet = facetOf(filter);
    if (facet) return exactly(await store.facetCount(userId, facet));
    return store.countUpTo(userId, filter, MAX_COUNTED);
  });
}

async function derivedPage(
  { loaders }: Context,
  parentId: string,
  { first, after, processorId }: PageArguments & { processorId?: string | null },
): Promise<EntryPage> {
  const size = pageSize(first);
  const of = processorId == null ? {} : { processorIds: [processorId] };
  const entries = await loaders.derived({ limit: size + 1, ...of, ...pageAfter(after) }).load(parentId);
  const count = async () => exactly(await loaders.derivedCount(of.processorIds).load(parentId));
  return entryPage({ entries, resume: null }, size, after, count);
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

/** A payload's result, or what the caller can mend. */
async function payload<T>(work: () => Promise<T>): Promise<{ result: T | null; userErrors: UserError[] }> {
  try {
    return { result: await work(), userErrors: [] };
  } catch (error) {
    return { result: null, userErrors: [...toUserErrors(error)] };
  }
}

/** @throws BlobgraphError BLOB_NOT_FOUND when the blob went between two reads */
function existing<T>(found: T | null): T {
  if (found !== null) return found;
  throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of this id, or it is not yours.');
}

const userBlob = async ({ loaders }: Context, id: string) => existing(await loaders.userBlob.load(id));
const entryOf = async ({ loaders }: Context, id: string) => existing(await loaders.entry.load(id));

const present = <T>(values: readonly (T | null | Error)[]): T[] =>
  values.filter((value): value is Awaited<T> & T => value !== null && !(value instanceof Error));

/** Ids that a payload tells of. */
const MAX_TOLD = 1_000;

const wholeBook = async (book: BookModel, loaders: Context['loaders']): Promise<Book | null> =>
  'chapters' in book ? book : loaders.book.load(book.id);

const me = (context: Context) => ({ id: context.viewer.userId });

export const resolvers: Resolvers = {
  DateTime: DateTimeISOResolver,
  JSON: JSONResolver,
  BigInt: WholeNumberResolver,

  Query: {
    me: (_root, _args, context) => me(context),
    blob: (_root, { id }, context) => context.loaders.entry.load(id),
    blobs: (_root, { filter, orderBy, ...args }, context) =>
      page(context, filterOf(filter), args, orderBy?.direction ?? 'DESC'),
    book: (_root, { id }, context) => context.loaders.book.load(id),
    userErasure(_root, { id }, { caller, deps }) {
      requireOperator(caller);
      return readErasure(deps, id);
    },
    backfill(_root, { processorId }, { caller, deps }) {
      requireOperator(caller);
      return deps.store.backfill(processorId);
    },
  },

  Mutation: {
    async createBlob(_root, { input }, { deps, viewer, loaders }) {
      const { result, userErrors } = await payload(() => createBlob(deps, viewer.userId, input));
      if (result) loaders.entry.clear(result.id).prime(result.id, result);
      return { blob: result, userErrors };
    },
    async createBook(_root, { input }, { deps, viewer, loaders }) {
      const { result, userErrors } = await payload<Book>(() => createBook(deps, viewer.userId, input));
      loaders.book.clear(input.id);
      loaders.bookTime.clear(input.id);
      return { book: result, userErrors };
    },
    async updateBook(_root, { input }, { deps, viewer, loaders }) {
      const { result, userErrors } = await payload<Book>(() => updateBook(deps, viewer.userId, input));
      loaders.book.clear(input.id);
      loaders.bookTime.clear(input.id);
      return { book: result, userErrors };
    },
    async deleteBook(_root, { id, deleteDrafts }, { deps, viewer, loaders }) {
      const { result, userErrors } = await payload(() =>
        deleteBook(deps, viewer.userId, { id, deleteDrafts: deleteDrafts ?? false }),
      );
      loaders.book.clear(id);
      loaders.bookTime.clear(id);
      for (const blobId of result ?? []) loaders.entry.clear(blobId);
      return { bookId: result && id, deletedIds: (result ?? []).slice(0, MAX_TOLD), userErrors };
    },
    async deleteBlob(_root, { id, cascade }, { deps, viewer, loaders }) {
      const { result, userErrors } = await payload(() =>
        deleteBlob(deps, viewer.userId, id, cascade ?? false),
      );
      const { deletedIds = [], staleIds = [] } = result ?? {};
      for (const deletedId of deletedIds) loaders.entry.clear(deletedId);
      return { deletedIds: [...deletedIds], staleIds: [...staleIds], userErrors };
    },
    async deleteUser(_root, { id }, { caller, deps }) {
      const operator = requireOperator(caller);
      const { result, userErrors } = await payload(() => deleteUser(deps, operator.userId, id));
      return { erasure: result, userErrors };
    },
    async backfill(_root, args, { caller, deps }) {
      const operator = requireOperator(caller);
      const { result, userErrors } = await payload(() => beginBackfill(deps, operator.userId, args));
      return { backfill: result, userErrors };
    },
    async retryProcessing(_root, { blobId, processorId }, { deps, viewer, loaders }) {
      const { result, userErrors } = await payload(() =>
        retryProcessing(deps, viewer.userId, blobId, processorId),
      );
      loaders.entry.clear(blobId);
      return { blob: result, userErrors };
    },
    async cancelProcessing(_root, { blobId, processorId }, { deps, viewer, loaders }) {
      const { result, userErrors } = await payload(() =>
        cancelProcessing(deps, viewer.userId, blobId, processorId),
      );
      loaders.entry.clear(blobId);
      return { blob: result, userErrors };
    },
    async reprocess(_root, { blobId, processorId }, { deps, viewer, loaders }) {
      const { result, userErrors } = await payload(() => reprocess(deps, viewer.userId, blobId, processorId));
      loaders.entry.clear(blobId);
      return { blob: result, userErrors };
    },
  },

  User: {
    __resolveReference: ({ id }, context) => (id === context.viewer.userId ? me(context) : null),
    state: (user) => user,
  },

  UserState: {
    totalBlobs: (_user, _args, { deps, viewer }) =>
      deps.store.facetCount(viewer.userId, { kind: 'all', key: '' }),
    blobsByProcessor: (_user, _args, { deps, viewer }) => deps.store.countByProcessor(viewer.userId),
    books: (_user, _args, { deps, viewer }) => listBooks(deps, viewer.userId),
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
      return present(await loaders.entry.loadMany([...(whole?.sourceIds ?? [])]));
    },
    derived: (entry, args, context) => derivedPage(context, entry.id, args),
    derivedIds: (entry, _args, { loaders }) => loaders.derivedIds.load(entry.id),
    lineage: async (entry, { depth }, { deps, viewer }) => {
      const { nodes, edges, truncated } = await readLineage(deps.store, viewer.userId, entry.id, depth ?? 10);
      return { nodes: [...nodes], edges: [...edges], truncated };
    },
    processing: (entry, _args, { deps }) => processingOf(deps, entry),
    contentMissingSince: (entry, _args, { deps }) => contentMissingSince(deps, entry),
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

  Backfill: { state: ({ finishedAt }) => (finishedAt ? 'COMPLETED' : 'RUNNING') },

  UserErasure: {
    state: ({ finishedAt }) => (finishedAt ? 'COMPLETED' : 'RUNNING'),
    stores: ({ stores }) => [...stores],
  },

  BlobIndexEdge: { cursor: entryCursor, node: (entry) => entry },

  UserBlob: {
    __resolveReference: async ({ id }, { loaders }) =>
      (await loaders.entry.load(id))?.processorId === STATE ? { id } : null,
    body: async ({ id }, _args, context) => (await userBlob(context, id)).data,
    // All else is in the index: the document is read where it is asked for.
    bookId: async ({ id }, _args, context) => (await entryOf(context, id)).bookId,
    conversationId: async ({ id }, _args, context) => (await entryOf(context, id)).conversationId,
    createdAt: async ({ id }, _args, context) => (await entryOf(context, id)).createdAt,
    processingState: async ({ id }, _args, { loaders }) => (await loaders.entry.load(id))?.state ?? 'STORED',
  },

  Book: {
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
      const processorIds = await shownAs(context.deps, 'book.compiled');
      return placePage(context, book.id, { place: 'bookId', processorIds }, args);
    },
  },

  BookChapter: {
    expanded: async ({ draft }, _args, { deps, loaders }) => {
      if (!draft) return null;
      const processorIds = await shownAs(deps, 'chapter.expanded');
      return newestResult(await loaders.derived({ limit: MAX_RESULTS, processorIds }).load(draft.id));
    },
  },

  Conversation: {
    blobs: (conversation, args, context) =>
      placePage(context, conversation.id, { place: 'conversationId' }, args),
  },
};
