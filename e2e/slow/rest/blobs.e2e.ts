import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { path } from '../../../platform/ids/service-path.ts';
import type { GraphClient } from '../../harness/client.ts';
import { untilState } from '../../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../../harness/shared.ts';
import { askRest } from './rest.fixture.ts';

interface Blob {
  readonly id: string;
  readonly type: string;
  readonly processor: string;
  readonly data: unknown;
  readonly preview: string;
  readonly derived: readonly (Blob & { readonly content?: Readonly<Record<string, unknown>> | null })[];
}

interface Told {
  readonly blob: Blob;
  readonly blobs: readonly Blob[];
  readonly next_cursor: string | null;
  readonly code: string;
  readonly [member: string]: unknown;
}

let system: SharedSystem;
let alice: GraphClient;
let bob: GraphClient;

beforeAll(async () => {
  system = await sharedSystem();
  [alice, bob] = [await system.client('alice-blobs'), await system.client('bob-blobs')];
});
afterAll(() => system?.leave());

/** As {@link askRest}, with the members that blobs' answers have. */
async function rest(...asked: Parameters<typeof askRest>) {
  const { body, ...answer } = await askRest(...asked);
  return { ...answer, told: (body ?? {}) as Told };
}

const draft = (chapter: number, content = 'The rain had a plan. It told nobody.') => ({
  type: 'chapter_draft',
  schema_id: 'text-input-v1',
  data: { content, metadata: { book_id: 'novel', chapter_num: chapter } },
});

async function stored(
  client: GraphClient,
  body: object,
  headers: Record<string, string> = {},
): Promise<Blob> {
  const { status, told } = await rest(client, 'POST', '/api/v1/blobs', { body, headers });
  expect([status, told.code]).toEqual([201, undefined]);
  return told.blob;
}

/** A problem document without members that differ between requests. */
const sameFor = ({
  status,
  told: { instance, request_id, ...problem },
}: Awaited<ReturnType<typeof rest>>) => ({
  status,
  problem,
});

