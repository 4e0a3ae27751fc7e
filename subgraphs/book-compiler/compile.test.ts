import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { processorService } from '../../platform/processor/service.ts';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import { sherlockHolmes } from '../../platform/testing/shared-data.ts';
import { schemasService } from '../schemas/main.ts';
import { type Neighbours, startNeighbours } from './neighbours.fixture.ts';
import processor from './processor.ts';

const COMPILE = `mutation ($input: CompileBookInput!) {
  compileBook(input: $input) {
    compiledBook { id bookId version fullText wordCount chapterCount sourceBlobIds compileConfig stale outdated createdAt }
    userErrors { field code message }
  }
}`;

interface Compiled {
  readonly id: string;
  readonly bookId: string;
  readonly version: number;
  readonly fullText: string;
  readonly wordCount: number;
  readonly chapterCount: number;
  readonly sourceBlobIds: readonly string[];
  readonly compileConfig: unknown;
  readonly stale: boolean;
  readonly outdated: boolean | null;
  readonly createdAt: string;
}
interface Payload {
  readonly compileBook: {
    readonly compiledBook: Compiled | null;
    readonly userErrors: readonly { field: string | null; code: string; message: string }[];
  };
}

let neighbours: Neighbours;
let schemas: TestService;
let service: TestService;

beforeAll(async () => {
  neighbours = await startNeighbours();
  schemas = await startTestService(schemasService);
  const { url } = neighbours;
  service = await startTestService(processorService(processor), {
    urls: { state: url, processors: url, schemas: schemas.url },
  });
});
afterAll(async () => {
  await service?.stop();
  await schemas?.stop();
  await neighbours?.close();
});
beforeEach(() => {
  neighbours.refuseRegistrations(null);
  neighbours.stopExpansion(false);
});

const compile = async (input: Record<string, unknown>, userId = 'alice') => {
  const answer = await service.graphql<Payload>(COMPILE, { input }, { viewer: viewer(userId) });
  const { compiledBook: book = null, userErrors = [] } = answer.data?.compileBook ?? {};
  return { book, userErrors, errors: answer.errors };
};
const compiled = async (input: Record<string, unknown>, userId?: string): Promise<Compiled> => {
  const { book, ...rest } = await compile(input, userId);
  if (!book) throw new Error(JSON.stringify(rest));
  return book;
};
const twoChapters = [
  { title: 'The Owl', draft: 'It was dark.' },
  { title: 'Dawn', draft: 'It was light.', expanded: 'It was very light indeed 🦉.' },
];

