import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { serviceNames } from '../../../platform/config/config.ts';
import { sdlOf, startProcessor } from '../../../subgraphs/processors/supergraph.fixture.ts';
import { type System, startSystem } from '../../harness/system.ts';
import { type AnswerCheck, openAnswerCheck } from './openapi.fixture.ts';

/** Calls every operation of the OpenAPI document, and validates each answer. */

type Json = Record<string, unknown>;
interface Asked {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Default: that of the writer. */
  readonly token?: string;
}

const PATIENCE = { timeout: 120_000, interval: 100 };
const DRAFT = 'The owl had the night shift. Nobody else wanted it, and the mice were glad.';

let system: System;
let check: AnswerCheck;
let writer: string;
let operator: string;

beforeAll(async () => {
  system = await startSystem(inject('shape'), { services: serviceNames });
  check = await openAnswerCheck(system.urls.gateway);
  writer = await system.token('writer');
  operator = await system.token('operator', ['operator']);
});
afterAll(() => system?.stop());

/** Sends a request and validates its answer. @returns its JSON or text */
async function ask(method: string, path: string, { body, headers, token = writer }: Asked = {}) {
  const url = new URL(path, system.urls.gateway).href;
  const isFile = body instanceof Uint8Array;
  const answer = await fetch(url, {
    method,
    headers: {
      ...(isFile || token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined || isFile ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isFile ? Buffer.from(body) : JSON.stringify(body) }),
  });
  const [text, faults] = await Promise.all([
    answer.clone().text(),
    check.faults(method, url, answer.clone() as Response),
  ]);
  expect(faults).toEqual([]);
  const isJson = /[/+]json$/.test(answer.headers.get('content-type')?.split(';')[0] ?? '');
  return {
    status: answer.status,
    headers: answer.headers,
    json: (isJson && text ? JSON.parse(text) : {}) as Json,
    text,
  };
}

/** As {@link ask}, for requests that succeed. */
async function done(method: string, path: string, asked?: Asked) {
  const answer = await ask(method, path, asked);
  expect([method, path, answer.status < 400 ? 'done' : answer.text]).toEqual([method, path, 'done']);
  return answer;
}

const member = (json: Json, name: string): Json => json[name] as Json;
const idOf = (json: Json, name: string): string => String(member(json, name)['id']);

const draft = (chapter: number, content = DRAFT) => ({
  type: 'chapter_draft',
  schema_id: 'text-input-v1',
  data: { content: `${content} (${chapter})`, metadata: { book_id: 'my-novel', chapter_num: chapter } },
});

const until = (path: string, seen: (json: Json) => unknown) =>
  expect.poll(async () => seen((await done('GET', path)).json), PATIENCE);

const untilProcessed = (id: string) =>
  until(`/api/v1/blobs/${id}/processing`, (json) => member(json, 'processing')['state']).toBe('COMPLETED');

let drafts: string[];

it('blobs, as they are made, read, listed and kept', async () => {
  const made = [];
  for (const chapter of [1, 2])
    made.push(
      await done('POST', '/api/v1/blobs', {
        body: draft(chapter),
        headers: { 'idempotency-key': `"${chapter}"` },
      }),
    );
  drafts = made.map(({ json }) => idOf(json, 'blob'));
  for (const id of drafts) await untilProcessed(id);
  const [first = ''] = drafts;
  // What is made of its expansion still changes how it reads.
  const readTwice = async () => {
    const path = `/api/v1/blobs/${first}?include=content,derived.content`;
    const { headers } = await done('GET', path);
    return (await ask('GET', path, { headers: { 'if-none-match': headers.get('etag') ?? '' } })).status;
  };
  await expect.poll(readTwice, PATIENCE).toBe(304);
  await done('GET', `/api/v1/blobs/${first}/data`);
  expect((await done('GET', `/api/v1/blobs/${first}/text`)).text).toContain('night shift');
  await done('GET', `/api/v1/blobs/${first}/text`, { headers: { range: 'bytes=0-6' } });
  await ask('GET', `/api/v1/blobs/${first}/text`, { headers: { range: 'bytes=999999-' } });
  await done('GET', `/api/v1/blobs/${first}/lineage`);
  await done('POST', '/api/v1/blobs', {
    body: {
      type: 'message',
      schema_id: 'message-v1',
      data: { content: 'Hello', metadata: { conversation_id: 'talk' } },
    },
  });
  const note = { type: 'note', schema_id: 'note-v1', data: { content: 'Mind the mice.' } };
  await done('POST', '/api/v1/blobs/bulk', {
    body: { blobs: [note, { ...note, schema_id: 'none-v1' }], idempotency_key: 'many' },
  });
  const page = await done(
    'GET',
    '/api/v1/users/me/blobs?limit=1&include=content,derived.content,total_count,live_cursor',
  );
  await done('GET', `/api/v1/users/me/blobs?limit=1&cursor=${page.json['next_cursor']}`);
  await done('GET', '/api/v1/users/me');
  await done('GET', '/api/v1/users/me/export');
  await done('GET', '/api/v1/conversations');
  await done('POST', `/api/v1/blobs/${first}/processing/text-expansion/reprocess`);
  await untilProcessed(first);
  for (const action of ['retry', 'cancel'])
    expect((await ask('POST', `/api/v1/blobs/${first}/processing/text-expansion/${action}`)).status).toBe(
      409,
    );
});

