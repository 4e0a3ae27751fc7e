import { COVER_SCHEMA } from '../../../platform/clients/cover.ts';
import type { BookDocument, StateClient } from '../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { CompileConfig } from './request.ts';

/** A book's front matter; null where there is none. */
export interface FrontMatter {
  readonly subtitle: string | null;
  readonly author: string | null;
  readonly rights: string | null;
  /** The cover's image. It is a source of the book: deleting it makes the book stale. */
  readonly coverBlobId: string | null;
}

const notGiven = () =>
  new BlobgraphError('BLOB_NOT_FOUND', 'You have no image of this id.', { field: 'coverBlobId' });

const gone = () =>
  new BlobgraphError(
    'BLOB_NOT_FOUND',
    'The book’s cover was deleted. Give the book another, or none, with `updateBook`, or compile with a `coverBlobId`.',
    { field: 'bookId' },
  );

/** @throws BlobgraphError BLOB_NOT_FOUND when the user has no image of that id */
async function assertImage(
  state: Pick<StateClient, 'sources'>,
  userId: string,
  id: string,
  missing: () => Error,
) {
  const [cover] = await state.sources(userId, [id]).catch((error: unknown) => {
    // The compiler may read all images, so this is another kind of blob.
    if (error instanceof BlobgraphError && error.code === 'FORBIDDEN') return [];
    throw error;
  });
  if (cover?.schema_id !== COVER_SCHEMA) throw missing();
}

/** The request's front matter, by default the book's. @throws BlobgraphError BLOB_NOT_FOUND with the input's field */
export async function frontMatter(
  state: Pick<StateClient, 'sources'>,
  userId: string,
  book: Pick<BookDocument, 'subtitle' | 'author' | 'rights' | 'cover_blob_id'>,
  config: Pick<CompileConfig, 'subtitle' | 'author' | 'rights' | 'coverBlobId'>,
): Promise<FrontMatter> {
  const coverBlobId = config.coverBlobId ?? book.cover_blob_id;
  if (coverBlobId !== null)
    await assertImage(state, userId, coverBlobId, config.coverBlobId === null ? gone : notGiven);
  return {
    subtitle: config.subtitle ?? book.subtitle,
    author: config.author ?? book.author,
    rights: config.rights ?? book.rights,
    coverBlobId,
  };
}