describe('blobs', () => {
  let first: Blob;

  beforeAll(async () => {
    first = await stored(alice, draft(1));
    await untilState(alice, first.id, 'COMPLETED');
  });

  it('are read with what was derived of them', async () => {
    const { told, headers } = await rest(
      alice,
      'GET',
      path`/api/v1/blobs/${first.id}?include=derived.content`,
    );
    expect(told.blob).toMatchObject({
      ...{ id: first.id, type: 'chapter_draft', processor: 'state', data: draft(1).data },
      derived: [{ processor: 'text-expansion', preview: expect.any(String) }],
    });
    const [expansion] = told.blob.derived;
    expect(expansion?.content).toMatchObject({
      graphql_type: 'ExpandedText',
      data: { original: draft(1).data.content, style_analysis: { vocabulary_level: expect.any(String) } },
    });
    expect(headers.get('cache-control')).toBe('private, no-cache');
    const own = await rest(alice, 'GET', path`/api/v1/blobs/${expansion?.id ?? ''}`);
    expect(own.told.blob).toMatchObject({ data: expansion?.content?.['data'], parent: { id: first.id } });
  });

  it('are listed in pages that lead on, by the conditions of the graph', async () => {
    await stored(alice, draft(2));
    await stored(alice, { type: 'note', schema_id: 'note-v1', data: { text: 'A note.' } });
    const ids: string[] = [];
    let next: string | undefined = '/api/v1/users/me/blobs?book_id=novel&processor_id=state&limit=1';
    while (next) {
      const { told, headers } = await rest(alice, 'GET', next);
      ids.push(...told.blobs.map(({ id }) => id));
      next = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
      expect(next !== undefined).toBe(told.next_cursor !== null);
    }
    expect([ids.length, ids[1]]).toEqual([2, first.id]);
    const derived = await rest(alice, 'GET', path`/api/v1/users/alice-blobs/blobs?parent_id=${first.id}`);
    expect(derived.told.blobs.map(({ processor }) => processor)).toEqual(['text-expansion']);
    const counted = await rest(
      alice,
      'GET',
      '/api/v1/users/me/blobs?type=note&include=total_count,live_cursor',
    );
    expect(counted.told).toMatchObject({
      ...{ total_count: 1, total_count_is_exact: true, live_cursor: expect.any(String) },
    });
  });

  it('stay as they were sent', async () => {
    const data =
      '{"text":"x","__proto__":{"camelCase":[1e2,-0.5,9007199254740991]},"schemaId":null,"constructor":{"a":"\\u2028"}}';
    const { told } = await rest(alice, 'POST', '/api/v1/blobs', {
      body: `{"type":"note","schema_id":"note-v1","data":${data}}`,
    });
    const kept = await rest(alice, 'GET', path`/api/v1/blobs/${told.blob.id}/data`);
    expect(kept.text).toBe(JSON.stringify(JSON.parse(data)));
    expect(kept.headers.get('cache-control')).toContain('immutable');
    const etag = kept.headers.get('etag') ?? '';
    const headers = { 'if-none-match': etag };
    expect((await rest(alice, 'GET', path`/api/v1/blobs/${told.blob.id}/data`, { headers })).status).toBe(
      304,
    );
    const missing = await rest(bob, 'GET', '/api/v1/blobs/none/data', { headers });
    const foreign = await rest(bob, 'GET', path`/api/v1/blobs/${told.blob.id}/data`, { headers });
    expect(sameFor(foreign)).toEqual(sameFor(missing));
    expect(foreign.status).toBe(404);
  });

  it('are stored once for a key, in the header or the body', async () => {
    const body = { type: 'note', schema_id: 'note-v1', data: { text: 'Once.' } };
    const headers = { 'idempotency-key': '"once, and for all"' };
    const one = await stored(alice, body, headers);
    expect((await stored(alice, body, headers)).id).toBe(one.id);
    expect((await stored(alice, { ...body, idempotency_key: 'once, and for all' })).id).toBe(one.id);
    const other = await rest(alice, 'POST', '/api/v1/blobs', { body: { ...body, title: 'Other' }, headers });
    expect([other.status, other.told]).toMatchObject([
      409,
      { code: 'IDEMPOTENCY_CONFLICT', field: 'idempotency_key' },
    ]);
    expect((await stored(bob, body, headers)).id).not.toBe(one.id);
  });

  it('are stored many at once, each with a result of its own', async () => {
    const note = (text: string) => ({ type: 'note', schema_id: 'note-v1', data: { text } });
    const blank = { type: 'text', schema_id: 'text-input-v1', data: { content: ' ' } };
    const body = { blobs: [note('One.'), { ...note('Two.'), schema_id: 'none-v1' }, note('Three.'), blank] };
    const headers = { 'idempotency-key': '"many"' };
    interface Results {
      readonly results: readonly { readonly blob: Blob | null; readonly user_errors: readonly object[] }[];
    }
    const store = () => rest(alice, 'POST', '/api/v1/blobs/bulk', { body, headers });
    const first = await store();
    expect(first.status).toBe(200);
    const { results } = first.told as unknown as Results;
    expect(results).toMatchObject([
      { index: 0, blob: { type: 'note', processor: 'state' }, user_errors: [] },
      { index: 1, blob: null, user_errors: [{ code: 'SCHEMA_UNKNOWN', field: 'schema_id' }] },
      { index: 2, blob: { type: 'note' }, user_errors: [] },
      { index: 3, blob: null, user_errors: [{ code: 'SCHEMA_VIOLATION', field: 'data.content' }] },
    ]);
    const again = (await store()).told as unknown as Results;
    expect(again.results.map(({ blob }) => blob?.id)).toEqual(results.map(({ blob }) => blob?.id));
    const many = { blobs: Array.from({ length: 1_001 }, () => note('x')) };
    const refused = await rest(alice, 'POST', '/api/v1/blobs/bulk', { body: many });
    expect([refused.status, refused.told]).toMatchObject([
      400,
      { code: 'VALIDATION_FAILED', field: 'blobs' },
    ]);
  });

  it('that do not fit are refused by the field’s name in REST', async () => {
    const refused = async (body: object) => {
      const { status, told } = await rest(alice, 'POST', '/api/v1/blobs', { body });
      return [status, told.code, told['field']];
    };
    const note = { type: 'note', schema_id: 'note-v1', data: { text: 'x' } };
    expect(await refused({ ...note, schema_id: 'none-v1' })).toEqual([422, 'SCHEMA_UNKNOWN', 'schema_id']);
    expect(await refused({ ...note, conversation_id: 'a\nb' })).toEqual([
      400,
      'VALIDATION_FAILED',
      'conversation_id',
    ]);
    const chapter = { ...draft(1), data: { content: 'x', metadata: { book_id: 'novel', chapter_num: 0 } } };
    const [status, code, field] = await refused(chapter);
    expect([status, code, field]).toEqual([422, 'SCHEMA_VIOLATION', 'data.metadata.chapter_num']);
    expect(await refused({ ...note, data: { text: 'a\u0000b' } })).toEqual([
      422,
      'TEXT_MALFORMED',
      'data.text',
    ]);
  });

  it('of another user look missing, whatever the parameters', async () => {
    // Routes without parameters are tried by routes.e2e.ts.
    for (const [method, route] of [
      ['GET', '?include=content,derived.content'],
      ['DELETE', '?cascade=true'],
    ] as const) {
      const foreign = await rest(bob, method, `/api/v1/blobs/${first.id}${route}`);
      const none = await rest(bob, method, `/api/v1/blobs/018f3a4e-7d2c-7b11-9c55-2f1e6a0b4c3d${route}`);
      expect([foreign.status, sameFor(foreign)]).toEqual([404, sameFor(none)]);
    }
    const users = await Promise.all(
      ['alice-blobs', 'nobody', '~..', 'me%2falice-blobs', 'ME'].map((id) =>
        rest(bob, 'GET', `/api/v1/users/${id}/blobs`),
      ),
    );
    expect(new Set(users.map((each) => JSON.stringify(sameFor(each)))).size).toBe(1);
    expect(users[0]?.status).toBe(404);
    const mine = await rest(alice, 'GET', '/api/v1/users/me/blobs?limit=1');
    const { next_cursor: cursor } = mine.told;
    const page = await rest(
      bob,
      'GET',
      path`/api/v1/users/me/blobs?cursor=${cursor ?? ''}&parent_id=${first.id}`,
    );
    expect(page.told.blobs).toEqual([]);
  });

  it('go, with what was made of them alone', async () => {
    const doomed = await stored(alice, draft(3));
    await untilState(alice, doomed.id, 'COMPLETED');
    const { told } = await rest(alice, 'GET', path`/api/v1/blobs/${doomed.id}`);
    const deleted = await rest(alice, 'DELETE', path`/api/v1/blobs/${doomed.id}?cascade=false`);
    expect([deleted.status, deleted.told]).toEqual([
      200,
      { deleted_ids: [doomed.id, told.blob.derived[0]?.id], stale_ids: [] },
    ]);
    expect((await rest(alice, 'GET', path`/api/v1/blobs/${doomed.id}`)).status).toBe(404);
    expect((await rest(alice, 'DELETE', path`/api/v1/blobs/${doomed.id}`)).status).toBe(200);
  });
});

it('answers are told alike at the same time to two users who ask for their own', async () => {
  const [a, b] = [
    await stored(alice, { type: 'note', schema_id: 'note-v1', data: { text: 'of alice' } }),
    await stored(bob, { type: 'note', schema_id: 'note-v1', data: { text: 'of bob' } }),
  ];
  const pages = await Promise.all(
    Array.from({ length: 20 }, (_, index) => {
      const client = index % 2 === 0 ? alice : bob;
      return rest(client, 'GET', '/api/v1/users/me/blobs?type=note&limit=1');
    }),
  );
  for (const [index, { told }] of pages.entries())
    expect(told.blobs.map(({ id }) => id)).toEqual([index % 2 === 0 ? a.id : b.id]);
});