it('what a client gets wrong', async () => {
  const wrong: readonly (readonly [string, string, Asked, number])[] = [
    ['POST', '/api/v1/blobs', { body: {} }, 400],
    ['POST', '/api/v1/blobs', { body: { ...draft(1), data: { content: 7 } } }, 422],
    ['POST', '/api/v1/blobs', { body: { ...draft(1), schema_id: 'none-v1' } }, 422],
    ['POST', '/api/v1/blobs', { body: draft(3), headers: { 'idempotency-key': '"1"' } }, 409],
    ['GET', '/api/v1/blobs/none', {}, 404],
    ['GET', '/api/v1/blobs/none', { token: '' }, 401],
    ['GET', '/api/v1/users/somebody/blobs', {}, 404],
    ['GET', '/api/v1/users/me/blobs?limit=0', {}, 400],
    ['GET', '/api/v1/users/me/blobs?cursor=none', {}, 400],
    ['GET', '/api/v1/dead-letters', {}, 403],
    // Its success does not end.
    ['GET', '/api/v1/events?after=none', {}, 400],
    ['GET', '/api/v1/books/none/events?after=none', {}, 400],
    ['GET', '/api/v1/processing/events?after=none', {}, 400],
    ['POST', '/api/v1/books/none/compile', {}, 404],
  ];
  for (const [method, path, asked, status] of wrong)
    expect([method, path, (await ask(method, path, asked)).status]).toEqual([method, path, status]);
});

it('books, what is made of them, and its files', async () => {
  await done('POST', '/api/v1/books', {
    body: { id: 'my-novel', title: 'My novel', chapters: [{ chapter_num: 1, title: 'One' }] },
  });
  await done('GET', '/api/v1/books');
  await done('PATCH', '/api/v1/books/my-novel', { body: { author: 'A. Writer' } });
  await done('PUT', '/api/v1/books/my-novel/chapters/3', { body: { title: 'Three' } });
  await done('DELETE', '/api/v1/books/my-novel/chapters/3');
  const [first, second] = [
    await done('POST', '/api/v1/books/my-novel/compile', { headers: { 'idempotency-key': '"one"' } }),
    await done('POST', '/api/v1/books/my-novel/compile', {
      body: { title: 'Again', idempotency_key: 'two' },
    }),
  ].map(({ json }) => idOf(json, 'compiled_book'));
  await done('GET', '/api/v1/books/my-novel?include=content');
  await done('GET', '/api/v1/books/my-novel/compiled?limit=1');
  await done('GET', `/api/v1/compiled-books/${first}/comparison?with=${second}`);
  const { json } = await done('POST', `/api/v1/compiled-books/${first}/exports`, {
    body: { format: 'MARKDOWN' },
  });
  const { url } = member(json, 'export') as { url: string };
  await expect.poll(async () => (await done('GET', url, { token: '' })).status, PATIENCE).toBe(200);
  await done('HEAD', url, { token: '' });
  await done('GET', url, { token: '', headers: { range: 'bytes=0-3' } });
  expect((await ask('GET', url.replace(/signature=./, 'signature='), { token: '' })).status).toBe(403);
  await done('GET', `/api/v1/processors/book-compiler/blobs/${first}`);
  await done('GET', `/api/v1/processors/book-compiler/blobs/${first}/artifacts/markdown`);
  const pitch = idOf((await done('POST', '/api/v1/pitches', { body: { book_id: 'my-novel' } })).json, 'blob');
  await untilProcessed(pitch);
  await done('GET', `/api/v1/blobs/${pitch}?include=content`);
  await done('POST', `/api/v1/pitches/${pitch}/exports`, { body: { format: 'MARKDOWN' } });
});

