import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { path } from '../../../platform/ids/service-path.ts';
import type { GraphClient } from '../../harness/client.ts';
import { callAs } from '../../harness/identity.ts';
import { compileBook, createDraft, untilState } from '../../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../../harness/shared.ts';

interface Document {
  readonly id: string;
  readonly user_id: string;
  readonly data?: unknown;
}

let system: SharedSystem;
let alice: GraphClient;
let bob: GraphClient;
let draft: string;
let expansion: string;
let book: string;

const EXPANDED = `query ($id: ID!) { blob(id: $id) { derived { nodes { id processorId } } } }`;

beforeAll(async () => {
  system = await sharedSystem();
  [alice, bob] = [await system.client('alice-reads'), await system.client('bob-reads')];
  draft = await createDraft(alice, { book: 'novel', chapter: 1, content: 'The rain had a plan.' });
  await untilState(alice, draft, 'COMPLETED');
  type Derived = { blob: { derived: { nodes: { id: string; processorId: string }[] } } };
  const { blob } = await alice.query<Derived>(EXPANDED, { id: draft });
  expansion = blob.derived.nodes.find(({ processorId }) => processorId === 'text-expansion')?.id ?? '';
  book = (await compileBook(alice, { bookId: 'novel' })).compiledBook?.id ?? '';
});
afterAll(() => system?.leave());

async function ask(client: GraphClient, route: string, init: RequestInit = {}) {
  const answer = await fetch(`${system.urls.gateway}${route}`, {
    ...init,
    headers: {
      authorization: `Bearer ${client.token}`,
      ...(init.body ? { 'content-type': 'application/json' } : {}),
      ...init.headers,
    },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: (text ? JSON.parse(text) : null) as never };
}

const post = (client: GraphClient, route: string, body: object) =>
  ask(client, route, { method: 'POST', body: JSON.stringify(body) });

const at = (processor: string, rest: string): string => `/api/v1/processors/${processor}${rest}`;
/** A problem document without the request's id and path. */
const problemIn = ({ body }: { body: never }) => {
  const { instance, request_id, ...problem } = body as Record<string, unknown>;
  return problem;
};
const codeOf = (answer: { body: never }) => problemIn(answer)['code'];

describe('through the gateway', () => {
  it('each of the user’s blobs is read from its owner, and looks missing to others', async () => {
    for (const [processor, id] of [
      ['state', draft],
      ['text-expansion', expansion],
      ['book-compiler', book],
    ] as const) {
      const { status, body } = await ask(alice, at(processor, path`/blobs/${id}`));
      expect([status, (body as { blob: Document }).blob]).toMatchObject([
        200,
        { id, user_id: 'alice-reads' },
      ]);
      const foreign = await ask(bob, at(processor, path`/blobs/${id}`));
      const missing = await ask(bob, at(processor, '/blobs/nothing'));
      expect([foreign.status, codeOf(foreign)]).toEqual([404, 'BLOB_NOT_FOUND']);
      expect(problemIn(foreign)).toEqual(problemIn(missing));
    }
  });

  it('lists are the user’s own, in pages', async () => {
    const list = async (client: GraphClient, rest: string) =>
      (await ask(client, at('text-expansion', rest))).body as { blobs: Document[]; next: string | null };
    const { blobs, next } = await list(alice, '/users/alice-reads/blobs?since=2020-01-01T00:00:00Z&limit=1');
    expect([blobs.map(({ id }) => id), next]).toEqual([[expansion], null]);
    expect((await list(bob, '/users/bob-reads/blobs')).blobs).toEqual([]);
    expect(codeOf(await ask(bob, at('text-expansion', '/users/alice-reads/blobs')))).toBe('NOT_FOUND');
    const wrong = await ask(alice, at('text-expansion', '/users/alice-reads/blobs?since=yesterday'));
    expect([wrong.status, problemIn(wrong)]).toMatchObject([400, { field: 'since' }]);
  });

  it('batches are of one owner, or of several at once', async () => {
    const one = await post(alice, at('text-expansion', '/blobs/batch'), { ids: [expansion, book, '../x'] });
    expect((one.body as { blobs: Document[] }).blobs.map(({ id }) => id)).toEqual([expansion]);
    const blobs = [
      { processor_id: 'book-compiler', id: book },
      { processor_id: 'state', id: draft },
      { processor_id: 'text-expansion', id: expansion },
      { processor_id: 'nobody', id: draft },
    ];
    const several = (await post(alice, '/api/v1/blobs/batch', { blobs })).body as {
      blobs: { blob: Document }[];
      errors: { processor_id: string; error: { code: string } }[];
    };
    expect(several.blobs.map(({ blob }) => blob.id)).toEqual([book, draft, expansion]);
    expect(several.errors).toMatchObject([{ processor_id: 'nobody', error: { code: 'PROCESSOR_UNKNOWN' } }]);
    expect((await post(bob, '/api/v1/blobs/batch', { blobs })).body).toMatchObject({ blobs: [] });
  });

  it('an artifact is a file that browsers keep for the user alone', async () => {
    const file = at('book-compiler', path`/blobs/${book}/artifacts/markdown`);
    const headers = { authorization: `Bearer ${alice.token}` };
    const first = await fetch(`${system.urls.gateway}${file}`, { headers });
    expect(await first.text()).toContain('novel');
    expect(first.headers.get('cache-control')).toContain('private');
    const etag = first.headers.get('etag') ?? '';
    const again = await fetch(`${system.urls.gateway}${file}`, {
      headers: { ...headers, 'if-none-match': etag },
    });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    expect((await ask(bob, file)).status).toBe(404);
  });

  it('who takes what is told, and where they answer is not', async () => {
    const { body } = await ask(alice, '/api/v1/route?schema_id=text-input-v1&event=blob.created');
    const takers = (body as { takers: { id: string; base_url?: string }[] }).takers;
    expect(takers.map(({ id }) => id)).toContain('text-expansion');
    expect(takers.every(({ base_url }) => base_url === undefined)).toBe(true);
    expect((await fetch(`${system.urls.gateway}/api/v1/route?schema_id=x`)).status).toBe(401);
  });
});

it('the registry reads the same, for the gateway’s users', async () => {
  const read = (userId: string) =>
    callAs(system, {
      ...{ as: 'gateway', to: 'processors', userId },
      path: { path: at('text-expansion', `/blobs/${expansion}`), template: at(':', '/blobs/:') },
    });
  const answer = await read('alice-reads');
  expect([answer.status, ((await answer.json()) as { blob: Document }).blob.id]).toEqual([200, expansion]);
  expect((await read('bob-reads')).status).toBe(404);
});
