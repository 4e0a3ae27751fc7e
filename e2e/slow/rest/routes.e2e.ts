import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Route } from '../../../gateway/rest/routes/route.ts';
import { restRoutes } from '../../../gateway/rest/routes/routes.ts';
import type { GraphClient } from '../../harness/client.ts';
import { createDraft, untilState } from '../../harness/operations.ts';
import { mainJob, type System, startSystem } from '../../harness/system.ts';
import { askRest, type RestAnswer } from './rest.fixture.ts';

let system: System;
let alice: GraphClient;
let bob: GraphClient;
let operator: Pick<GraphClient, 'gateway' | 'token'>;

type Who = Pick<GraphClient, 'gateway' | 'token'>;
const ask = (who: Who, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  askRest(who, method, path, { body, headers });

/** Ids of Alice's things, by the first segment of their paths. */
const hers: Record<string, string> = {};

beforeAll(async () => {
  const services = [...mainJob, 'pitch-builder', 'image-processor'] as const;
  // Nothing listens there.
  const environment = { WEBHOOK_HOSTS: '127.0.0.1:9' };
  system = await startSystem(inject('shape'), { services, environment });
  [alice, bob] = [await system.client('alice'), await system.client('bob')];
  operator = { gateway: system.urls.gateway, token: await system.token('olga', ['operator']) };
});
afterAll(() => system?.stop());

const picture = Buffer.from('no picture yet');
const upload = {
  file_name: 'cover.png',
  content_type: 'image/png',
  size_bytes: picture.length,
  sha256: createHash('sha256').update(picture).digest('hex'),
  title: 'The cover',
  idempotency_key: 'cover-1',
};

describe('a user’s work by REST alone', () => {
  it('makes a book of chapters, and changes it', async () => {
    const made = await ask(alice, 'POST', '/api/v1/books', {
      id: 'novel/1',
      title: 'The Novel',
      chapters: [{ chapter_num: 1, title: 'One' }],
    });
    expect([made.status, made.headers.get('location')]).toEqual([201, '/api/v1/books/novel%2F1']);
    const book = made.headers.get('location') ?? '';
    hers['books'] = 'novel/1';
    expect((await ask(alice, 'PUT', `${book}/chapters/2`, { title: 'Two' })).body.book.chapters).toHaveLength(
      2,
    );
    expect((await ask(alice, 'PUT', `${book}/chapters/2`, { position: 1 })).body.book.chapters[0].title).toBe(
      'Two',
    );
    expect((await ask(alice, 'DELETE', `${book}/chapters/2`)).body.book.chapters).toHaveLength(1);
    const changed = await ask(alice, 'PATCH', book, { author: 'A. Writer', language: 'en' });
    expect(changed.body.book).toMatchObject({ title: 'The Novel', author: 'A. Writer', language: 'en' });
    expect((await ask(alice, 'GET', '/api/v1/books')).body.books).toMatchObject([{ id: 'novel/1' }]);
    for (const chapter of ['0', '0x1', '1e2', 'one', '100001'])
      expect((await ask(alice, 'PUT', `${book}/chapters/${chapter}`, {})).body).toMatchObject({
        ...{ status: 400, code: 'VALIDATION_FAILED', field: 'chapter_num' },
      });
  });

  it('compiles, compares, exports and pitches', async () => {
    const draft = await createDraft(alice, { book: 'novel/1', chapter: 1, content: 'The rain had a plan.' });
    hers['blobs'] = draft;
    await untilState(alice, draft, 'COMPLETED');
    const book = '/api/v1/books/novel%2F1';
    const compile = (body: unknown, key: string) =>
      ask(alice, 'POST', `${book}/compile`, body, { 'idempotency-key': `"${key}"` });
    const [first, again] = [await compile(undefined, 'v1'), await compile({}, 'v1')];
    expect([first.status, first.body.compiled_book.version]).toEqual([201, 1]);
    expect(again.body.compiled_book.id).toBe(first.body.compiled_book.id);
    expect((await compile({ title: 'Other' }, 'v1')).body).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      status: 409,
    });
    const second = await compile({ use_expanded: false }, 'v2');
    const { id } = first.body.compiled_book;
    hers['compiled-books'] = id;
    const versions = await ask(alice, 'GET', `${book}/compiled?limit=1`);
    expect(versions.body).toMatchObject({ compiled: [{ data: { version: 2 } }], total_count: 2 });
    expect(versions.headers.get('link')).toMatch(
      /^<\/api\/v1\/books\/novel%2F1\/compiled\?limit=1&cursor=[^>]+>; rel="next"$/,
    );
    const next = `${book}/compiled?limit=1&cursor=${versions.body.next_cursor}`;
    expect((await ask(alice, 'GET', next)).body).toMatchObject({
      compiled: [{ data: { version: 1 } }],
      next_cursor: null,
    });
    const compared = `/api/v1/compiled-books/${id}/comparison?with=${second.body.compiled_book.id}`;
    expect((await ask(alice, 'GET', compared)).body.comparison).toMatchObject({ version_a: 1, version_b: 2 });
    const exported = await ask(alice, 'POST', `/api/v1/compiled-books/${id}/exports`, { format: 'HTML' });
    expect([exported.status, exported.body.export.format]).toEqual([202, 'HTML']);
    const file = await fetch(`${system.urls.gateway}${exported.body.export.url}`);
    expect([file.status, await file.text()]).toEqual([200, expect.stringContaining('The rain had a plan.')]);
    const pitch = await ask(alice, 'POST', '/api/v1/pitches', { book_id: 'novel/1' });
    expect(pitch.status).toBe(202);
    hers['pitches'] = pitch.body.blob.id;
    await untilState(alice, pitch.body.blob.id, 'COMPLETED');
    const slides = await ask(alice, 'POST', `/api/v1/pitches/${pitch.body.blob.id}/exports`, {
      format: 'DECK',
    });
    expect([slides.status, slides.body.export.format]).toEqual([202, 'DECK']);
  });

  it('looks at processing and lineage, and starts it anew', async () => {
    const blob = `/api/v1/blobs/${hers['blobs']}`;
    expect((await ask(alice, 'GET', `${blob}/processing`)).body.processing).toMatchObject({
      state: 'COMPLETED',
    });
    const { lineage } = (await ask(alice, 'GET', `${blob}/lineage?depth=1`)).body;
    expect(lineage.nodes[0].id).toBe(hers['blobs']);
    expect(lineage.edges.every((edge: { parent_id: string }) => edge.parent_id === hers['blobs'])).toBe(true);
    const run = `${blob}/processing/text-expansion`;
    expect((await ask(alice, 'POST', `${run}/retry`)).body).toMatchObject({
      status: 409,
      code: 'RUN_NOT_FAILED',
    });
    expect((await ask(alice, 'POST', `${run}/cancel`)).body).toMatchObject({
      status: 409,
      code: 'RUN_NOT_UNDER_WAY',
    });
    expect((await ask(alice, 'POST', `${run}/reprocess`)).status).toBe(202);
    await untilState(alice, hers['blobs'] ?? '', 'COMPLETED');
  });

  it('announces an upload, which is the same however often it is', async () => {
    const [first, again] = [
      await ask(alice, 'POST', '/api/v1/uploads', upload),
      await ask(alice, 'POST', '/api/v1/uploads', upload),
    ];
    expect([first.status, first.body.upload.method]).toEqual([201, 'PUT']);
    expect(again.body.upload.id).toBe(first.body.upload.id);
    hers['uploads'] = first.body.upload.id;
    const early = await ask(alice, 'POST', `/api/v1/uploads/${hers['uploads']}/complete`);
    expect(early.body).toMatchObject({ status: 409, code: 'UPLOAD_INCOMPLETE' });
  });

  it('has changes sent to a server', async () => {
    const hook = { url: 'http://127.0.0.1:9/hook', description: 'hers' };
    const made = await ask(alice, 'POST', '/api/v1/webhooks', hook);
    hers['webhooks'] = made.body.webhook.id;
    expect([made.status, made.headers.get('location')]).toEqual([
      201,
      `/api/v1/webhooks/${hers['webhooks']}`,
    ]);
    expect(made.body.secret).toMatch(/^whsec_/);
    expect((await ask(alice, 'GET', '/api/v1/webhooks')).body.webhooks).toMatchObject([{ url: hook.url }]);
    expect((await ask(bob, 'GET', '/api/v1/webhooks')).body.webhooks).toEqual([]);
  });

  it('reads schemas, processors and itself', async () => {
    const { schemas } = (await ask(alice, 'GET', '/api/v1/schemas')).body;
    expect(schemas.map(({ id }: { id: string }) => id)).toContain('text-input-v1');
    expect((await ask(alice, 'GET', '/api/v1/schemas/text-input-v1')).body.schema.versions).toEqual([
      '1.0.0',
    ]);
    expect((await ask(alice, 'GET', '/api/v1/schemas/text-input-v1/versions/1.0.0')).status).toBe(200);
    const validate = (body: unknown) => ask(alice, 'POST', '/api/v1/schemas/text-input-v1/validate', body);
    expect((await validate({ data: { content: 'x' } })).body.validation).toMatchObject({
      valid: true,
      violations: [],
    });
    expect((await validate({ data: { content: ' ' } })).body.validation).toMatchObject({
      ...{ valid: false, violations: [{ field: 'data.content' }] },
    });
    expect((await validate({ data: 1, schema_version: '7.0.0' })).body).toMatchObject({
      ...{ status: 422, code: 'SCHEMA_UNKNOWN', field: 'schema_version' },
    });
    const { processors } = (await ask(alice, 'GET', '/api/v1/processors')).body;
    expect(processors.map(({ id }: { id: string }) => id)).toContain('text-expansion');
    expect(JSON.stringify(processors)).not.toContain('connection');
    expect((await ask(alice, 'GET', '/api/v1/processors/text-expansion')).body.processor.status).toBe(
      'ACTIVE',
    );
    expect((await ask(alice, 'GET', '/api/v1/processors/nobody')).body).toMatchObject({
      code: 'PROCESSOR_UNKNOWN',
    });
    for (const who of ['me', 'alice'])
      expect((await ask(alice, 'GET', `/api/v1/users/${who}`)).body.user).toMatchObject({ id: 'alice' });
    expect((await ask(alice, 'GET', '/api/v1/conversations')).body).toEqual({ conversations: [] });
  });
});

