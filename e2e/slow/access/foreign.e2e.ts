import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { path } from '../../../platform/ids/service-path.ts';
import type { GraphClient } from '../../harness/client.ts';
import { compileBook, createBlob, createDraft, untilState } from '../../harness/operations.ts';
import { type System, startSystem } from '../../harness/system.ts';
import { type Kind, paths, questions } from './foreign.fixture.ts';

/**
 * Blobs of another user are answered like missing ones on every surface: with the same status, headers and words, and
 * after as many requests between services. Times are not compared, as they vary on a busy machine.
 */

/** Services whose requests are counted. The registry is left out: all services call it now and then. */
const ASKED = ['state', 'text-expansion', 'book-compiler'] as const;

let system: System;
let alice: GraphClient;
let bob: GraphClient;
/** Alice's ids by kind. */
const ids: Record<Kind, string> = {
  draft: '',
  expansion: '',
  compiled: '',
  book: 'alices-novel',
  conversation: 'alices-talk',
};
const nothing = { ...ids };

beforeAll(async () => {
  system = await startSystem(inject('shape'), { intercept: ASKED });
  [alice, bob] = [await system.client('alice'), await system.client('bob')];
  ids.draft = await createDraft(alice, { book: ids.book, chapter: 1, content: 'The rain had a plan.' });
  await untilState(alice, ids.draft, 'COMPLETED');
  const data = { content: 'Good day', metadata: { conversation_id: ids.conversation } };
  await createBlob(alice, { type: 'message', schemaId: 'text-input-v1', data });
  const { blob } = await alice.query<{ blob: { derived: { nodes: { id: string }[] } } }>(
    'query ($id: ID!) { blob(id: $id) { derived(processorId: "text-expansion") { nodes { id } } } }',
    { id: ids.draft },
  );
  ids.expansion = blob.derived.nodes[0]?.id ?? '';
  ids.compiled = (await compileBook(alice, { bookId: ids.book })).compiledBook?.id ?? '';
  const other = (id: string) => id.replaceAll(/[a-z\d]/g, (letter) => (letter === 'f' ? 'e' : 'f'));
  Object.assign(nothing, {
    draft: sameForm(ids.draft),
    expansion: other(ids.expansion),
    compiled: sameForm(ids.compiled),
    book: 'nobodys-novel',
    conversation: 'nobodys-talk',
  });
});
afterAll(() => system?.stop());

/** An unknown id of the same length and characters. */
function sameForm(id: string): string {
  const digits = randomUUID().replaceAll('-', '').repeat(4);
  let at = 0;
  return id.replaceAll(/[\da-f]/g, () => digits[at++ % digits.length] ?? '0');
}

/** Headers that differ between requests. */
const OWN = ['date', 'x-request-id', 'ratelimit', 'content-length', 'etag'];

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer without parts that differ between requests, and with its ids as `*`. */
function withoutOwn(text: string, named: readonly string[]): string {
  let told = text.replaceAll(/"(request_?[iI]d|liveCursor|cursor)":"[^"]*"/g, '"$1":"*"');
  for (const id of named) told = told.replaceAll(id, '*').replaceAll(encodeURIComponent(id), '*');
  return told;
}

async function overHttp(client: GraphClient, target: string, init: RequestInit, id: string): Promise<Told> {
  const answer = await fetch(`${system.urls.gateway}${target}`, {
    ...init,
    headers: { authorization: `Bearer ${client.token}`, ...(init.headers as Record<string, string>) },
  });
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !OWN.includes(name)));
  return { status: answer.status, headers, body: withoutOwn(await answer.text(), [id]) };
}

const asGraphQL = (query: string, variables: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query, variables }),
});

/** Runs `work` and counts the requests that each service received. */
async function counted<T>(work: () => Promise<T>): Promise<{ told: T; asked: readonly number[] }> {
  for (const name of ASKED) system.proxy(name).forget();
  const told = await work();
  const own = (name: (typeof ASKED)[number]) =>
    system.proxy(name).seen.filter((request) => !/\/(ready|health|jwks)/.test(request.path)).length;
  return { told, asked: ASKED.map(own) };
}

/** Compares Bob's answers for an id of Alice and an unknown one, and for the first once more, when caches have it. */
async function expectTheSame(kind: Kind, ask: (id: string) => Promise<unknown>): Promise<void> {
  // Fills the caches of documents and keys.
  await ask(sameForm(nothing[kind]));
  const missing = await counted(() => ask(nothing[kind]));
  for (const time of ['first', 'second'])
    expect({ time, ...(await counted(() => ask(ids[kind]))) }).toEqual({ time, ...missing });
}

describe('over HTTP', () => {
  it.each(questions)('%s', async (_, kind, query) => {
    await expectTheSame(kind, (id) => overHttp(bob, '/graphql', asGraphQL(query, { id }), id));
  });

  it('by a persisted document', async () => {
    const query = 'query ($id: ID!) { blob(id: $id) { id } } #';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    await alice.request(query, { id: ids.draft });
    await expectTheSame('draft', (id) => {
      const body = JSON.stringify({ query, extensions, variables: { id } });
      return overHttp(
        bob,
        '/graphql',
        { method: 'POST', headers: { 'content-type': 'application/json' }, body },
        id,
      );
    });
  });
});