describe('compileBook', () => {
  it('compiles drafts and expansions, and registers the book under what it used', async () => {
    const { chapters } = neighbours.putBook('alice', 'mixed', 'Mixed', twoChapters);
    const book = await compiled({ bookId: 'mixed', author: 'Jane Doe' });
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
    expect(neighbours.registered.at(-1)).toEqual({
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

  it('takes drafts verbatim, and the title given, when told so', async () => {
    const { chapters } = neighbours.putBook('alice', 'plain', 'Plain', twoChapters);
    const book = await compiled({ bookId: 'plain', useExpanded: false, title: 'Renamed' });
    expect(book.sourceBlobIds).toEqual(chapters.map(({ draft_blob_id }) => draft_blob_id));
    expect(book.fullText).toContain('## Dawn\n\n<div id="chapter-2"></div>\n\nIt was light.\n');
    expect(book.fullText).toContain('# Renamed\n');
    expect(neighbours.registered.at(-1)).toMatchObject({ title: 'Renamed' });
  });

  it('makes a new version each time', async () => {
    neighbours.putBook('alice', 'versions', 'Versions', twoChapters);
    const versions = [];
    for (let round = 0; round < 3; round += 1) versions.push(await compiled({ bookId: 'versions' }));
    expect(versions.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(new Set(versions.map(({ id }) => id)).size).toBe(3);
    expect(new Set(versions.map(({ fullText }) => fullText)).size).toBe(1);
  });

  it.each([
    ['著'.repeat(200), 'auth0|'.padEnd(256, 'é/')],
    ['a/../b?c=d#e%2F', '*'],
    ['שלום 🦉', 'a@b.c'],
  ])('takes the book id %j of user %j', async (bookId, userId) => {
    neighbours.putBook(userId, bookId, 'Odd', twoChapters);
    const book = await compiled({ bookId, idempotencyKey: 'same for all' }, userId);
    expect(book).toMatchObject({ bookId, version: 1 });
    const { body } = await service.rest<{ blobs: { id: string }[] }>(
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
    neighbours.putBook('alice', 'many', 'Many', many);
    const before = neighbours.calls.length;
    const book = await compiled({ bookId: 'many' });
    const calls = neighbours.calls.slice(before);
    expect(calls.filter((call) => call === 'POST /api/v1/blobs/batch')).toHaveLength(2);
    expect(calls.filter((call) => call === 'POST /blobs/batch')).toHaveLength(2);
    // The last asks whether the book is outdated. Which processors there are is kept, and asked for again now and then.
    expect(calls.filter((call) => call !== 'GET /api/v1/processors')).toHaveLength(8);
    const texts = many.map(({ draft, expanded }) => expanded ?? draft);
    expect(book.fullText.match(/^(draft|expanded) \d+\.$/gm)).toEqual(texts);
  });
});

describe('compileBook with an idempotency key', () => {
  it('answers the same book to the same input, without any work, also when a draft changed', async () => {
    neighbours.putBook('alice', 'once', 'Once', twoChapters);
    const first = await compiled({ bookId: 'once', idempotencyKey: 'key-1' });
    neighbours.putBook('alice', 'once', 'Once', [{ title: 'New', draft: 'Changed.' }]);
    const before = neighbours.calls.length;
    const again = await compiled({ bookId: 'once', idempotencyKey: 'key-1', useExpanded: true });
    expect(again).toEqual({ ...first, outdated: true });
    expect(neighbours.calls.length).toBe(before + 1);
    expect((await compiled({ bookId: 'once', idempotencyKey: 'key-2' })).version).toBe(2);
  });

  it('refuses another input by name', async () => {
    neighbours.putBook('alice', 'conflict', 'Conflict', twoChapters);
    await compiled({ bookId: 'conflict', idempotencyKey: 'key-3' });
    for (const other of [{ bookId: 'conflict', useExpanded: false }, { bookId: 'elsewhere' }]) {
      const { book, userErrors } = await compile({ ...other, idempotencyKey: 'key-3' });
      expect(book).toBeNull();
      expect(userErrors).toMatchObject([{ field: 'idempotencyKey', code: 'IDEMPOTENCY_CONFLICT' }]);
    }
  });

  it("keeps users' keys apart", async () => {
    neighbours.putBook('alice', 'shared', 'Shared', twoChapters);
    neighbours.putBook('auth0|x', 'shared', 'Shared', twoChapters);
    const first = await compiled({ bookId: 'shared', idempotencyKey: 'key-4' });
    const second = await compiled({ bookId: 'shared', idempotencyKey: 'key-4' }, 'auth0|x');
    expect(second.id).not.toBe(first.id);
    expect(second.version).toBe(1);
  });
});

describe('compareVersions', () => {
  const COMPARE = `query ($a: ID!, $b: ID!) { compareVersions(a: $a, b: $b) {
    versionA versionB unchanged wordsAdded wordsRemoved
    chapters { chapterNum changes titleBefore hunks { removed added } complete }
  } }`;
  const compare = (a: string, b: string, userId = 'alice') =>
    service.graphql<{ compareVersions: object }>(COMPARE, { a, b }, { viewer: viewer(userId) });

  it('tells what changed from one version to the next, in the graph and by REST', async () => {
    neighbours.putBook('alice', 'compared', 'Compared', twoChapters);
    const { id: a } = await compiled({ bookId: 'compared' });
    neighbours.putBook('alice', 'compared', 'Compared', [
      { title: 'The Owl', draft: 'It was pitch dark.' },
      { title: 'Dawn', draft: 'It was light.', expanded: 'It was very light indeed 🦉.' },
    ]);
    const { id: b } = await compiled({ bookId: 'compared' });
    const { data } = await compare(a, b);
    expect(data?.compareVersions).toMatchObject({
      versionA: 1,
      versionB: 2,
      unchanged: 1,
      wordsAdded: 1,
      wordsRemoved: 0,
      chapters: [{ chapterNum: 1, changes: ['CHANGED'], titleBefore: 'The Owl', complete: true }],
    });
    const { body } = await service.rest<{ comparison: object }>('GET', `/books/${b}/comparison?with=${a}`, {
      caller: { viewer: viewer('alice') },
    });
    expect(body.comparison).toMatchObject({ a: b, b: a, words_added: 0, words_removed: 1, unchanged: 1 });
  });

  it('refuses versions that are not there, another’s, or of another book, by the argument', async () => {
    neighbours.putBook('alice', 'one-book', 'One', twoChapters);
    neighbours.putBook('alice', 'other-book', 'Other', twoChapters);
    neighbours.putBook('bob', 'one-book', 'His', twoChapters);
    const [one, other, his] = [
      await compiled({ bookId: 'one-book' }),
      await compiled({ bookId: 'other-book' }),
      await compiled({ bookId: 'one-book' }, 'bob'),
    ];
    for (const [a, b, code, field] of [
      ['none', one.id, 'BLOB_NOT_FOUND', 'a'],
      [one.id, his.id, 'BLOB_NOT_FOUND', 'b'],
      [one.id, other.id, 'VALIDATION_FAILED', 'b'],
    ] as const) {
      const { errors } = await compare(a, b);
      expect(errors).toMatchObject([{ extensions: { code, field } }]);
    }
  });
});

describe('what a book says before its text', () => {
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
    const { data } = await service.graphql<Front>(FRONT, { input }, { viewer: viewer('alice') });
    return data?.compileBook;
  };

  it('is the book’s, its cover one of its sources', async () => {
    const cover = neighbours.putImage('alice');
    const said = { subtitle: 'A *Tale*', author: 'Jane Doe', rights: '© 2026', cover_blob_id: cover };
    const { chapters } = neighbours.putBook('alice', 'front', 'Front', twoChapters, said);
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
    expect(neighbours.registered.at(-1)).toMatchObject({ parent_id: sources[0], source_ids: sources });
  });

  it('is the request’s where it says so', async () => {
    const [cover, other] = [neighbours.putImage('alice'), neighbours.putImage('alice')];
    neighbours.putBook('alice', 'over', 'Over', twoChapters, {
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

  it('refuses a cover that is not there, another’s, or no image, each the same, by its field', async () => {
    const { chapters } = neighbours.putBook('alice', 'plainly', 'Plainly', twoChapters);
    for (const coverBlobId of ['none', neighbours.putImage('bob'), chapters[0]?.draft_blob_id])
      expect(await front({ bookId: 'plainly', coverBlobId })).toEqual({
        compiledBook: null,
        userErrors: [{ field: 'coverBlobId', code: 'BLOB_NOT_FOUND' }],
      });
    neighbours.putBook('alice', 'bare', 'Bare', twoChapters, { cover_blob_id: 'deleted' });
    expect((await front({ bookId: 'bare' }))?.userErrors).toEqual([
      { field: 'bookId', code: 'BLOB_NOT_FOUND' },
    ]);
  });
});

describe('outdated', () => {
  it('is a version once a chapter has a newer draft or expansion, or there is a chapter more', async () => {
    const draft = [{ title: 'One', draft: 'x', expanded: 'xx' }];
    const first = neighbours.putBook('alice', 'grows', 'Grows', draft);
    const versions: Compiled[] = [];
    const outdated = async () => {
      versions.push(await compiled({ bookId: 'grows' }));
      const query = `query ($representations: [_Any!]!) {
        _entities(representations: $representations) { ... on CompiledBook { outdated } }
      }`;
      const representations = versions.map(({ id }) => ({ __typename: 'CompiledBook', id }));
      const before = neighbours.calls.length;
      const answer = await service.graphql<{ _entities: { outdated: boolean }[] }>(
        query,
        { representations },
        { viewer: viewer('alice') },
      );
      expect(neighbours.calls.length).toBe(before + 1);
      return answer.data?._entities.map((each) => each.outdated);
    };
    expect(await outdated()).toEqual([false]);
    neighbours.putBook('alice', 'grows', 'Grows', draft);
    expect(await outdated()).toEqual([true, false]);
    const [chapter] = first.chapters;
    neighbours.putBook('alice', 'grows', 'Grows', [...draft, { title: 'Two', draft: 'y' }]);
    expect(chapter).toBeDefined();
    expect(await outdated()).toEqual([true, true, false]);
  });
});

describe('compileBook refuses', () => {
  it('a book that is not there, or is not the caller’s', async () => {
    neighbours.putBook('bob', 'his', 'His', twoChapters);
    for (const bookId of ['none', 'his', '../..', '*']) {
      const { book, userErrors } = await compile({ bookId });
      expect(book).toBeNull();
      expect(userErrors).toMatchObject([{ field: 'bookId', code: 'BOOK_NOT_FOUND' }]);
    }
  });

  it('chapters that are missing or unfinished, all of them by name', async () => {
    neighbours.putBook('alice', 'unready', 'Unready', [
      { title: 'One' },
      { title: 'Two', draft: 'x', run: 'PENDING' },
      { title: 'Three', draft: 'x', run: 'FAILED' },
      { title: 'Four', draft: 'x' },
    ]);
    const { book, userErrors } = await compile({ bookId: 'unready' });
    expect(book).toBeNull();
    expect(userErrors.map(({ code }) => code)).toEqual([
      'CHAPTER_MISSING',
      'EXPANSION_PENDING',
      'EXPANSION_FAILED',
    ]);
    expect(userErrors[1]?.message).toContain('Chapter 2 (“Two”)');
  });

  it('chapters that have lost their expansion, by name; drafts never stand in for them in silence', async () => {
    neighbours.putBook('alice', 'deleted', 'Deleted', [
      { title: 'One', draft: 'x', run: 'COMPLETED' },
      { title: 'Two', draft: 'x' },
    ]);
    const { book, userErrors } = await compile({ bookId: 'deleted' });
    expect(book).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'EXPANSION_MISSING' }]);
    expect(userErrors[0]?.message).toMatch(/Chapter 1 .*`reprocess`/);
    expect((await compiled({ bookId: 'deleted', useExpanded: false })).chapterCount).toBe(2);
  });

  it('no book for a chapter without a draft, when told to leave it out', async () => {
    neighbours.putBook('alice', 'planned', 'Planned', [
      { title: 'One', draft: 'x' },
      { title: 'Two' },
      { title: 'Three', draft: 'y' },
    ]);
    const book = await compiled({ bookId: 'planned', leaveOutMissing: true });
    expect(book).toMatchObject({ chapterCount: 2, compileConfig: { leaveOutMissing: true, leftOut: [2] } });
    expect(book.fullText).toContain('- [1. One](#chapter-1)\n- [3. Three](#chapter-3)\n');
  });

  it('texts that their owners do not have', async () => {
    const { chapters } = neighbours.putBook('alice', 'lost', 'Lost', twoChapters);
    neighbours.lose(chapters[0]?.draft_blob_id ?? '');
    neighbours.lose(chapters[1]?.expanded_blob_id ?? '');
    const { userErrors } = await compile({ bookId: 'lost' });
    expect(userErrors.map(({ code }) => code)).toEqual(['CHAPTER_MISSING', 'EXPANSION_FAILED']);
  });

  it('an input that cannot be, and writes nothing', async () => {
    neighbours.putBook('carol', 'mine', 'Mine', twoChapters);
    const { userErrors } = await compile({ bookId: 'mine', title: 'a\nb', author: 'x\0' }, 'carol');
    expect(userErrors.map(({ field, code }) => [field, code])).toEqual([
      ['title', 'VALIDATION_FAILED'],
      ['author', 'TEXT_MALFORMED'],
    ]);
    expect((await compiled({ bookId: 'mine' }, 'carol')).version).toBe(1);
  });

  it('with a fault, not a mistake of the caller, when text expansion is away', async () => {
    neighbours.putBook('alice', 'away', 'Away', twoChapters);
    neighbours.stopExpansion(true);
    const { book, errors } = await compile({ bookId: 'away' });
    expect(book).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    neighbours.stopExpansion(false);
    expect((await compiled({ bookId: 'away' })).version).toBe(1);
  });
});

const sherlock = sherlockHolmes();
describe.skipIf(!sherlock)('The Adventures of Sherlock Holmes', () => {
  it('is compiled whole, in order', async () => {
    const { title = '', author = '', chapters = [] } = sherlock ?? {};
    const drafts = chapters.map(({ title: heading, text }) => ({ title: heading, draft: text }));
    neighbours.putBook('alice', 'sherlock', title, drafts);
    const book = await compiled({ bookId: 'sherlock', author });
    let from = 0;
    for (const { text, title: heading } of chapters) {
      const end = text.trimEnd().slice(-2_000);
      expect(book.fullText.indexOf(end, from), heading).toBeGreaterThan(from);
      from = book.fullText.indexOf(end, from);
    }
    const said = chapters.reduce((sum, { words }) => sum + words, 0);
    expect(Math.abs(book.wordCount - said) / said).toBeLessThan(0.002);
  });
});