/** Valid bodies, by route. */
const bodies: Readonly<Record<string, unknown>> = {
  updateBook: { title: 'Mine' },
  putChapter: { title: 'Mine' },
  exportBook: { format: 'HTML' },
  exportPitch: { format: 'DECK' },
  updateWebhook: { description: 'Mine' },
};
const queries: Readonly<Record<string, string>> = { compareVersions: '?with=nothing' };

const OWNED = ['blobs', 'books', 'compiled-books', 'pitches', 'uploads', 'users', 'webhooks'];
const placeOf = ({ path }: Route): string => path.split('/')[3] ?? '';
/** Streams of what is not there, or another's, are silent: `transports.e2e.ts` has those. */
const isOfSomebody = (route: Route): boolean =>
  OWNED.includes(placeOf(route)) && route.path.includes(':') && !route.stream;

/** The path of a route for a given id. */
const addressOf = ({ path, name }: Route, id: string): string =>
  path
    .replace(/:(?:user_)?id(?=\/|$)/, encodeURIComponent(id))
    .replace(':processor_id', 'text-expansion')
    .replace(':chapter_num', '1') + (queries[name] ?? '');

/** An answer without parts that differ between requests. */
const told = ({ status, headers, body }: RestAnswer, id: string) => {
  const { instance: _, request_id: __, ...problem } = body ?? {};
  return { status, type: headers.get('content-type'), problem: JSON.stringify(problem).replaceAll(id, 'ID') };
};

