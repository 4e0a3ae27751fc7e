import type { BookDocument, StateClient } from '../../platform/clients/state.ts';
import { COVER_SCHEMA } from '../../platform/cover.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import type { CompileConfig } from './request.ts';

/** What a book says before its text; each null where it says nothing. */
export interface FrontMatter {
  readonly subtitle: string | null;
  readonly author: string | null;
  readonly rights: string | null;
  /** The image on its cover, which is one of its sources: the book is stale without it. */
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

/** @throws BlobgraphError BLOB_NOT_FOUND: no image of the user's has that id */
async function assertImage(
  state: Pick<StateClient, 'sources'>,
  userId: string,
  id: string,
  missing: () => Error,
) {
  const [cover] = await state.sources(userId, [id]).catch((error: unknown) => {
    // What the compiler may not read is no image.
    if (error instanceof BlobgraphError && error.code === 'FORBIDDEN') return [];
    throw error;
  });
  if (cover?.schema_id !== COVER_SCHEMA) throw missing();
}

/** As the request gives it, else as the book has it. @throws BlobgraphError BLOB_NOT_FOUND, naming the input's field */
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
