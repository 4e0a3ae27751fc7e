import DataLoader from 'dataloader';
import type { BookDocument } from '../../platform/clients/state.ts';
import type { Context, Document } from '../../platform/processor/graphql/resolvers.ts';
import type { Kit } from '../../platform/processor/kit.ts';
import { requireViewer } from '../../platform/serving/authenticate.ts';

type Books = DataLoader<string, BookDocument | null>;

/** State answers so many books at once. */
const BOOKS_AT_ONCE = 100;

const createBooks = ({ state }: Pick<Kit, 'state'>, userId: string): Books =>
  new DataLoader(
    async (ids) => {
      const found = new Map((await state.books(userId, ids)).map((book) => [book.id, book]));
      return ids.map((id) => found.get(id) ?? null);
    },
    { maxBatchSize: BOOKS_AT_ONCE },
  );

/** One loader a request: a hundred versions of one book ask for it once. */
const loaders = new WeakMap<Context, Books>();

interface Used {
  readonly draft_blob_id: string;
  readonly expanded_blob_id: string | null;
  readonly chapter_num: number;
}

/** Whether a book has newer texts than a version of it that was compiled of these chapters. */
export function hasNewer(
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
export async function isOutdated(compiled: Document, context: Context): Promise<boolean | null> {
  const books = loaders.get(context) ?? createBooks(context.kit, requireViewer(context.caller).userId);
  loaders.set(context, books);
  const { book_id, chapters, compile_config } = compiled as {
    book_id: string;
    chapters: readonly Used[];
    compile_config: { use_expanded: boolean };
  };
  const book = await books.load(book_id);
  return book && hasNewer(book, chapters, compile_config);
}
