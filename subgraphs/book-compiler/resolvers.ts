import { DateTimeISOResolver, JSONResolver } from 'graphql-scalars';
import { BlobgraphError, toUserErrors } from '../../platform/errors.ts';
import { requireViewer } from '../../platform/serving/authenticate.ts';
import type { Resolvers } from './graphql.generated.ts';

/** @throws BlobgraphError BLOB_NOT_FOUND when the book went between two reads */
function present<T>(value: T | null | undefined): T {
  if (value != null) return value;
  throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no compiled book of this id, or it is not yours.');
}

export const resolvers: Resolvers = {
  DateTime: DateTimeISOResolver,
  JSON: JSONResolver,

  Mutation: {
    async compileBook(_root, { input }, { caller, compile }) {
      const { userId } = requireViewer(caller);
      try {
        return { compiledBook: await compile(userId, input), userErrors: [] };
      } catch (error) {
        return { compiledBook: null, userErrors: [...toUserErrors(error)] };
      }
    },
  },

  Blob: { __resolveType: () => 'CompiledBook' },

  CompiledBook: {
    __resolveReference: ({ id }, { loaders }) => loaders.books.load(id),
    fullText: async ({ id }, _args, { loaders }) => present(await loaders.fullTexts.load(id)),
    sourceBlobIds: ({ sourceBlobIds }) => [...sourceBlobIds],
    chapters: async ({ id }, _args, { loaders }) => [...(await loaders.chapters.load(id))],
    exportUrl: ({ id }, { format }) => `/books/${id}/export?format=${(format ?? 'MARKDOWN').toLowerCase()}`,
  },

  CompiledChapter: {
    draft: ({ draftBlobId }) => ({ id: draftBlobId }),
    expanded: ({ expandedBlobId }) => (expandedBlobId === null ? null : { id: expandedBlobId }),
    compiledText: async ({ compiledBookId, chapterNum }, _args, { loaders }) =>
      present((await loaders.chapterTexts.load(compiledBookId)).get(chapterNum)),
  },
};
