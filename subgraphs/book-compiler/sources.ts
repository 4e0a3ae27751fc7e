import { z } from 'zod';
import type { ProcessorClient } from '../../platform/clients/processor.ts';
import type { StateClient } from '../../platform/clients/state.ts';
import { BlobgraphError, InputErrors, type UserError } from '../../platform/errors.ts';
import { EXPANDER } from './names.ts';
import { type ChapterSource, chapterError, sourceBlobId } from './plan.ts';
import type { ChapterText } from './process.ts';

export interface SourceDeps {
  readonly state: Pick<StateClient, 'blobs'>;
  readonly processors: ProcessorClient;
}

/** UTF-8 bytes of all chapters of one book: several times the longest novels. */
export const MAX_BOOK_BYTES = 32 * 1024 * 1024;
/** A blob may hold 5 MiB of text, and an expansion both texts: an answer stays below what memory bears. */
const BLOBS_PER_REQUEST = 10;

/** What a draft (`text-input-v1`) and an expansion (`expanded-text-v1`) call their text. */
const draftText = z.object({ content: z.string() }).transform(({ content }) => content);
const expandedText = z.object({ expanded: z.string() }).transform(({ expanded }) => expanded);

const tooLarge = (): BlobgraphError =>
  new BlobgraphError(
    'BOOK_INVALID',
    `The chapters hold more than ${MAX_BOOK_BYTES} bytes of text (32 MiB) together. Compile them as several books.`,
    { field: 'bookId' },
  );

/** Texts by blob id, and their bytes together. */
interface Gathered {
  readonly texts: Map<string, string>;
  bytes: number;
}

interface Owner {
  read(ids: readonly string[]): Promise<readonly { id: string; data?: unknown }[]>;
  readonly text: z.ZodType<string>;
}

async function gather(ids: readonly string[], owner: Owner, into: Gathered): Promise<void> {
  for (let start = 0; start < ids.length; start += BLOBS_PER_REQUEST) {
    for (const { id, data } of await owner.read(ids.slice(start, start + BLOBS_PER_REQUEST))) {
      const { data: text } = owner.text.safeParse(data);
      if (text === undefined) continue;
      into.bytes += Buffer.byteLength(text);
      if (into.bytes > MAX_BOOK_BYTES) throw tooLarge();
      into.texts.set(id, text);
    }
  }
}

function missing(chapter: ChapterSource): UserError {
  return chapter.expandedBlobId === null
    ? chapterError(
        chapter,
        'CHAPTER_MISSING',
        'has a draft without text. Create another, then compile again.',
      )
    : chapterError(
        chapter,
        'EXPANSION_FAILED',
        'has an expansion that cannot be read. Compile with `useExpanded: false`, or create another draft.',
      );
}

/**
 * The text of every chapter from the service that owns it, in bounded batches.
 * @throws InputErrors naming each chapter whose text is not there; BlobgraphError BOOK_INVALID, SERVICE_UNAVAILABLE
 */
export async function readChapters(
  deps: SourceDeps,
  userId: string,
  chapters: readonly ChapterSource[],
): Promise<(ChapterSource & ChapterText)[]> {
  const { state, processors } = deps;
  const gathered: Gathered = { texts: new Map(), bytes: 0 };
  const drafts = { read: (ids: readonly string[]) => state.blobs(userId, ids), text: draftText };
  const expansions = {
    read: (ids: readonly string[]) => processors.blobs(EXPANDER, userId, ids),
    text: expandedText,
  };
  const idsOf = (isExpanded: boolean) =>
    chapters.filter(({ expandedBlobId }) => (expandedBlobId !== null) === isExpanded).map(sourceBlobId);
  await gather(idsOf(false), drafts, gathered);
  await gather(idsOf(true), expansions, gathered);
  const { texts } = gathered;
  const errors = chapters.filter((chapter) => !texts.has(sourceBlobId(chapter))).map(missing);
  if (errors.length > 0) throw new InputErrors(errors);
  return chapters.map((chapter) => ({ ...chapter, text: texts.get(sourceBlobId(chapter)) ?? '' }));
}
