import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { viewer } from '../../platform/testing/service.ts';
import { type Compiler, startCompiler, twoChapters } from './compile.fixture.ts';

let compiler: Compiler;

beforeAll(async () => {
  compiler = await startCompiler();
});
afterAll(() => compiler?.stop());
beforeEach(() => {
  compiler.neighbours.refuseRegistrations(null);
  compiler.neighbours.stopExpansion(false);
});

describe('compileBook', () => {
  it('compiles drafts and expansions, and registers the book under what it used', async () => {
    const { chapters } = compiler.neighbours.putBook('alice', 'mixed', 'Mixed', twoChapters);
    const book = await compiler.compiled({ bookId: 'mixed', author: 'Jane Doe' });
    const sources = [chapters[0]?.draft_blob_id, chapters[1]?.expanded_blob_id];
    expect(book).toMatchObject({
      bookId: 'mixed',
      version: 1,
      wordCount: 3 + 5,
      chapterCount: 2,
      sourceBlobIds: sources,
      compileConfig: {
        useExpanded: true,
        leaveOutMissing: false,
        leftOut: [],
        title: null,
        author: 'Jane Doe',
      },
      stale: false,
      outdated: false,
    });
    expect(book.fullText).toContain('## The Owl\n\n<div id="chapter-1"></div>\n\nIt was dark.\n');
    expect(book.fullText).toContain(
      '## Dawn\n\n<div id="chapter-2"></div>\n\nIt was very light indeed 🦉.\n',
    );
    expect(book.fullText).not.toContain('It was light.');
    expect(compiler.neighbours.registered.at(-1)).toEqual({
      user_id: 'alice',
      processor_id: 'book-compiler',
      processor_version: '1',
      generation: 0,
      on_demand: true,
      storage_location: 'book-compiler-db',
      remote_blob_id: book.id,
      parent_id: sources[0],
      source_ids: sources,
      schema_id: 'compiled-book-v1',
      schema_version: '1.2.0',
      title: 'Mixed',
      preview: book.fullText.slice(0, 400),
      size_bytes: Buffer.byteLength(JSON.stringify(book.fullText)),
      content_hash: createHash('sha256').update(book.fullText).digest('hex'),
    });
  });

  it('takes drafts verbatim, and the given title, on request', async () => {
    const { chapters } = compiler.neighbours.putBook('alice', 'plain', 'Plain', twoChapters);
    const book = await compiler.compiled({ bookId: 'plain', useExpanded: false, title: 'Renamed' });
    expect(book.sourceBlobIds).toEqual(chapters.map(({ draft_blob_id }) => draft_blob_id));
    expect(book.fullText).toContain('## Dawn\n\n<div id="chapter-2"></div>\n\nIt was light.\n');
    expect(book.fullText).toContain('# Renamed\n');
    expect(compiler.neighbours.registered.at(-1)).toMatchObject({ title: 'Renamed' });
  });

  it('makes a new version each time', async () => {
    compiler.neighbours.putBook('alice', 'versions', 'Versions', twoChapters);
    const versions = [];
    for (let round = 0; round < 3; round += 1) versions.push(await compiler.compiled({ bookId: 'versions' }));
    expect(versions.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(new Set(versions.map(({ id }) => id)).size).toBe(3);
    expect(new Set(versions.map(({ fullText }) => fullText)).size).toBe(1);
  });

  it.each([
    ['著'.repeat(200), 'auth0|'.padEnd(256, 'é/')],
    ['a/../b?c=d#e%2F', '*'],
    ['שלום 🦉', 'a@b.c'],
  ])('takes the book id %j of user %j', async (bookId, userId) => {
    compiler.neighbours.putBook(userId, bookId, 'Odd', twoChapters);
    const book = await compiler.compiled({ bookId, idempotencyKey: 'same for all' }, userId);
    expect(book).toMatchObject({ bookId, version: 1 });
    const { body } = await compiler.service.rest<{ blobs: { id: string }[] }>(
      'GET',
      `/users/${encodeURIComponent(userId)}/blobs`,
      { caller: { viewer: viewer(userId) } },
    );
    expect(body.blobs.map(({ id }) => id)).toEqual([book.id]);
  });

  it('reads many chapters in few requests and keeps them in order', async () => {
    const many = Array.from({ length: 25 }, (_, index) => ({
      title: `T${index + 1}`,
      draft: `draft ${index + 1}.`,
      ...(index % 2 === 0 ? {} : { expanded: `expanded ${index + 1}.` }),
    }));
    compiler.neighbours.putBook('alice', 'many', 'Many', many);
    const before = compiler.neighbours.calls.length;
    const book = await compiler.compiled({ bookId: 'many' });
    const calls = compiler.callsSince(before);
    expect(calls.filter((call) => call === 'POST /api/v1/blobs/batch')).toHaveLength(2);
    expect(calls.filter((call) => call === 'POST /blobs/batch')).toHaveLength(2);
    // The last one is for `outdated`.
    expect(calls).toHaveLength(8);
    const texts = many.map(({ draft, expanded }) => expanded ?? draft);
    expect(book.fullText.match(/^(draft|expanded) \d+\.$/gm)).toEqual(texts);
  });
});

describe('compileBook with an idempotency key', () => {
  it('returns the same book for the same input without work, even after a draft changed', async () => {
    compiler.neighbours.putBook('alice', 'once', 'Once', twoChapters);
    const first = await compiler.compiled({ bookId: 'once', idempotencyKey: 'key-1' });
    compiler.neighbours.putBook('alice', 'once', 'Once', [{ title: 'New', draft: 'Changed.' }]);
    const before = compiler.neighbours.calls.length;
    const again = await compiler.compiled({ bookId: 'once', idempotencyKey: 'key-1', useExpanded: true });
    expect(again).toEqual({ ...first, outdated: true });
    expect(compiler.callsSince(before)).toHaveLength(1);
    expect((await compiler.compiled({ bookId: 'once', idempotencyKey: 'key-2' })).version).toBe(2);
  });

  it('refuses another input with a typed error', async () => {
    compiler.neighbours.putBook('alice', 'conflict', 'Conflict', twoChapters);
    await compiler.compiled({ bookId: 'conflict', idempotencyKey: 'key-3' });
    for (const other of [{ bookId: 'conflict', useExpanded: false }, { bookId: 'elsewhere' }]) {
      const { book, userErrors } = await compiler.compile({ ...other, idempotencyKey: 'key-3' });
      expect(book).toBeNull();
      expect(userErrors).toMatchObject([{ field: 'idempotencyKey', code: 'IDEMPOTENCY_CONFLICT' }]);
    }
  });

  it("keeps users' keys apart", async () => {
    compiler.neighbours.putBook('alice', 'shared', 'Shared', twoChapters);
    compiler.neighbours.putBook('auth0|x', 'shared', 'Shared', twoChapters);
    const first = await compiler.compiled({ bookId: 'shared', idempotencyKey: 'key-4' });
    const second = await compiler.compiled({ bookId: 'shared', idempotencyKey: 'key-4' }, 'auth0|x');
    expect(second.id).not.toBe(first.id);
    expect(second.version).toBe(1);
  });
});

describe('front matter', () => {
  const FRONT = `mutation ($input: CompileBookInput!) { compileBook(input: $input) {
    compiledBook { subtitle author rights coverBlobId cover { id } sourceBlobIds fullText chapters { number } }
    userErrors { field code }
  } }`;
  interface Front {
    readonly compileBook: {
      readonly compiledBook: {
        readonly coverBlobId: string | null;
        readonly sourceBlobIds: readonly string[];
        readonly fullText: string;
      } | null;
      readonly userErrors: readonly { field: string; code: string }[];
    };
  }
  const front = async (input: Record<string, unknown>) => {
    const { data } = await compiler.service.graphql<Front>(FRONT, { input }, { viewer: viewer('alice') });
    return data?.compileBook;
  };

  it('is the book’s, with the cover as a source', async () => {
    const cover = compiler.neighbours.putImage('alice');
    const said = { subtitle: 'A *Tale*', author: 'Jane Doe', rights: '© 2026', cover_blob_id: cover };
    const { chapters } = compiler.neighbours.putBook('alice', 'front', 'Front', twoChapters, said);
    const payload = await front({ bookId: 'front' });
    expect(payload?.compiledBook).toMatchObject({
      subtitle: 'A *Tale*',
      author: 'Jane Doe',
      rights: '© 2026',
      coverBlobId: cover,
      cover: { id: cover },
      chapters: [{ number: 1 }, { number: 2 }],
    });
    expect(payload?.compiledBook?.fullText).toContain(
      '# Front\n\n**A \\*Tale\\***\n\n*by Jane Doe*\n\n© 2026\n',
    );
    const sources = [chapters[0]?.draft_blob_id, chapters[1]?.expanded_blob_id, cover];
    expect(payload?.compiledBook?.sourceBlobIds).toEqual(sources);
    expect(compiler.neighbours.registered.at(-1)).toMatchObject({
      parent_id: sources[0],
      source_ids: sources,
    });
  });

  it('is the request’s when given', async () => {
    const [cover, other] = [compiler.neighbours.putImage('alice'), compiler.neighbours.putImage('alice')];
    compiler.neighbours.putBook('alice', 'over', 'Over', twoChapters, {
      author: 'A',
      rights: 'B',
      cover_blob_id: cover,
    });
    const payload = await front({ bookId: 'over', author: 'Ann', subtitle: 'Sub', coverBlobId: other });
    expect(payload?.compiledBook).toMatchObject({
      author: 'Ann',
      subtitle: 'Sub',
      rights: 'B',
      coverBlobId: other,
    });
  });

  it('refuses an unknown cover, another user’s, and one that is not an image alike, naming the field', async () => {
    const { chapters } = compiler.neighbours.putBook('alice', 'plainly', 'Plainly', twoChapters);
    for (const coverBlobId of ['none', compiler.neighbours.putImage('bob'), chapters[0]?.draft_blob_id])
      expect(await front({ bookId: 'plainly', coverBlobId })).toEqual({
        compiledBook: null,
        userErrors: [{ field: 'coverBlobId', code: 'BLOB_NOT_FOUND' }],
      });
    compiler.neighbours.putBook('alice', 'bare', 'Bare', twoChapters, { cover_blob_id: 'deleted' });
    expect((await front({ bookId: 'bare' }))?.userErrors).toEqual([
      { field: 'bookId', code: 'BLOB_NOT_FOUND' },
    ]);
  });
});

describe('compileBook refuses', () => {
  it('an unknown book, and another user’s', async () => {
    compiler.neighbours.putBook('bob', 'his', 'His', twoChapters);
    for (const bookId of ['none', 'his', '../..', '*']) {
      const { book, userErrors } = await compiler.compile({ bookId });
      expect(book).toBeNull();
      expect(userErrors).toMatchObject([{ field: 'bookId', code: 'BOOK_NOT_FOUND' }]);
    }
  });

  it('missing and unfinished chapters, naming all of them', async () => {
    compiler.neighbours.putBook('alice', 'unready', 'Unready', [
      { title: 'One' },
      { title: 'Two', draft: 'x', run: 'PENDING' },
      { title: 'Three', draft: 'x', run: 'FAILED' },
      { title: 'Four', draft: 'x' },
    ]);
    const { book, userErrors } = await compiler.compile({ bookId: 'unready' });
    expect(book).toBeNull();
    expect(userErrors.map(({ code }) => code)).toEqual([
      'CHAPTER_MISSING',
      'EXPANSION_PENDING',
      'EXPANSION_FAILED',
    ]);
    expect(userErrors[1]?.message).toContain('Chapter 2 (“Two”)');
  });

  it('chapters whose expansion was deleted, and never falls back to drafts silently', async () => {
    compiler.neighbours.putBook('alice', 'deleted', 'Deleted', [
      { title: 'One', draft: 'x', run: 'COMPLETED' },
      { title: 'Two', draft: 'x' },
    ]);
    const { book, userErrors } = await compiler.compile({ bookId: 'deleted' });
    expect(book).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'EXPANSION_MISSING' }]);
    expect(userErrors[0]?.message).toMatch(/Chapter 1 .*`reprocess`/);
    expect((await compiler.compiled({ bookId: 'deleted', useExpanded: false })).chapterCount).toBe(2);
  });

  it('nothing for a chapter without a draft that may be left out', async () => {
    compiler.neighbours.putBook('alice', 'planned', 'Planned', [
      { title: 'One', draft: 'x' },
      { title: 'Two' },
      { title: 'Three', draft: 'y' },
    ]);
    const book = await compiler.compiled({ bookId: 'planned', leaveOutMissing: true });
    expect(book).toMatchObject({ chapterCount: 2, compileConfig: { leaveOutMissing: true, leftOut: [2] } });
    expect(book.fullText).toContain('- [1. One](#chapter-1)\n- [3. Three](#chapter-3)\n');
  });

  it('texts that their owners have lost', async () => {
    const { chapters } = compiler.neighbours.putBook('alice', 'lost', 'Lost', twoChapters);
    compiler.neighbours.lose(chapters[0]?.draft_blob_id ?? '');
    compiler.neighbours.lose(chapters[1]?.expanded_blob_id ?? '');
    const { userErrors } = await compiler.compile({ bookId: 'lost' });
    expect(userErrors.map(({ code }) => code)).toEqual(['CHAPTER_MISSING', 'EXPANSION_FAILED']);
  });

  it('invalid input, and writes nothing', async () => {
    compiler.neighbours.putBook('carol', 'mine', 'Mine', twoChapters);
    const { userErrors } = await compiler.compile({ bookId: 'mine', title: 'a\nb', author: 'x\0' }, 'carol');
    expect(userErrors.map(({ field, code }) => [field, code])).toEqual([
      ['title', 'VALIDATION_FAILED'],
      ['author', 'TEXT_MALFORMED'],
    ]);
    expect((await compiler.compiled({ bookId: 'mine' }, 'carol')).version).toBe(1);
  });

  it('with a fault, not a user error, when text expansion is unavailable', async () => {
    compiler.neighbours.putBook('alice', 'away', 'Away', twoChapters);
    compiler.neighbours.stopExpansion(true);
    const { book, errors } = await compiler.compile({ bookId: 'away' });
    expect(book).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    compiler.neighbours.stopExpansion(false);
    expect((await compiler.compiled({ bookId: 'away' })).version).toBe(1);
  });
});
