import type { BookDocument } from '../../platform/clients/state.ts';
import { loaderById, perRequest } from '../../platform/collections/loaders.ts';
import type { BlobDocument, Context } from '../../platform/processor/kit/kit.ts';
import { requireViewer } from '../../platform/serving/access/authenticate.ts';

/** State answers so many books at once. */
const BOOKS_AT_ONCE = 100;

/** A hundred versions of one book ask for it once. */
const booksOf = perRequest(({ caller, kit }: Context) => {
  const { userId } = requireViewer(caller);
  return loaderById((ids) => kit.state.books(userId, ids), { maxBatchSize: BOOKS_AT_ONCE });
});

interface Used {
  readonly draft_blob_id: string;
  readonly expanded_blob_id: string | null;
  readonly chapter_num: number;
}

/** Whether a book has texts that are newer than a version compiled from these chapters. */
function hasNewer(
  book: BookDocument,
  chapters: readonly Used[],
  { use_expanded: useExpanded }: { readonly use_expanded: boolean },
): boolean {
  const usedOf = new Map(chapters.map((chapter) => [chapter.chapter_num, chapter]));
  return book.chapters.some(({ chapter_num, draft_blob_id, expanded_blob_id }) => {
    if (draft_blob_id === null) return false;
    const used = usedOf.get(chapter_num);
    if (!used || used.draft_blob_id !== draft_blob_id) return true;
    return useExpanded && expanded_blob_id !== null && expanded_blob_id !== used.expanded_blob_id;
  });
}

/** Whether a compiled book is behind its book as it stands now; null when there is no such book any more. */
export async function isOutdated(compiled: BlobDocument, context: Context): Promise<boolean | null> {
  const { book_id, chapters, compile_config } = compiled as {
    book_id: string;
    chapters: readonly Used[];
    compile_config: { use_expanded: boolean };
  };
  const book = await booksOf(context).load(book_id);
  return book && hasNewer(book, chapters, compile_config);
}
