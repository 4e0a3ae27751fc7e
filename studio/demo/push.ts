import { type CreateBlobInput, type Graph, InputError, type UserError } from 'blobgraph/client';
import { DemoCreateBookDocument, DemoCreateDraftsDocument } from './operations.generated.ts';

/** A book with the texts of its chapters. */
export interface Story {
  readonly id: string;
  readonly title: string;
  readonly author: string;
  readonly chapters: readonly { readonly chapter: number; readonly title: string; readonly text: string }[];
}

/** How often the story may have been deleted and asked for again. */
const MAX_TIMES = 50;

/**
 * The same key each time, so that a second press and a request that is sent again make nothing twice. The key of a
 * draft that was deleted gives nothing any more: then the next one is taken, the same by everyone who asks.
 */
const keyOf = (id: string, chapter: number, time: number): string =>
  `studio-demo:${id}:${chapter}${time === 0 ? '' : `:${time}`}`;

const inputOf = (
  { id }: Story,
  { chapter, title, text }: Story['chapters'][number],
  time: number,
): CreateBlobInput => ({
  type: 'chapter_draft',
  schemaId: 'text-input-v1',
  title,
  data: { content: text, metadata: { book_id: id, chapter_num: chapter } },
  idempotencyKey: keyOf(id, chapter, time),
});

const isDeleted = ({ code }: UserError): boolean => code === 'BLOB_DELETED';

/**
 * Stores the story's book and its drafts. May be called again, also while it is under way: nothing is made twice.
 * @throws InputError, GraphError
 */
export async function pushStory(
  graph: Pick<Graph, 'request'>,
  story: Story,
  signal?: AbortSignal,
): Promise<void> {
  const { id, title, author } = story;
  const chapters = story.chapters.map(({ chapter, title }) => ({ chapterNum: chapter, title }));
  const made = await graph.request(
    DemoCreateBookDocument,
    { input: { id, title, author, chapters } },
    { signal },
  );
  assertTaken(made.data.createBook.userErrors);
  let left = story.chapters;
  for (let time = 0; left.length > 0 && time < MAX_TIMES; time += 1) {
    const blobs = left.map((chapter) => inputOf(story, chapter, time));
    const { data } = await graph.request(DemoCreateDraftsDocument, { input: { blobs } }, { signal });
    assertTaken(data.createBlobs.userErrors);
    const errors = data.createBlobs.results.map(({ userErrors }) => userErrors);
    assertTaken(errors.flat().filter((error) => !isDeleted(error)));
    left = left.filter((_, place) => errors[place]?.some(isDeleted));
  }
}

/** @throws InputError */
function assertTaken(userErrors: readonly UserError[]): void {
  if (userErrors.length > 0) throw new InputError(userErrors);
}
