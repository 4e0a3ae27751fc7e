import type { CompiledBookModel, CompiledChapterModel } from './models.ts';
import { OUTPUT_SCHEMA_ID } from './names.ts';

/** What fits the output schema, but for the full text. */
const content = (book: CompiledBookModel) => ({
  book_id: book.bookId,
  version: book.version,
  title: book.title,
  word_count: book.wordCount,
  chapter_count: book.chapterCount,
  source_blob_ids: book.sourceBlobIds,
  compile_config: {
    use_expanded: book.compileConfig.useExpanded,
    title: book.compileConfig.title,
    author: book.compileConfig.author,
  },
});

const envelope = (book: CompiledBookModel) => ({
  id: book.id,
  user_id: book.userId,
  schema_id: OUTPUT_SCHEMA_ID,
  content_hash: book.contentHash,
  size_bytes: book.sizeBytes,
  stale: book.stale,
  created_at: book.createdAt,
});

/** A compiled book as an entry of a list of blobs: without its text. */
export const blobSummary = (book: CompiledBookModel) => ({ ...envelope(book), data: content(book) });

/** A compiled book as any processor's blob: `data` fits the output schema. */
export const blobDocument = (book: CompiledBookModel, fullText: string) => ({
  ...envelope(book),
  data: { ...content(book), full_text: fullText },
});

const chapterDocument = (chapter: CompiledChapterModel, text: string | undefined) => ({
  chapter_num: chapter.chapterNum,
  title: chapter.title,
  draft_blob_id: chapter.draftBlobId,
  expanded_blob_id: chapter.expandedBlobId,
  compiled_text: text ?? '',
  word_count: chapter.wordCount,
});

/** A compiled book with its chapters. */
export const bookDocument = (
  book: CompiledBookModel,
  fullText: string,
  chapters: readonly CompiledChapterModel[],
  texts: ReadonlyMap<number, string>,
) => ({
  ...envelope(book),
  ...content(book),
  full_text: fullText,
  chapters: chapters.map((chapter) => chapterDocument(chapter, texts.get(chapter.chapterNum))),
});
