import { DateTimeISOResolver } from 'graphql-scalars';
import { BlobgraphError } from '../../platform/errors.ts';
import type { Resolvers } from './graphql.generated.ts';
import type { Context } from './models.ts';

const gone = () => new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of this id, or it is not yours.');

/** @throws BlobgraphError BLOB_NOT_FOUND when the blob went between two reads */
async function summary({ loaders }: Context, id: string) {
  const found = await loaders.summary.load(id);
  if (!found) throw gone();
  return found;
}

/** @throws BlobgraphError BLOB_NOT_FOUND when the blob went between two reads */
async function texts({ loaders }: Context, id: string) {
  const found = await loaders.record.load(id);
  if (!found) throw gone();
  return found;
}

export const resolvers: Resolvers = {
  DateTime: DateTimeISOResolver,

  ExpandedText: {
    __resolveReference: async ({ id }, { loaders }) => ((await loaders.summary.load(id)) ? { id } : null),
    parentBlobId: async ({ id }, _args, context) => (await summary(context, id)).parentBlobId,
    parentBlob: async ({ id }, _args, context) => ({ id: (await summary(context, id)).parentBlobId }),
    data: (blob) => blob,
    processingTimeMs: async ({ id }, _args, context) => (await summary(context, id)).processingTimeMs,
    modelUsed: async ({ id }, _args, context) => (await summary(context, id)).modelUsed,
    tokensUsed: async ({ id }, _args, context) => (await summary(context, id)).tokensUsed,
    createdAt: async ({ id }, _args, context) => (await summary(context, id)).createdAt,
  },

  ExpandedTextData: {
    original: async ({ id }, _args, context) => (await texts(context, id)).original,
    expanded: async ({ id }, _args, context) => (await texts(context, id)).expanded,
    expansionRatio: async ({ id }, _args, context) => (await summary(context, id)).expansionRatio,
    styleAnalysis: async ({ id }, _args, context) => (await summary(context, id)).styleAnalysis,
    sections: async ({ id }, _args, context) =>
      (await summary(context, id)).sections.map((section) => ({ ...section, blobId: id })),
  },

  ExpandedSection: {
    async text({ blobId, expandedStart, expandedLength }, _args, context) {
      const { expanded } = await texts(context, blobId);
      return expanded.slice(expandedStart, expandedStart + expandedLength);
    },
  },
};