describe('what is another user’s', () => {
  it.each(restRoutes.filter(isOfSomebody).map((route) => [`${route.method} ${route.path}`, route] as const))(
    'is missing at %s',
    async (_name, route) => {
      const place = placeOf(route);
      const id = place === 'users' ? 'alice' : (hers[place] ?? '');
      expect(id).not.toBe('');
      const missing =
        place === 'users' ? 'nobody' : place === 'books' ? 'none' : '018f3a4e-7d2c-7b11-9c55-2f1e6a0b4c3d';
      const body = bodies[route.name] ?? (route.body ? {} : undefined);
      const foreign = await ask(bob, route.method, addressOf(route, id), body);
      const unknown = await ask(bob, route.method, addressOf(route, missing), body);
      expect(foreign.status).toBe(404);
      expect(told(foreign, id)).toEqual(told(unknown, missing));
    },
  );

  it('is there still, as it was', async () => {
    const book = await ask(alice, 'GET', '/api/v1/books/novel%2F1');
    expect(book.body.book).toMatchObject({
      title: 'The Novel',
      chapters: [{ chapter_num: 1, draft: { id: hers['blobs'] } }],
    });
    expect(book.body.book.compiled).toHaveLength(2);
    expect((await ask(bob, 'GET', '/api/v1/users/me')).body.user.state.total_blobs).toBe(0);
    expect((await ask(bob, 'GET', '/api/v1/books')).body.books).toEqual([]);
    expect((await ask(alice, 'GET', `/api/v1/webhooks/${hers['webhooks']}`)).body.webhook).toMatchObject({
      ...{ description: 'hers', state: 'ACTIVE' },
    });
  });
});

