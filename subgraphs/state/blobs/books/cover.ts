import { COVER_SCHEMA } from '../../../../platform/clients/cover.ts';
import { BlobgraphError, InputErrors } from '../../../../platform/errors/errors.ts';
import type { StateStore } from '../../store/store.ts';
import type { BookInput } from './describe.ts';

/**
 * Checks that a book's cover is an image of its user.
 * @throws BlobgraphError BLOB_NOT_FOUND; InputErrors VALIDATION_FAILED when it is no image
 */
export async function assertCover(
  store: Pick<StateStore, 'entries'>,
  userId: string,
  { coverBlobId }: BookInput,
): Promise<void> {
  if (coverBlobId == null) return;
  const [cover] = await store.entries(userId, [coverBlobId]);
  const field = 'coverBlobId';
  if (!cover) throw new BlobgraphError('BLOB_NOT_FOUND', 'You have no blob of this id.', { field });
  if (cover.schemaId === COVER_SCHEMA) return;
  const message = `\`coverBlobId\` must be an uploaded image: a blob of the schema \`${COVER_SCHEMA}\`.`;
  throw new InputErrors([{ field, code: 'VALIDATION_FAILED', message }]);
}
