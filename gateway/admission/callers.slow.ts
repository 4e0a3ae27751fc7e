import { afterEach, describe, expect, test } from 'vitest';
import { readSettings } from '../../platform/config/config.ts';
import { openSocket } from '../testing/socket.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';

let graph: TestGraph;
afterEach(() => graph.stop());

const start = async (environment: Record<string, string>, over: object = {}) => {
  let now = Date.parse('2026-01-31T12:00:00Z');
  graph = await startTestGraph({
    blobs: [{ id: 'b0', owner: 'state', title: 'One' }],
    config: { settings: (schema) => readSettings(schema, environment), ...over },
    clock: { now: () => new Date(now) },
  });
  return {
    pass(ms: number) {
      now += ms;
    },
  };
};

const bearer = async (userId: string) => ({ authorization: `Bearer ${await graph.token(userId)}` });

async function ask(headers: Record<string, string>, path = '/graphql') {
  const query = path === '/graphql';
  const answer = await fetch(`${graph.gateway.url}${path}`, {
    ...(query && { method: 'POST', body: '{"query":"{ me { id } }"}' }),
    headers: { ...(query && { 'content-type': 'application/json' }), ...headers },
  });
  const body = (await answer.json()) as {
    errors?: { extensions: { code: string }; message: string }[];
    code?: string;
    error?: { code: string };
  };
  const code = body.errors?.[0]?.extensions.code ?? body.code ?? body.error?.code;
  return { status: answer.status, code, body, told: (name: string) => answer.headers.get(name) };
}

