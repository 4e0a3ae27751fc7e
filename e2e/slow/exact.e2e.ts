import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createGraphClient, type GraphClient, type GraphQLResult } from '../harness/client.ts';
import { compileBook, coreQuery, createDraft } from '../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';

let system: SharedSystem;

beforeAll(async () => {
  system = await sharedSystem();
});
afterAll(() => system?.leave());

const CREATE = `mutation ($input: CreateBlobInput!) {
  createBlob(input: $input) { blob { id content { ... on UserBlob { body } } } userErrors { field code message } }
}`;
type Created = GraphQLResult<{
  createBlob: { blob: { id: string; content: { body: unknown } } | null; userErrors: object[] };
}>;
const variablesOf = (data: string) => `{"input":{"type":"note","schemaId":"note-v1","data":${data}}}`;

/** Sends an operation over HTTP, with variables as written here. */
async function overHttp({ token }: GraphClient, data: string): Promise<Created> {
  const answer = await fetch(`${system.urls.gateway}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: `{"query":${JSON.stringify(CREATE)},"variables":${variablesOf(data)}}`,
  });
  return (await answer.json()) as Created;
}

/** The same over WebSocket. */
async function overWebSocket({ token }: GraphClient, data: string): Promise<Created> {
  const socket = new WebSocket(
    `${system.urls.gateway.replace('http', 'ws')}/graphql`,
    'graphql-transport-ws',
  );
  const received = (async function* () {
    for (;;)
      yield JSON.parse(String((await once(socket, 'message'))[0])) as { type: string; payload: unknown };
  })();
  await once(socket, 'open');
  const acknowledged = received.next();
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await acknowledged;
  const answered = received.next();
  const payload = `{"query":${JSON.stringify(CREATE)},"variables":${variablesOf(data)}}`;
  socket.send(`{"id":"1","type":"subscribe","payload":${payload}}`);
  const { value } = await answered;
  socket.terminate();
  return value?.type === 'error' ? ({ errors: value.payload } as Created) : (value?.payload as Created);
}

describe('a document through the gateway', () => {
  it.each([
    '{"content":"x","n":9007199254740993}',
    '{"content":"x","n":1e400}',
    '{"n":12345678901234567890}',
  ])(
    'is refused by the place of a number that would not be kept, the same over HTTP and WebSocket: %s',
    async (data) => {
      const client = await system.client();
      for (const send of [overHttp, overWebSocket]) {
        const { errors } = await send(client, data);
        expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED' } }]);
        expect(errors?.[0]?.message).toContain('`/variables/input/data/n` is the number ');
      }
      expect((await coreQuery(client)).totalCount).toBe(0);
    },
  );

  it.each([
    ['{"content":"x","n":0.1,"m":1.0,"k":1e2,"z":-0}', '{"content":"x","n":0.1,"m":1,"k":100,"z":0}'],
    ['{"content":"9007199254740993 in words, 1e400 too"}', undefined],
    ['{"content":"x","__proto__":{"a":1}}', undefined],
    ['{"content":"x","$set":{"a":1},"a.b":2,"":3}', undefined],
  ])('is stored as it was sent, the same over HTTP and WebSocket: %s', async (data, kept = data) => {
    const client = await system.client();
    for (const send of [overHttp, overWebSocket]) {
      const { data: answer } = await send(client, data);
      expect(answer?.createBlob.userErrors).toEqual([]);
      expect(JSON.stringify(answer?.createBlob.blob?.content.body)).toBe(kept);
    }
  });
});

describe('ids of any form', () => {
  it.each(['..', '.', 'a/b', '../../health', '~', '~..', '%2e%2e', 'a?b#c'])(
    'a book %j is that book',
    async (id) => {
      const client = await system.client();
      await createDraft(client, { content: '# One\n\nIt rained.', book: id });
      await createDraft(client, { content: '# Two\n\nIt rained elsewhere.', book: 'another' });
      const { compiledBook, userErrors } = await compileBook(client, { bookId: id, useExpanded: false });
      expect(userErrors).toEqual([]);
      expect(compiledBook).toMatchObject({ bookId: id, chapterCount: 1 });
      expect(compiledBook?.fullText).toContain('It rained.');
      const query = 'query ($id: ID!) { book(id: $id) { id chapters { title } compiled { totalCount } } }';
      expect(await client.query(query, { id })).toEqual({
        book: { id, chapters: [{ title: 'One' }], compiled: { totalCount: 1 } },
      });
    },
  );

  it('an empty one is refused by name', async () => {
    const client = await system.client();
    const { compiledBook, userErrors } = await compileBook(client, { bookId: '', useExpanded: false });
    expect(compiledBook).toBeNull();
    expect(userErrors).toMatchObject([{ field: 'bookId' }]);
  });

  it.each(['..', '.', 'a/b', '~..'])('a user %j has what is theirs, and it is erased', async (userId) => {
    const client = await system.client(userId);
    await createDraft(client, { content: '# One\n\nIt rained.', book: '..' });
    const { compiledBook } = await compileBook(client, { bookId: '..', useExpanded: false });
    expect(compiledBook?.chapterCount).toBe(1);
    expect(await client.query('{ me { id state { books { id } } } }')).toEqual({
      me: { id: userId, state: { books: [{ id: '..' }] } },
    });
    const operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
    const mutation = 'mutation ($id: ID!) { deleteUser(id: $id) { userErrors { code } } }';
    expect(await operator.query(mutation, { id: userId })).toEqual({ deleteUser: { userErrors: [] } });
    const report =
      'query ($id: ID!) { userErasure(id: $id) { obstacle stores { processorId left erasedAt } } }';
    const stores = ['book-compiler', 'events', 'image-processor', 'pitch-builder', 'state', 'text-expansion'];
    const done = (processorId: string) => ({ processorId, left: 0, erasedAt: expect.any(String) });
    await expect
      .poll(() => operator.query(report, { id: userId }), { timeout: 60_000 })
      .toEqual({ userErasure: { obstacle: null, stores: stores.map(done) } });
    expect((await coreQuery(client)).totalCount).toBe(0);
  });
});
