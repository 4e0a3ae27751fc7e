import { createClient } from 'graphql-sse';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeCursor } from '../../platform/events/cursor.ts';
import { BEGINNING, blobMessage, GONE } from '../../platform/testing/events.ts';
import { type EventsAnswer, openEvents } from '../testing/events.ts';
import { openSocket } from '../testing/socket.ts';
import { startTestGraph, type TestGraph, type TestGraphOptions } from '../testing/test-graph.ts';

const CHANGED = `subscription ($after: String) {
  blobChanged(after: $after) { cursor kind blobId version blob { title } }
}`;

let graph: TestGraph;
const opened: EventsAnswer[] = [];

const start = async (options: TestGraphOptions = {}) => {
  graph = await startTestGraph({ blobs: [{ id: 'b0', owner: 'state', title: 'One' }], ...options });
};
beforeEach(() => start());
afterEach(async () => {
  for (const answer of opened.splice(0)) answer.close();
  await graph.stop();
});

interface Asked {
  readonly userId?: string;
  readonly headers?: Record<string, string>;
  readonly variables?: object;
  readonly method?: 'GET' | 'POST';
}

async function ask(query: string, { userId, headers, variables = {}, method = 'POST' }: Asked = {}) {
  const authorization = `Bearer ${await graph.token(userId)}`;
  const url = `${graph.gateway.url}/graphql`;
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const answer = await (method === 'GET'
    ? openEvents(`${url}?${search}`, { headers: { authorization, ...headers } })
    : openEvents(url, {
        method,
        headers: { 'content-type': 'application/json', authorization, ...headers },
        body: JSON.stringify({ query, variables }),
      }));
  opened.push(answer);
  return answer;
}

const next = async (answer: EventsAnswer) => {
  const { event, data = 'null' } = (await answer.next()) ?? {};
  return { event, ...(data && (JSON.parse(data) as object)) };
};

