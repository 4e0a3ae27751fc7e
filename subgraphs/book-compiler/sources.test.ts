import { describe, expect, it } from 'vitest';
import { BlobgraphError, InputErrors } from '../../platform/errors.ts';
import { MAX_BOOK_BYTES, readChapters, type SourceDeps } from './sources.ts';

const chapter = (chapterNum: number, expandedBlobId: string | null = null) => ({
  chapterNum,
  title: `T${chapterNum}`,
  draftBlobId: `draft-${chapterNum}`,
  expandedBlobId,
});

const blob = (id: string, data: unknown) => ({
  id,
  user_id: 'alice',
  schema_id: 'text-input-v1',
  schema_version: '1.0.0',
  type: 'chapter_draft',
  title: '',
  data,
  book_id: null,
  conversation_id: null,
  processing_state: 'STORED' as const,
  created_at: '',
});

/** Owners that answer every id with data made of it, and note how many were asked for at once. */
function owners(draft: (id: string) => unknown, expansion: (id: string) => unknown = () => ({})) {
  const asked: [owner: string, ids: number][] = [];
  const deps: SourceDeps = {
    state: {
      async blobs(_userId, ids) {
        asked.push(['state', ids.length]);
        return ids.map((id) => blob(id, draft(id))).toReversed();
      },
    },
    processors: {
      async blobs(target, _userId, ids) {
        asked.push([String(target), ids.length]);
        return ids.map((id) => ({ id, user_id: 'alice', data: expansion(id) })).toReversed();
      },
    },
  };
  return { deps, asked };
}

describe('readChapters', () => {
  it('asks each owner for its own blobs, ten at a time, and keeps the order', async () => {
    const { deps, asked } = owners(
      (id) => ({ content: `text of ${id}` }),
      (id) => ({ expanded: `text of ${id}` }),
    );
    const chapters = Array.from({ length: 24 }, (_, index) =>
      chapter(index, index % 2 === 0 ? `expansion-${index}` : null),
    );
    const read = await readChapters(deps, 'alice', chapters);
    expect(read.map(({ text }) => text)).toEqual(
      chapters.map(({ expandedBlobId, draftBlobId }) => `text of ${expandedBlobId ?? draftBlobId}`),
    );
    expect(asked).toEqual([
      ['state', 10],
      ['state', 2],
      ['text-expansion', 10],
      ['text-expansion', 2],
    ]);
  });

  it.each([null, 'text', {}, { content: 7 }, { text: 'x' }])(
    'refuses a draft that holds %j, by the chapter’s name',
    async (data) => {
      const { deps } = owners(() => data);
      const reading = readChapters(deps, 'alice', [chapter(3), chapter(4)]);
      await expect(reading).rejects.toBeInstanceOf(InputErrors);
      await expect(reading).rejects.toMatchObject({
        errors: [
          { field: 'bookId', code: 'CHAPTER_MISSING', message: expect.stringContaining('Chapter 3 (“T3”)') },
          { field: 'bookId', code: 'CHAPTER_MISSING', message: expect.stringContaining('Chapter 4 (“T4”)') },
        ],
      });
    },
  );

  it('reads no further once the texts are more than a book may have', async () => {
    const content = 'é'.repeat(MAX_BOOK_BYTES / 16);
    const { deps, asked } = owners(() => ({ content }));
    const eight = Array.from({ length: 8 }, (_, index) => chapter(index));
    expect(await readChapters(deps, 'alice', eight)).toHaveLength(8);
    const thirty = Array.from({ length: 30 }, (_, index) => chapter(index));
    const reading = readChapters(deps, 'alice', thirty);
    await expect(reading).rejects.toBeInstanceOf(BlobgraphError);
    await expect(reading).rejects.toMatchObject({ code: 'BOOK_INVALID', field: 'bookId' });
    expect(asked).toEqual([
      ['state', 8],
      ['state', 10],
    ]);
  });
});
