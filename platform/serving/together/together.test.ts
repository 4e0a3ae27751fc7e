import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createServiceHttp, type ServiceHttp } from '../../clients/http/http.ts';
import { MOST_ANSWER_BYTES, TOGETHER_PATH } from '../../clients/http/together/asked.ts';
import { Together } from '../../clients/http/together/together.ts';
import { loadConfig, type ServiceName } from '../../config/config.ts';
import { currentTrace, traceFrom, withTrace } from '../../telemetry/trace.ts';
import { testEgress, testTokens } from '../../testing/identity.ts';
import { startTestService, type TestService, viewer } from '../../testing/service.ts';
import { timeFor } from '../../time/deadline.ts';

const ROUTE = `POST ${TOGETHER_PATH}`;

/** In many pieces, with characters of three bytes. */
const LONG = '…'.repeat(80_000);

let service: TestService;
let url: string;
/** Lets go of what is asked for as `held`. */
let letGo: (() => void)[];

/** A graph that tells who asks, and with what. */
function install(app: FastifyInstance): void {
  app.post('/graphql', async ({ caller, body }) => {
    const { query } = body as { readonly query: string };
    if (query === 'held') await new Promise<void>((resolve) => letGo.push(resolve));
    if (query === 'long') return { data: LONG };
    if (query === 'large') return { data: 'x'.repeat(MOST_ANSWER_BYTES) };
    if (query === 'fault') throw new Error('secret');
    const requestId = currentTrace()?.requestId;
    return { data: { caller, query, requestId, timeMs: timeFor(60_000) } };
  });
}

beforeEach(async () => {
  letGo = [];
  service = await startTestService(
    { name: 'schemas', create: async () => ({ checks: {}, install: async (app) => install(app) }) },
    { sql: () => Promise.reject(new Error('not asked for')) },
  );
  url = service.url;
});
afterEach(() => service.stop());

function clientOf(caller: ServiceName): ServiceHttp {
  const urls = { ...loadConfig({}).urls, schemas: url };
  const http = createServiceHttp({ urls, tokens: testTokens(caller), egress: testEgress });
  onTestFinished(() => http.close());
  return http;
}

/** Asks as the gateway, and counts its requests. */
function gateway() {
  const http = clientOf('gateway');
  const asked = { alone: 0, together: 0 };
  const together = new Together({
    send(target, call) {
      asked.alone += 1;
      return http.sendForText(target, call);
    },
    stream(target, call) {
      asked.together += 1;
      return http.stream(target, call);
    },
    takes: () => true,
  });
  const ask = async (userId: string, query = `of ${userId}`) => {
    const json = JSON.stringify({ query });
    const user = viewer(userId, ...(userId === 'op' ? ['operator'] : []));
    const { status, text } = await together.ask('schemas', {
      ...{ viewer: user, json, timeoutMs: 5_000, maxBytes: 1_000_000 },
    });
    return { status, ...JSON.parse(text) };
  };
  return { ask, asked };
}

test('each is answered as its own user, with its own roles, trace and time', async () => {
  const { ask, asked } = gateway();
  const names = ['alice', 'op', 'bob', 'auth0|ü😀'];
  const answers = await Promise.all(
    names.map((name, index) => withTrace(traceFrom({ 'x-request-id': `request-${index}` }), () => ask(name))),
  );
  for (const [index, { status, data }] of answers.entries()) {
    const name = names[index];
    expect([status, data]).toEqual([
      200,
      {
        caller: { service: 'gateway', viewer: { userId: name, roles: name === 'op' ? ['operator'] : [] } },
        ...{ query: `of ${name}`, requestId: `request-${index}`, timeMs: expect.any(Number) },
      },
    ]);
    expect(data.timeMs).toBeLessThan(5_000);
  }
  expect(asked).toEqual({ alone: 0, together: 1 });
});