describe('over WebSocket', () => {
  it.each(questions)('%s', async (_, kind, query) => {
    await expectTheSame(kind, async (id) => {
      const stream = bob.subscribe(query, { id });
      const { value } = await stream.next().catch((error: unknown) => ({ value: error }));
      await stream.return?.();
      return withoutOwn(JSON.stringify(value), [id]);
    });
  });

  it('a cursor of another’s list, and a subscription to another’s blob, tell nothing', async () => {
    const { blobs } = await alice.query<{ blobs: { pageInfo: { endCursor: string }; liveCursor: string } }>(
      '{ blobs(first: 1) { liveCursor pageInfo { endCursor } } }',
    );
    const page = await bob.request<{ blobs: { nodes: object[]; totalCount: number } }>(
      'query ($after: String) { blobs(after: $after) { totalCount nodes { id } } }',
      { after: blobs.pageInfo.endCursor },
    );
    expect(page.data?.blobs.nodes ?? []).toEqual([]);
    const changes = bob.subscribe<{ blobChanged: { blobId: string } }>(
      'subscription ($after: String) { blobChanged(after: $after) { blobId } }',
      { after: blobs.liveCursor },
    );
    const next = changes.next();
    await createBlob(alice, { type: 'note', schemaId: 'note-v1', data: { text: 'Alice’s' } });
    const own = await createBlob(bob, { type: 'note', schemaId: 'note-v1', data: { text: 'Bob’s' } });
    expect((await next).value.data.blobChanged.blobId).toBe(own.blob?.id);
    await changes.return?.();
  });
});

describe('over REST', () => {
  it.each(paths)('%s', async (_, kind, at, init) => {
    await expectTheSame(kind, (id) => {
      const body = init.headers && { body: init.body ?? JSON.stringify({ ids: [id] }) };
      return overHttp(bob, at(id), { ...init, ...body }, id);
    });
  });

  it('a validator of another’s answer is worth nothing', async () => {
    const target = path`/api/v1/blobs/${ids.draft}`;
    const authorization = `Bearer ${alice.token}`;
    const answer = await fetch(`${system.urls.gateway}${target}`, { headers: { authorization } });
    const etag = answer.headers.get('etag') ?? '';
    expect([answer.status, etag]).toEqual([200, expect.stringMatching(/^(W\/)?"/)]);
    for (const tag of [etag, '*'])
      await expectTheSame('draft', (id) =>
        overHttp(bob, path`/api/v1/blobs/${id}`, { headers: { 'if-none-match': tag } }, id),
      );
  });

  it.each(['blobs', 'export'])('the path of another user’s own, %s, is missing', async (what) => {
    const [others, nobodys] = await Promise.all(
      ['alice', 'nobody'].map((userId) => overHttp(bob, `/api/v1/users/${userId}/${what}`, {}, userId)),
    );
    expect(others).toEqual(nobodys);
    expect([others?.status, JSON.parse(others?.body ?? '')]).toEqual([
      404,
      expect.objectContaining({ code: 'NOT_FOUND' }),
    ]);
  });
});

describe('what two users ask at the same moment', () => {
  const query = '{ me { id } blobs(first: 5) { nodes { userId content { ... on UserBlob { body } } } } }';
  const doors = {
    HTTP: (client: GraphClient) => client.request(query),
    async WebSocket(client: GraphClient) {
      const stream = client.subscribe(query);
      const { value } = await stream.next();
      await stream.return?.();
      return value;
    },
    async REST({ token }: GraphClient) {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${system.urls.gateway}/api/v1/users/me/blobs?limit=5`, { headers })).json();
    },
  };

  it.each(Object.entries(doors))('by %s is shared with nobody', async (_, ask) => {
    await createBlob(bob, { type: 'note', schemaId: 'note-v1', data: { text: 'of bob' } });
    const rounds = Array.from({ length: 20 }, (_each, index) => (index % 2 === 0 ? alice : bob));
    const answers = await Promise.all(rounds.map((client) => ask(client)));
    const [ofAlice, ofBob] = [JSON.stringify(answers[0]), JSON.stringify(answers[1])];
    expect(ofAlice).not.toContain('of bob');
    expect(ofBob).toContain('of bob');
    expect(ofBob).not.toContain('rain');
    const own = (text: unknown) => withoutOwn(JSON.stringify(text), []);
    expect(new Set(answers.filter((_each, index) => index % 2 === 0).map(own)).size).toBe(1);
    expect(new Set(answers.filter((_each, index) => index % 2 === 1).map(own)).size).toBe(1);
  });
});

it('and nothing of all that has changed what is Alice’s', async () => {
  const { blob, book } = await alice.query<{ blob: { title: string } | null; book: object | null }>(
    'query ($id: ID!, $book: ID!) { blob(id: $id) { title } book(id: $book) { title } }',
    { id: ids.draft, book: ids.book },
  );
  expect([blob, book]).toEqual([expect.anything(), expect.anything()]);
});