const forOperators = (route: Route): boolean => /For operators/.test(route.summary);

describe('operators’ work', () => {
  it.each(restRoutes.filter(forOperators).map((route) => [`${route.method} ${route.path}`, route] as const))(
    'is refused to a user: %s',
    async (_name, route) => {
      const declaration = {
        ...{ name: 'X', storage_type: 'REDIS', connection_string: 'x', database_name: 'x' },
        ...{ output_schema_id: 'x-v1', graphql_type: 'X', base_url: 'http://127.0.0.1:9' },
      };
      const bodyOf: Readonly<Record<string, unknown>> = {
        eraseUser: { user_id: 'alice' },
        rollbackSupergraph: { to: 1 },
        registerSchema: { id: 'x-v1', version: '1.0.0', definition: {} },
        checkSchema: { definition: {} },
        setSchemaCompatibility: { compatibility: 'NONE' },
        registerProcessor: { id: 'x', ...declaration },
        registerCandidate: { version: '2', ...declaration },
        changeCanary: { version: '2', share: 1 },
        promoteCanary: { version: '2' },
        withdrawCanary: { version: '2' },
      };
      const path = route.path.replaceAll(/:\w+/g, 'text-expansion');
      const answer = await ask(
        alice,
        route.method,
        path,
        bodyOf[route.name] ?? (route.body ? {} : undefined),
      );
      expect([answer.status, answer.body.code]).toEqual([403, 'FORBIDDEN']);
    },
  );

  it('is done for operators', async () => {
    const schema = { id: 'thing-v1', version: '1.0.0', definition: { type: 'object' } };
    const registered = await ask(operator, 'POST', '/api/v1/schemas', schema);
    expect([registered.status, registered.headers.get('location')]).toEqual([
      ...[201, '/api/v1/schemas/thing-v1/versions/1.0.0'],
    ]);
    const withdrawn = await ask(operator, 'POST', '/api/v1/schemas/thing-v1/versions/1.0.0/withdraw');
    expect(withdrawn.body.schema.withdrawn_at).toEqual(expect.any(String));
    const paused = await ask(operator, 'POST', '/api/v1/processors/text-expansion/pause', { reason: 'Tea.' });
    expect(paused.body.processor).toMatchObject({ status: 'PAUSED', status_reason: 'Tea.' });
    const resumed = await ask(operator, 'POST', '/api/v1/processors/text-expansion/resume');
    expect(resumed.body.processor.status).toBe('ACTIVE');
    const backfill = await ask(operator, 'POST', '/api/v1/processors/text-expansion/backfill');
    expect(backfill.status).toBe(202);
    expect((await ask(operator, 'GET', '/api/v1/processors/text-expansion/backfill')).status).toBe(200);
    expect((await ask(operator, 'GET', '/api/v1/dead-letters')).body).toEqual({
      dead_letters: [],
      next_cursor: null,
    });
    for (const [method, rest] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/replay'],
    ] as const)
      expect((await ask(operator, method, `/api/v1/dead-letters/none${rest}`)).status).toBe(404);
    const erased = await ask(operator, 'POST', '/api/v1/erasures', { user_id: 'bob' });
    expect([erased.status, erased.headers.get('location')]).toEqual([202, '/api/v1/erasures/bob']);
    expect((await ask(operator, 'GET', '/api/v1/erasures/bob')).body.erasure.user_id).toBe('bob');
  });
});

it('deletes what it made', async () => {
  const blob = await ask(alice, 'DELETE', `/api/v1/blobs/${hers['blobs']}`);
  expect(blob.body.deleted_ids[0]).toBe(hers['blobs']);
  expect(blob.body.deleted_ids).toContain(hers['compiled-books']);
  const book = await ask(alice, 'DELETE', '/api/v1/books/novel%2F1?delete_drafts=true');
  expect([book.status, book.body.book_id]).toEqual([200, 'novel/1']);
  expect((await ask(alice, 'GET', '/api/v1/books/novel%2F1')).body).toMatchObject({ code: 'BOOK_NOT_FOUND' });
});
