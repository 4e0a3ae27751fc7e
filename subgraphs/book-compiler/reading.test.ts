import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { createPostgresRecords } from '../../platform/processor/records/postgres/records.postgres.ts';
import { type TestService, viewer } from '../../platform/testing/service.ts';
import { beside, data, type Library, openLibrary } from './library.fixture.ts';
import processor from './processor.ts';

let library: Library;
let service: TestService;

beforeAll(async () => {
  library = await openLibrary((database) => createPostgresRecords(database, processor.records));
  service = library.service;
}, 120_000);
afterAll(() => library?.close());

const chapters = beside['chapters'] as Record<string, unknown>[];
const fullText = data['full_text'];
const id = (index: number): string => library.id(index);

describe('entities', () => {
  const entities = async <T>(ids: readonly string[], selection: string, userId = 'alice') => {
    const representations = ids.map((id) => ({ __typename: 'CompiledBook', id }));
    const query = `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on CompiledBook { ${selection} } }
    }`;
    const answer = await service.graphql<{ _entities: (T | null)[] }>(
      query,
      { representations },
      { viewer: viewer(userId) },
    );
    expect(answer.errors).toBeUndefined();
    return answer.data?._entities ?? [];
  };
  const ALL = `id version language fullText wordCount characterCount stale compileConfig exportUrl createdAt exports { format url state sizeBytes error { code message } }
    chapters { chapterNum position title compiledText wordCount characterCount draft { id } expanded { id } expandedBlobId }`;

  it.each([
    ['id version title: bookId wordCount', 1],
    ['id fullText', 1],
    ['id chapters { chapterNum draft { id } }', 2],
    ['id chapters { __typename }', 2],
    [ALL, 3],
  ])('%s cost the same queries for 1 and for 100 books', async (selection, count) => {
    for (const ids of [[id(0)], library.books.map((book) => book.id)]) {
      const queries = await library.queriesOf(async () => {
        const found = await entities<{ id: string }>(ids, selection);
        expect(found.map((entity) => entity?.id)).toEqual(ids);
      });
      expect(queries).toHaveLength(count);
    }
  });

  it('read no texts that are not selected', async () => {
    const queries = await library.queriesOf(() => entities([id(0)], 'id chapters { chapterNum title }'));
    expect(queries.join()).not.toMatch(/full_text|compiled_text/);
  });

  it('show all members of a book', async () => {
    const [book] = await entities<Record<string, unknown>>([id(0)], ALL);
    const url = `/api/v1/processors/book-compiler/blobs/${id(0)}/artifacts/markdown`;
    expect(book).toEqual({
      id: id(0),
      version: 1,
      language: 'de',
      fullText,
      wordCount: 4_005,
      characterCount: 20_000,
      stale: false,
      compileConfig: {
        useExpanded: true,
        title: null,
        author: 'É. Ñandú',
      },
      exports: ['markdown', 'html', 'epub', 'pdf'].map((name) => ({
        format: name.toUpperCase(),
        url: expect.stringMatching(
          new RegExp(
            `^/api/v1/files/book-compiler/artifacts/${id(0)}/${name}\\?saved=1&expires=\\d+&signature=.`,
          ),
        ),
        state: 'MISSING',
        sizeBytes: null,
        error: null,
      })),
      exportUrl: url,
      createdAt: '2026-01-01T00:00:00.000Z',
      chapters: chapters.map((chapter) => ({
        chapterNum: chapter['chapter_num'],
        position: chapter['position'],
        title: chapter['title'],
        compiledText: chapter['compiled_text'],
        wordCount: chapter['word_count'],
        characterCount: chapter['character_count'],
        draft: { id: chapter['draft_blob_id'] },
        expanded: chapter['expanded_blob_id'] === null ? null : { id: chapter['expanded_blob_id'] },
        expandedBlobId: chapter['expanded_blob_id'],
      })),
    });
  });

  it('have each chapter alone, by its key, and none that they do not have', async () => {
    const fields = 'title number compiledText draft { id }';
    const [first] = chapters;
    const num = first?.['chapter_num'];
    const [book] = await entities<Record<string, unknown>>(
      [id(0)],
      `id one: chapter(chapterNum: ${num}) { ${fields} } none: chapter(chapterNum: 99) { ${fields} }`,
    );
    expect(book?.['none']).toBeNull();
    expect(book?.['one']).toMatchObject({
      title: first?.['title'],
      compiledText: first?.['compiled_text'],
      draft: { id: first?.['draft_blob_id'] },
    });
  });

  it('are null both when missing and when another user’s', async () => {
    const ids = [library.bobs.id, id(0), randomUUID(), 'no-id', id(0)];
    const found = await entities<{ id: string }>(ids, 'id fullText');
    expect(found.map((entity) => entity?.id ?? null)).toEqual([null, id(0), null, null, id(0)]);
    expect(await entities([library.bobs.id], 'id', 'bob')).toEqual([{ id: library.bobs.id }]);
  });

  it('need a token on behalf of a user', async () => {
    const query = '{ _service { sdl } }';
    for (const [path, method] of [
      ['/graphql', 'POST'],
      [`/blobs/${id(0)}`, 'GET'],
      [`/books/${id(0)}/export`, 'GET'],
      ['/blobs/batch', 'POST'],
    ] as const) {
      const body = method === 'POST' ? { body: JSON.stringify({ query, ids: [] }) } : {};
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${service.url}${path}`, { method, headers, ...body });
      expect(answer.status, path).toBe(401);
    }
    const nobody = { service: 'gateway', viewer: null };
    const asked = await service.rest('POST', '/graphql', { body: { query }, caller: nobody });
    expect(asked).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHENTICATED' } } });
    expect((await service.graphql<{ _service: object }>(query)).data?._service).toBeDefined();
    expect((await service.rest('GET', `/books/${id(0)}`, { caller: nobody })).status).toBe(401);
  });
});

interface BlobAnswer {
  readonly id: string;
  readonly user_id: string;
  readonly data: Record<string, unknown>;
}
const as = (userId: string) => ({ caller: { viewer: viewer(userId) } });

const forged = Buffer.from('["2026-01-01T00:00:00.000Z","x"]').toString('base64url');

describe('blobs over REST', () => {
  it('fit the output schema', async () => {
    const { status, body } = await service.rest<{ blob: BlobAnswer }>('GET', `/blobs/${id(0)}`);
    expect(status).toBe(200);
    expect(body.blob).toMatchObject({
      id: id(0),
      user_id: 'alice',
      schema_id: 'compiled-book-v1',
      data: { book_id: 'my-novel', version: 1, full_text: fullText },
    });
    const schema = readFileSync(projectFile('schemas/compiled-book-v1/1.0.0.json'), 'utf8');
    const validate = new Ajv2020({ strictSchema: false }).compile(JSON.parse(schema));
    expect(validate(body.blob.data), JSON.stringify(validate.errors)).toBe(true);
  });

  it('are not found both when missing and when another user’s', async () => {
    const answers = await Promise.all(
      [library.bobs.id, randomUUID(), 'x', '%00'].flatMap((blob) => [
        service.rest<{ error: { code: string } }>('GET', `/blobs/${blob}`),
        service.rest<{ error: { code: string } }>('GET', `/books/${blob}`),
        service.rest<{ error: { code: string } }>('GET', `/books/${blob}/export`),
      ]),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(404);
      expect(body.error.code).toBe('BLOB_NOT_FOUND');
    }
  });

  it('come in batches without those that the caller must not see', async () => {
    const ids = [id(3), library.bobs.id, 'x', id(1), id(3)];
    const answer = await service.rest<{ blobs: BlobAnswer[] }>('POST', '/blobs/batch', { body: { ids } });
    expect(answer.body.blobs.map((blob) => blob.id)).toEqual([id(3), id(1)]);
    for (const body of [{ ids: Array(1_001).fill('x') }, { ids: 'x' }, {}, [], 'x']) {
      const refused = await service.rest<{ error: { code: string } }>('POST', '/blobs/batch', { body });
      expect(refused.status).toBe(400);
      expect(refused.body.error.code).toBe('VALIDATION_FAILED');
    }
  });

  it('are listed page by page from a time on', async () => {
    const since = library.books[90]?.createdAt.toISOString() ?? '';
    const listed: string[] = [];
    let after = '';
    for (let page = 0; page < 5; page += 1) {
      const { body } = await service.rest<{ blobs: BlobAnswer[]; next: string | null }>(
        'GET',
        `/users/alice/blobs?since=${encodeURIComponent(since)}&limit=3${after}`,
      );
      listed.push(...body.blobs.map((blob) => blob.id));
      expect(body.blobs[0]?.data).not.toHaveProperty('full_text');
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect(listed).toEqual(library.books.slice(90).map((book) => book.id));
    const all = await service.rest<{ blobs: BlobAnswer[] }>('GET', '/users/alice/blobs?limit=100');
    expect(all.body).toMatchObject({ next: null });
    expect(all.body.blobs).toHaveLength(100);
  });

  it('lists at most as much as fits into an answer, and at least one', async () => {
    const sizeBytes = 40 * 1024 * 1024;
    const large = [
      await library.add('zoe', { sizeBytes: 2 * sizeBytes }),
      await library.add('zoe', { sizeBytes }),
    ];
    const found: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const path: string = next === '' ? '/users/zoe/blobs' : `/users/zoe/blobs?after=${next}`;
      const { body } = await service.rest<{ blobs: { id: string }[]; next: string | null }>(
        'GET',
        path,
        as('zoe'),
      );
      expect(body.blobs).toHaveLength(1);
      found.push(...body.blobs.map((blob) => blob.id));
      next = body.next;
    }
    expect(new Set(found)).toEqual(new Set(large.map((each) => each.id)));
  });

  it.each([
    ['/users/bob/blobs', 404, 'NOT_FOUND', undefined],
    ['/users/alice/blobs?since=yesterday', 400, 'VALIDATION_FAILED', 'since'],
    ['/users/alice/blobs?limit=0', 400, 'VALIDATION_FAILED', 'limit'],
    ['/users/alice/blobs?limit=101', 400, 'VALIDATION_FAILED', 'limit'],
    ['/users/alice/blobs?after=nonsense', 400, 'CURSOR_INVALID', 'after'],
    [`/users/alice/blobs?after=${forged}`, 400, 'CURSOR_INVALID', 'after'],
  ])('%s is refused with %i %s', async (path, status, code, field) => {
    const answer = await service.rest<{ error: object }>('GET', path);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code, ...(field ? { field } : {}) });
  });
});

describe('the inventory', () => {
  it('is only for the index on its own behalf', async () => {
    const ask = (caller: object, query = 'before=2030-01-01T00:00:00Z&limit=200') =>
      service.rest<{ processor_id: string; blobs: { id: string; source_ids: string[] }[] }>(
        'GET',
        `/inventory?${query}`,
        { caller },
      );
    const index = { service: 'state', viewer: null };
    const { status, body } = await ask(index);
    expect([status, body.processor_id]).toEqual([200, 'book-compiler']);
    expect(body.blobs.map((blob) => blob.id)).toEqual(expect.arrayContaining([id(0), library.bobs.id]));
    for (const caller of [{}, { service: 'state' }, { service: 'router', viewer: null }])
      expect((await ask(caller)).status).toBe(403);
    for (const query of ['limit=1', 'before=now&limit=1', 'before=2030-01-01T00:00:00Z&limit=201'])
      expect((await ask(index, query)).status).toBe(400);
    for (const path of ['existing', 'counts', 'reopen'])
      expect((await service.rest('POST', `/inventory/${path}`, { body: { ids: [] } })).status).toBe(403);
  });
});

describe('books over REST', () => {
  it('come with their chapters', async () => {
    const { body } = await service.rest<{ book: object }>('GET', `/books/${id(0)}`);
    expect(body.book).toMatchObject({
      id: id(0),
      book_id: 'my-novel',
      version: 1,
      word_count: 4_005,
      chapter_count: 2,
      source_blob_ids: ['draft-1', 'expansion-2'],
      compile_config: { use_expanded: true, title: null, author: 'É. Ñandú' },
      stale: false,
      created_at: '2026-01-01T00:00:00.000Z',
      chapters,
    });
  });

  it('are exported as Markdown with a safe file name', async () => {
    const title = '../Größe: "一" 🦉\u202e.';
    const { id: book, contentHash } = await library.add('eve', { describe: () => ({ title, preview: '' }) });
    const { status, headers, body } = await service.rest<string>('GET', `/books/${book}/export`, as('eve'));
    expect(status).toBe(200);
    expect(body).toBe(fullText);
    expect(headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(headers.get('etag')).toBe(`"${contentHash}-markdown-1"`);
    const name = encodeURIComponent('Größe 一 🦉 (version 1).md').replace(/\(/g, '%28').replace(/\)/g, '%29');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="Gr_e _ _ (version 1).md"; filename*=UTF-8''${name}`,
    );
  });

  it('are not sent again to clients that have them', async () => {
    const { headers } = await service.rest('GET', `/books/${id(0)}/export?format=markdown`);
    const etag = headers.get('etag') ?? '';
    for (const known of [etag, `W/${etag}`, `"another", ${etag}`]) {
      const path = `/books/${id(0)}/export`;
      const again = await fetch(`${service.url}${path}`, {
        headers: { ...(await service.headers({}, { method: 'GET', path })), 'if-none-match': known },
      });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
  });

  it('have no export of another format', async () => {
    const answer = await service.rest<object>('GET', `/books/${id(0)}/export?format=docx`);
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'VALIDATION_FAILED', field: 'format' } },
    });
  });
});