test('one that fails, or whose user cannot be, fails alone', async () => {
  const { ask, asked } = gateway();
  const [fine, fault, nobody] = await Promise.all([ask('alice'), ask('bob', 'fault'), ask('a\0b')]);
  expect(fine).toMatchObject({ status: 200, data: { query: 'of alice' } });
  expect(fault).toMatchObject({ status: 500, error: { code: 'INTERNAL' } });
  expect(nobody).toMatchObject({ status: 401, error: { code: 'UNAUTHENTICATED' } });
  expect(asked).toEqual({ alone: 0, together: 1 });
});

test('what comes in many pieces has all its characters', async () => {
  const { ask, asked } = gateway();
  const answers = await Promise.all([ask('alice', 'long'), ask('bob', 'long')]);
  expect(answers.map(({ data }) => data === LONG)).toEqual([true, true]);
  expect(asked).toEqual({ alone: 0, together: 1 });
});

test('a large answer does not come with others: it is asked for alone', async () => {
  const { ask, asked } = gateway();
  const [large, small] = await Promise.all([ask('alice', 'large'), ask('bob')]);
  expect(large.data).toHaveLength(MOST_ANSWER_BYTES);
  expect(small).toMatchObject({ status: 200, data: { query: 'of bob' } });
  expect(asked).toEqual({ alone: 1, together: 1 });
});

test('one that takes long is waited for by nobody else', async () => {
  const { ask, asked } = gateway();
  const held = ask('alice', 'held');
  expect(await Promise.all([ask('bob'), ask('carol')])).toMatchObject([
    { data: { query: 'of bob' } },
    { data: { query: 'of carol' } },
  ]);
  for (const go of letGo) go();
  expect(await held).toMatchObject({ status: 200, data: { query: 'held' } });
  expect(asked).toEqual({ alone: 0, together: 1 });
});

/** Posts as it is. */
async function post(body: string, token: string): Promise<unknown[]> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}${TOGETHER_PATH}`, { method: 'POST', headers, body });
  const text = await answer.text();
  return [answer.status, answer.ok ? text : JSON.parse(text).error.code];
}

const bodyFor = (userId: string): string =>
  JSON.stringify({ asked: [{ viewer: viewer(userId), timeoutMs: 1_000, json: '{"query":"q"}' }] });

const tokenOf = (service: string, body?: string, user: string | null = null): Promise<string> =>
  testTokens(service).sign({
    ...{ to: 'schemas', baseUrl: url, route: ROUTE, body },
    viewer: user === null ? null : viewer(user),
  });

test('a token opens the one body that it was signed for, whoever shows it', async () => {
  const token = await tokenOf('gateway', bodyFor('alice'));
  expect((await post(bodyFor('alice'), token))[0]).toBe(200);
  expect(await post(bodyFor('bob'), token)).toEqual([401, 'UNAUTHENTICATED']);
  expect(await post(bodyFor('alice'), await tokenOf('gateway'))).toEqual([400, 'BAD_REQUEST']);
});

test('nobody but the gateway asks so, and it only for itself', async () => {
  const body = bodyFor('alice');
  for (const service of ['state', 'events', 'text-expansion'])
    expect([service, ...(await post(body, await tokenOf(service, body)))]).toEqual([
      service,
      403,
      'FORBIDDEN',
    ]);
  expect(await post(body, await tokenOf('gateway', body, 'alice'))).toEqual([403, 'FORBIDDEN']);
});

test.each([
  ['nobody’s', { asked: [] }],
  ['too many', { asked: Array.from({ length: 65 }, () => JSON.parse(bodyFor('alice')).asked[0]) }],
  ['one without a user', { asked: [{ timeoutMs: 1, json: '{}' }] }],
  ['one with headers', { asked: [{ ...JSON.parse(bodyFor('alice')).asked[0], headers: {} }] }],
])('%s requests are refused', async (_what, asked) => {
  const body = JSON.stringify(asked);
  expect(await post(body, await tokenOf('gateway', body))).toEqual([400, 'BAD_REQUEST']);
});
