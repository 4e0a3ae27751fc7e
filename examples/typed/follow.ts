import { createAndFollow, type Graph, watchBook } from '../../client/index.ts';

/** Stores a chapter, and tells how far it is until its expansion is there. `saveId`: this save's own. */
export async function writeChapter(
  graph: Graph,
  { chapter, content, saveId }: { chapter: number; content: string; saveId: string },
): Promise<string> {
  const input = {
    type: 'chapter_draft',
    schemaId: 'text-input-v1',
    data: { content, metadata: { book_id: 'my-novel', chapter_num: chapter } },
    // The same after a reload of the page: it goes on with the same blob.
    idempotencyKey: saveId,
  };
  let state = '';
  for await (const { blob } of createAndFollow(graph, input)) {
    state = blob.processing.state;
    const [run] = blob.processing.runs;
    console.log(state, run?.stage, run?.progress);
  }
  return state;
}

/** Tells the chapters of a book that have an expansion, whenever that changes. */
export async function watchChapters(graph: Graph, show: (numbers: number[]) => void): Promise<void> {
  for await (const { book } of watchBook(graph, 'my-novel'))
    show(book.chapters.filter(({ expanded }) => expanded).map(({ chapterNum }) => chapterNum));
}