it('pictures', async () => {
  const background = { r: 200, g: 100, b: 50 };
  const bytes = await sharp({ create: { width: 64, height: 48, channels: 3, background } })
    .png()
    .toBuffer();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const about = { content_type: 'image/png', size_bytes: bytes.length, sha256, title: 'A cover' };
  const body = { file_name: 'cover.png', ...about, idempotency_key: 'cover' };
  const { upload } = (await done('POST', '/api/v1/uploads', { body })).json as {
    upload: { id: string; url: string; method: string; headers: { name: string; value: string }[] };
  };
  const headers = Object.fromEntries(upload.headers.map(({ name, value }) => [name, value]));
  await done(upload.method, upload.url, { body: bytes, headers });
  const id = idOf((await done('POST', `/api/v1/uploads/${upload.id}/complete`)).json, 'blob');
  await untilProcessed(id);
  const { json } = await done('GET', `/api/v1/blobs/${id}?include=derived.content`);
  const [asset] = member(json, 'blob')['derived'] as { content: { original: { url: string } } }[];
  const original = asset?.content.original.url ?? '';
  await done('GET', original, { token: '' });
  await done('HEAD', original, { token: '' });
  // The URL is for uploads only.
  for (const method of ['GET', 'HEAD'])
    expect((await ask(method, upload.url, { token: '' })).status).toBe(403);
});

it('direct reads, and the service itself', async () => {
  const [id = ''] = drafts;
  await done('GET', `/api/v1/processors/state/blobs/${id}`);
  await done('GET', '/api/v1/processors/text-expansion/users/writer/blobs?limit=1');
  await done('POST', '/api/v1/processors/state/blobs/batch', { body: { ids: [id, 'none'] } });
  await done('POST', '/api/v1/blobs/batch', { body: { blobs: [{ processor_id: 'state', id }] } });
  await done('GET', '/api/v1/route?schema_id=text-input-v1&event=blob.created');
  for (const path of ['openapi.json', 'errors', 'errors/NOT_FOUND'])
    await done('GET', `/api/v1/${path}`, { token: '' });
});

it('schemas', async () => {
  await done('GET', '/api/v1/schemas');
  await done('GET', '/api/v1/schemas/text-input-v1');
  await done('POST', '/api/v1/schemas/text-input-v1/validate', { body: { data: { content: 7 } } });
  const token = operator;
  const recipe = '/api/v1/schemas/recipe-v1';
  const definition = { type: 'object', properties: { title: { type: 'string', maxLength: 100 } } };
  const first = { id: 'recipe-v1', version: '1.0.0', definition };
  // The second time there is nothing to report.
  for (const _time of ['new', 'as it was']) await done('POST', '/api/v1/schemas', { body: first, token });
  const narrower = { ...definition, required: ['title'] };
  const { report } = (await done('POST', `${recipe}/check`, { body: { definition: narrower }, token })).json;
  expect(report).toMatchObject({ compatible: false, problems: [{ verdict: 'INCOMPATIBLE' }] });
  await done('GET', `${recipe}/versions/1.0.0`);
  const setMode = (compatibility: string) =>
    done('PUT', `${recipe}/compatibility`, { body: { compatibility }, token });
  expect((await setMode('FULL')).json).toMatchObject({ compatibility: 'FULL', schema: { id: 'recipe-v1' } });
  await done('POST', `${recipe}/versions/1.0.0/withdraw`, { token });
  expect((await setMode('NONE')).json).toMatchObject({ compatibility: 'NONE', schema: null });
  const check = '/api/v1/schemas/text-input-v1/stored-check';
  const sampled = await done('POST', check, { body: { sample: 1 }, token });
  expect(member(sampled.json, 'check')['checked']).toBe(1);
  await done('POST', check, {
    body: { definition: { ...definition, required: ['title'] }, all: true },
    token,
  });
  await expect
    .poll(async () => member((await done('GET', check, { token })).json, 'check')['complete'], PATIENCE)
    .toBe(true);
});