describe('requests of one user', () => {
  test('are counted, reported, and refused beyond their rate until one is allowed again', async () => {
    const { pass } = await start({ REQUESTS_PER_MINUTE: '3' });
    const alice = await bearer('alice');
    for (const left of [2, 1, 0]) {
      const answer = await ask(alice);
      expect([answer.status, answer.told('ratelimit-policy'), answer.told('ratelimit')]).toEqual([
        200,
        '"user";q=3;w=60',
        `"user";r=${left};t=20`,
      ]);
    }
    const refused = await ask(alice);
    expect([refused.status, refused.code, refused.told('retry-after'), refused.told('ratelimit')]).toEqual([
      429,
      'RATE_LIMITED',
      '20',
      '"user";r=0;t=20',
    ]);
    expect(refused.body).toEqual({
      errors: [expect.objectContaining({ message: expect.stringContaining('in 20 s') })],
    });
    expect((await ask(await bearer('bob'))).status).toBe(200);
    pass(20_000);
    expect([(await ask(alice)).status, (await ask(alice)).status]).toEqual([200, 429]);
  });

  test('count alike over GraphQL, REST and WebSocket, before the body is read', async () => {
    await start({ REQUESTS_PER_MINUTE: '2' });
    const alice = await bearer('alice');
    await ask(alice, '/api/v1/route');
    const socket = await openSocket(graph.gateway.url, alice);
    expect(await socket.ask({ query: '{ me { id } }' })).toEqual({ data: { me: { id: 'alice' } } });
    expect((await ask(alice)).status).toBe(429);
    for (const path of [
      '/api/v1/route',
      '/api/v1/processors/state/blobs/b0',
      '/api/v1/blobs/b0',
      '/api/v1/blobs/b0/text',
    ]) {
      const answer = await ask(alice, path);
      expect([path, answer.status, answer.code, answer.told('retry-after')]).toEqual([
        path,
        429,
        'RATE_LIMITED',
        '30',
      ]);
    }
    for (const [method, path] of [
      ['POST', '/api/v1/uploads'],
      ['POST', '/graphql'],
    ] as const) {
      const headers = { ...alice, 'content-type': 'application/json' };
      const answer = await fetch(`${graph.gateway.url}${path}`, { method, headers, body: '{' });
      expect([path, answer.status]).toEqual([path, 429]);
    }
    socket.close();
  });

  test('over WebSocket are refused one by one beyond the rate; the connection and its other operations go on', async () => {
    const { pass } = await start({ REQUESTS_PER_MINUTE: '2' });
    const socket = await openSocket(graph.gateway.url, await bearer('alice'));
    socket.send({
      type: 'subscribe',
      id: 'changes',
      payload: { query: 'subscription { blobChanged { kind } }' },
    });
    await socket.ask({ query: '{ me { id } }' });
    const refused = await socket.ask({ query: '{ me { id } }' });
    expect(refused.errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
    pass(30_000);
    expect(await socket.ask({ query: '{ me { id } }' })).toEqual({ data: { me: { id: 'alice' } } });
    socket.close();
  });

  test('are unlimited when set so', async () => {
    await start({ REQUESTS_PER_MINUTE: '0', FAILED_LOGINS_PER_MINUTE: '0' });
    const answer = await ask(await bearer('alice'));
    expect([answer.status, answer.told('ratelimit')]).toEqual([200, null]);
    expect((await ask({})).status).toBe(401);
  });
});

describe('a connection', () => {
  test('may start a limited number of operations per minute', async () => {
    const { pass } = await start({ SOCKET_OPERATIONS_PER_MINUTE: '2' });
    const alice = await bearer('alice');
    const [one, other] = [
      await openSocket(graph.gateway.url, alice),
      await openSocket(graph.gateway.url, alice),
    ];
    const me = { query: '{ me { id } }' };
    await one.ask(me);
    await one.ask(me);
    expect((await one.ask(me)).errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
    expect((await other.ask(me)).errors).toBeUndefined();
    pass(30_000);
    expect((await one.ask(me)).errors).toBeUndefined();
    one.close();
    other.close();
  });

  test('may have a limited number of open operations', async () => {
    await start({ MAX_SOCKET_OPERATIONS: '2' });
    const socket = await openSocket(graph.gateway.url, await bearer('alice'));
    const payload = { query: 'subscription { blobChanged { kind } }' };
    for (const id of ['a', 'b']) socket.send({ type: 'subscribe', id, payload });
    expect((await socket.ask(payload)).errors?.[0]?.extensions.code).toBe('QUERY_TOO_COMPLEX');
    socket.close();
  });
});

describe('requests without a valid token', () => {
  test('of one address are limited; users with recently valid tokens are not affected', async () => {
    const { pass } = await start({ FAILED_LOGINS_PER_MINUTE: '3' });
    const [alice, bob] = [await bearer('alice'), await bearer('bob')];
    expect((await ask(alice)).status).toBe(200);
    for (const headers of [
      {},
      { authorization: 'Bearer x.y.z' },
      { authorization: `${alice.authorization}x` },
    ]) {
      expect((await ask(headers)).status).toBe(401);
    }
    const refused = await ask({ authorization: 'Bearer x.y.z' });
    expect([refused.status, refused.code, refused.told('retry-after'), refused.told('ratelimit')]).toEqual([
      429,
      'RATE_LIMITED',
      '20',
      '"address";r=0;t=20',
    ]);
    expect((await ask(bob)).status).toBe(429);
    expect((await ask(alice)).status).toBe(200);
    pass(20_000);
    expect((await ask(bob)).status).toBe(200);
  });

  test('are limited over WebSocket, too, where the connection is closed with 1013', async () => {
    await start({ FAILED_LOGINS_PER_MINUTE: '2' });
    const codes = [];
    for (let each = 0; each < 4; each += 1) {
      const socket = await openSocket(graph.gateway.url, { authorization: 'Bearer x.y.z' });
      codes.push(await socket.closed());
    }
    expect(codes).toEqual([4401, 4401, 1013, 1013]);
    expect((await ask({})).status).toBe(429);
  });

  test('are counted by the address from a trusted proxy, for IPv6 by its network', async () => {
    await start({ FAILED_LOGINS_PER_MINUTE: '1' }, { trustedProxies: ['127.0.0.1'] });
    const from = (address: string) => ask({ 'x-forwarded-for': address });
    const statuses = [];
    for (const address of [
      '203.0.113.7',
      '203.0.113.7',
      '203.0.113.8',
      '2001:db8:1:2::1',
      '2001:db8:1:2:f::9',
    ])
      statuses.push((await from(address)).status);
    expect(statuses).toEqual([401, 429, 401, 401, 429]);
  });
});
