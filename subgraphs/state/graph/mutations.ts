import { toUserErrors, type UserError } from '../../../platform/errors/errors.ts';
import { requireOperator } from '../../../platform/serving/access/authenticate.ts';
import { beginBackfill } from '../backfill/backfill.ts';
import type { Book } from '../blobs/books/books.ts';
import { createBook, deleteBook, updateBook } from '../blobs/books/change.ts';
import { createBlob } from '../blobs/create/create-blob.ts';
import { createBlobs } from '../blobs/create/create-blobs.ts';
import { reprocess } from '../blobs/processing/reprocess.ts';
import { cancelProcessing, retryProcessing } from '../blobs/processing/retry.ts';
import { deleteBlob } from '../deletion/deletion.ts';
import { deleteUser } from '../deletion/erasure.ts';
import { parseReprocessing } from '../reprocessing/input.ts';
import { beginReprocessing, cancelReprocessing } from '../reprocessing/reprocessing.ts';
import { whose } from '../reprocessing/resolvers.ts';
import { checkStored } from '../stored-check/stored-check.ts';
import type { MutationResolvers } from './graphql.generated.ts';
import type { Context } from './models.ts';

/** Maximum number of ids in a payload. */
const MAX_IDS = 1_000;

/** The result of a mutation, or the errors that the caller can fix. */
async function payload<T>(work: () => Promise<T>): Promise<{ result: T | null; userErrors: UserError[] }> {
  try {
    return { result: await work(), userErrors: [] };
  } catch (error) {
    return { result: null, userErrors: [...toUserErrors(error)] };
  }
}

export const mutations: MutationResolvers<Context> = {
  async createBlob(_root, { input }, { deps, viewer, loaders }) {
    const { result, userErrors } = await payload(() => createBlob(deps, viewer.userId, input));
    if (result) loaders.entry.note([result]);
    return { blob: result, userErrors };
  },
  async createBlobs(_root, { input }, { deps, viewer, loaders }) {
    const { result, userErrors } = await payload(() => createBlobs(deps, viewer.userId, input));
    for (const { blob } of result ?? []) if (blob) loaders.entry.note([blob]);
    return {
      results: (result ?? []).map((one) => ({ ...one, userErrors: [...one.userErrors] })),
      userErrors,
    };
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
    for (const blobId of result ?? []) loaders.entry.forget(blobId);
    return { bookId: result && id, deletedIds: (result ?? []).slice(0, MAX_IDS), userErrors };
  },
  async deleteBlob(_root, { id, cascade }, { deps, viewer, loaders }) {
    const { result, userErrors } = await payload(() => deleteBlob(deps, viewer.userId, id, cascade ?? false));
    const { deletedIds = [], staleIds = [] } = result ?? {};
    for (const deletedId of deletedIds) loaders.entry.forget(deletedId);
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
  async reprocessBlobs(_root, { input }, { caller, deps, viewer }) {
    whose({ caller, viewer }, input.allUsers);
    const { result, userErrors } = await payload(async () =>
      beginReprocessing(deps, viewer.userId, parseReprocessing(input)),
    );
    return { reprocessing: result, userErrors };
  },
  async cancelReprocessing(_root, { processorId, allUsers }, { caller, deps, viewer }) {
    const userId = whose({ caller, viewer }, allUsers ?? false);
    const { result, userErrors } = await payload(() => cancelReprocessing(deps, processorId, userId));
    return { reprocessing: result, userErrors };
  },
  async checkStoredBlobs(_root, { input }, { caller, deps }) {
    const operator = requireOperator(caller);
    const { result, userErrors } = await payload(() => checkStored(deps, operator.userId, input));
    return { check: result, userErrors };
  },
  async retryProcessing(_root, { blobId, processorId }, { deps, viewer, loaders }) {
    const { result, userErrors } = await payload(() =>
      retryProcessing(deps, viewer.userId, blobId, processorId),
    );
    loaders.entry.forget(blobId);
    return { blob: result, userErrors };
  },
  async cancelProcessing(_root, { blobId, processorId }, { deps, viewer, loaders }) {
    const { result, userErrors } = await payload(() =>
      cancelProcessing(deps, viewer.userId, blobId, processorId),
    );
    loaders.entry.forget(blobId);
    return { blob: result, userErrors };
  },
  async reprocess(_root, { blobId, processorId }, { deps, viewer, loaders }) {
    const { result, userErrors } = await payload(() => reprocess(deps, viewer.userId, blobId, processorId));
    loaders.entry.forget(blobId);
    return { blob: result, userErrors };
  },
};