it('processors, their candidates and their parts of the graph', async () => {
  await done('GET', '/api/v1/processors');
  await done('GET', '/api/v1/processors/text-expansion');
  const token = operator;
  const sdl = sdlOf('Summary');
  const processor = await startProcessor(sdl);
  const declaration = {
    ...{ name: 'Summary', storage_type: 'POSTGRESQL', database_name: 'summary' },
    ...{ connection_string: 'postgres://127.0.0.1/summary', input_schema_ids: ['text-input-v1'] },
    ...{ output_schema_id: 'expanded-text-v1', graphql_type: 'Summary', base_url: processor.url },
    event_subscriptions: ['blob.created'],
  };
  const register = async (more: object) =>
    (await done('POST', '/api/v1/processors', { body: { id: 'summary', ...declaration, ...more }, token }))
      .json;
  const servedVersion = async () => {
    const { json } = await done('GET', '/api/v1/supergraph', { token });
    return Number(member(member(json, 'supergraph'), 'current')['version']);
  };
  const summary = (method: string, path: string, body: object = {}) =>
    done(method, `/api/v1/processors/summary${path}`, { body, token });

  const before = await servedVersion();
  const dryRun = { subgraph: { sdl, dry_run: true } };
  expect(await register(dryRun)).toMatchObject({ processor: null, supergraph: null });
  expect(await register({})).toMatchObject({ processor: { id: 'summary' }, supergraph: null });
  await register({ subgraph: { sdl } });
  const joined = await servedVersion();
  expect(joined).toBeGreaterThan(before);
  for (const version of ['2', '3']) {
    await summary('POST', '/canary', { ...declaration, version, share: 0.1 });
    await summary('PATCH', '/canary', { version, share: 0.5, users: ['writer'] });
    const ended = await summary('POST', `/canary/${version === '2' ? 'promote' : 'withdraw'}`, { version });
    expect(member(ended.json, 'processor')).toMatchObject({ version: '2', canary: null });
  }
  for (const to of [before, joined])
    await done('POST', '/api/v1/supergraph/rollback', { body: { to }, token });
  await summary('POST', '/withdraw-subgraph', { allow_breaking: [] });
  for (const action of ['pause', 'resume', 'retire']) await summary('POST', `/${action}`);
  processor.close();
});

it('what a processor makes anew', async () => {
  const token = operator;
  const expansion = '/api/v1/processors/text-expansion';
  await done('POST', `${expansion}/backfill`, { token });
  await done('GET', `${expansion}/backfill`, { token });
  const body = { filter: { book_id: 'my-novel' }, runs_per_minute: 1 };
  await done('POST', `${expansion}/reprocessing`, { body });
  await done('GET', `${expansion}/reprocessing`);
  const { json } = await done('POST', `${expansion}/reprocessing/cancel`);
  expect(member(json, 'reprocessing')['state']).toBe('CANCELLED');
  for (const id of drafts) await untilProcessed(id);
});

it('webhooks', async () => {
  const { json } = await done('POST', '/api/v1/webhooks', { body: { url: 'https://192.0.1.1/hook' } });
  const id = idOf(json, 'webhook');
  await done('GET', '/api/v1/webhooks');
  await done('GET', `/api/v1/webhooks/${id}`);
  await done('PATCH', `/api/v1/webhooks/${id}`, { body: { filter: { kinds: ['CREATED'] } } });
  for (const action of ['rotate-secret', 'pause', 'resume', 'replay', 'ping'])
    await done('POST', `/api/v1/webhooks/${id}/${action}`);
  await done('DELETE', `/api/v1/webhooks/${id}`);
  expect((await ask('GET', `/api/v1/webhooks/${id}`)).status).toBe(404);
});

it('what operators do', async () => {
  await done('GET', '/api/v1/dead-letters', { token: operator });
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/replay'],
  ])
    expect((await ask(`${method}`, `/api/v1/dead-letters/none${path}`, { token: operator })).status).toBe(
      404,
    );
  await done('POST', '/api/v1/reconciliations', { body: { repair: false }, token: operator });
  await done('DELETE', '/api/v1/books/my-novel?delete_drafts=false');
  await done('DELETE', `/api/v1/blobs/${drafts[1]}?cascade=true`);
  await done('POST', '/api/v1/erasures', { body: { user_id: 'nobody' }, token: operator });
  await done('GET', '/api/v1/erasures/nobody', { token: operator });
});

it('all operations were asked for, and but for those of failures each has succeeded', () => {
  const all = Object.entries(check.document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(all.filter((operation) => !check.seen.has(operation))).toEqual([]);
  expect(all.filter((operation) => !check.seen.get(operation)).sort()).toEqual([
    'DELETE /api/v1/dead-letters/{id}',
    'GET /api/v1/books/{book_id}/events',
    'GET /api/v1/dead-letters/{id}',
    'GET /api/v1/events',
    'GET /api/v1/files/{processor}/objects/{key}',
    'GET /api/v1/processing/events',
    'HEAD /api/v1/files/{processor}/objects/{key}',
    'POST /api/v1/blobs/{id}/processing/{processor_id}/cancel',
    'POST /api/v1/blobs/{id}/processing/{processor_id}/retry',
    'POST /api/v1/dead-letters/{id}/replay',
  ]);
});