const codeOf = (data: string | undefined) =>
  (JSON.parse(data ?? '{}') as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code;

describe('a subscription', () => {
  test.each(['GET', 'POST'] as const)(
    'by %s is told of each change once, and goes on after a cursor',
    async (method) => {
      const changes = await ask(CHANGED, { variables: { after: BEGINNING }, method });
      expect([changes.status, changes.headers.get('content-type')]).toEqual([
        200,
        'text/event-stream; charset=utf-8',
      ]);
      expect(changes.headers.get('ratelimit')).toContain('"user";r=');
      await graph.log.publish(blobMessage('b0', 1));
      await graph.log.publish(blobMessage('b0', 1, { userId: 'bob' }));
      await graph.log.publish(blobMessage('b0', 2));
      const blob = { title: 'One' };
      const first = await next(changes);
      expect(first).toMatchObject({
        event: 'next',
        data: { blobChanged: { kind: 'CREATED', blobId: 'b0', version: 1, blob } },
      });
      const second = { event: 'next', data: { blobChanged: { version: 2 } } };
      expect(await next(changes)).toMatchObject(second);
      changes.close();
      const { cursor } = (first as { data?: { blobChanged: { cursor: string } } }).data?.blobChanged ?? {};
      const again = await ask(CHANGED, { variables: { after: cursor }, method });
      expect(await next(again)).toMatchObject(second);
    },
  );

  test('of graphql-sse’s own client, which comes back by itself when the service restarts', async () => {
    const received: unknown[] = [];
    const authorization = `Bearer ${await graph.token()}`;
    let tries = 0;
    const client = createClient({
      url: `${graph.gateway.url}/graphql`,
      headers: { authorization },
      retry: async () => {
        tries += 1;
      },
      retryAttempts: 1,
    });
    const done = new Promise<unknown>((resolve) =>
      client.subscribe(
        { query: CHANGED, variables: { after: BEGINNING } },
        { next: (result) => received.push(result), error: resolve, complete: () => resolve('complete') },
      ),
    );
    await graph.log.publish(blobMessage('b0', 1));
    await vi.waitFor(() => expect(received).toMatchObject([{ data: { blobChanged: { version: 1 } } }]));
    await graph.gateway.stop();
    // It has tried again, and nobody was there.
    expect(await done).not.toBe('complete');
    expect(tries).toBe(1);
    client.dispose();
  });

  test.each([
    ['a cursor that is none', { after: 'garbage' }, 'CURSOR_INVALID'],
    ['a cursor of a log that is gone', { after: GONE }, 'CURSOR_EXPIRED'],
    ['a variable of another type', { after: 7 }, 'BAD_REQUEST'],
    ['variables that are too large', { after: 'x'.repeat(140_000) }, 'QUERY_TOO_COMPLEX'],
  ])('after %s is completed with the error', async (_, variables, code) => {
    const answer = await ask(CHANGED, { variables });
    const [told, complete, ...more] = await answer.rest();
    expect([answer.status, told?.event, codeOf(told?.data)]).toEqual([200, 'next', code]);
    expect([complete, more]).toEqual([expect.objectContaining({ event: 'complete', data: '' }), []]);
  });

  test('that is not valid is told so by an event, and without a token by its status', async () => {
    const [told, complete] = await (await ask('subscription { blobChanged { nothing } }')).rest();
    expect([codeOf(told?.data), complete?.event]).toEqual(['GRAPHQL_VALIDATION_FAILED', 'complete']);
    const nobody = await ask(CHANGED, { headers: { authorization: 'Bearer x.y.z' } });
    expect([nobody.status, codeOf(await nobody.text())]).toEqual([401, 'UNAUTHENTICATED']);
    const asJson = await ask(CHANGED, { headers: { accept: 'application/json' } });
    expect([asJson.status, codeOf(await asJson.text())]).toEqual([400, 'BAD_REQUEST']);
  });

  test('ends with its token, and says after which cursor it goes on, without `complete`', async () => {
    await graph.stop();
    // A token lasts 30 days, and is accepted for half a minute more, of which some seconds are left.
    const late = { now: () => new Date(Date.now() + (30 * 24 * 3_600 + 30) * 1_000 - 4_000) };
    await start({ clock: late });
    const { position } = await graph.log.publish(blobMessage('b0', 1));
    const answer = await ask(CHANGED, { variables: { after: BEGINNING } });
    const [change, told, ...more] = await answer.rest();
    expect(codeOf(change?.data)).toBeUndefined();
    expect(JSON.parse(told?.data ?? '')).toEqual({
      errors: [
        {
          message: expect.stringContaining('token has expired'),
          extensions: {
            code: 'UNAUTHENTICATED',
            cursor: encodeCursor(position),
            requestId: expect.any(String),
          },
        },
      ],
    });
    expect(more).toEqual([]);
  });

  test('ends without `complete` and without an error when the service stops', async () => {
    const answer = await ask(CHANGED, { variables: { after: BEGINNING } });
    await graph.log.publish(blobMessage('b0', 1));
    await next(answer);
    const stopped = graph.gateway.stop();
    expect(await answer.rest()).toEqual([]);
    await stopped;
  });
});

describe('open streams and sockets count together', () => {
  const sockets = { sockets: 3, unauthenticated: 1, perUser: 2, perAddress: 100, heldBytes: 32 * 1024 ** 2 };

  test('of a user, and in all', async () => {
    await graph.stop();
    await start({ config: { limits: { sockets } as never } });
    const socket = await openSocket(graph.gateway.url, { authorization: `Bearer ${await graph.token()}` });
    const first = await ask(CHANGED);
    const refused = await ask(CHANGED);
    expect([refused.status, codeOf(await refused.text())]).toEqual([429, 'RATE_LIMITED']);
    const other = await ask(CHANGED, { userId: 'bob' });
    const full = await ask(CHANGED, { userId: 'carol' });
    expect([full.status, codeOf(await full.text())]).toEqual([503, 'OVERLOADED']);
    expect(first.status + other.status).toBe(400);
    first.close();
    await vi.waitFor(async () => {
      const again = await ask(CHANGED, { userId: 'carol' });
      expect(again.status).toBe(200);
    });
    socket.close();
  });

  test('of an address', async () => {
    await graph.stop();
    await start({ config: { limits: { sockets: { ...sockets, perAddress: 1 } } as never } });
    await ask(CHANGED);
    const refused = await ask(CHANGED, { userId: 'bob' });
    expect([refused.status, codeOf(await refused.text())]).toEqual([429, 'RATE_LIMITED']);
  });
});

describe('queries and mutations', () => {
  test('are answered by one event, where an event stream is preferred', async () => {
    const answer = await ask('{ blob(id: "b0") { title } }');
    expect(await answer.rest()).toMatchObject([
      { event: 'next', data: '{"data":{"blob":{"title":"One"}}}' },
      { event: 'complete', data: '' },
    ]);
    const input = { type: 'note', schemaId: 'text-input-v1', data: {}, title: 'New' };
    const mutation = 'mutation ($input: CreateBlobInput!) { createBlob(input: $input) { blob { title } } }';
    const [made] = await (await ask(mutation, { variables: { input } })).rest();
    expect(made?.data).toBe('{"data":{"createBlob":{"blob":{"title":"New"}}}}');
    const byGet = await ask(mutation, { variables: { input }, method: 'GET' });
    expect(byGet.status).toBe(405);
  });

  test('are JSON for clients that name it first, as urql does', async () => {
    const accept =
      'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed';
    const answer = await ask('{ me { id } }', { headers: { accept } });
    expect(answer.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    const changes = await ask(CHANGED, { headers: { accept } });
    expect(changes.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  });
});
