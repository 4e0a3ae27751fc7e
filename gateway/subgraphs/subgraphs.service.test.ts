import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createServiceHttp, type ServiceHttp } from '../../platform/clients/http/http.ts';
import { loadConfig } from '../../platform/config/config.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { withTrace } from '../../platform/telemetry/trace.ts';
import { testEgress, testTokens } from '../../platform/testing/identity.ts';
import { withinTime } from '../../platform/time/deadline.ts';
import type { GatewayContext } from '../admission/context.ts';
import { createServiceSubgraphs } from './subgraphs.service.ts';
import type { SubgraphRequest, Subgraphs } from './subgraphs.ts';

const viewer = { userId: 'auth0|x', roles: ['operator'] };
const question: SubgraphRequest = { subgraph: 'state', body: '{"query":"{ me { id } }"}', kind: 'query' };

let server: Server | undefined;
let http: ServiceHttp;
let logs: string[] = [];

afterEach(async () => {
  await http.close();
  server?.closeAllConnections();
  server?.close();
});

/** Subgraphs whose state subgraph answers by `listener`; without one, nothing listens. */
async function connect(
  listener?: RequestListener,
  limits: { maxAnswerMiB?: number; queryTimeoutMs?: number } = {},
): Promise<{
  ask: (question: SubgraphRequest) => Promise<string>;
  askFor: (viewer: Viewer, question: SubgraphRequest) => Promise<string>;
}> {
  logs = [];
  server = createServer(listener);
  const { port } = await new Promise<AddressInfo>((resolve) => {
    server?.listen(0, '127.0.0.1', () => resolve(server?.address() as AddressInfo));
  });
  if (!listener) server.close();
  const { urls } = loadConfig({ NODE_ENV: 'test', STATE_URL: `http://127.0.0.1:${port}` });
  const logger = createLogger('debug', { write: (line) => void logs.push(line) });
  http = createServiceHttp({ urls, tokens: testTokens('gateway'), egress: testEgress });
  const subgraphs: Subgraphs<GatewayContext> = createServiceSubgraphs({ http, logger, ...limits });
  const askFor = (as: Viewer, asked: SubgraphRequest) => subgraphs.ask(asked, { viewer: as });
  return { ask: (asked) => askFor(viewer, asked), askFor };
}

const answering =
  (status: number, body: string): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);

test('a subgraph is called as the gateway, for the user, with the client’s request id', async () => {
  const seen: Record<string, unknown>[] = [];
  const { ask } = await connect((request, response) => {
    seen.push({ method: request.method, url: request.url, ...request.headers });
    answering(200, '{"data":{"me":{"id":"x"}}}')(request, response);
  });
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const answer = await withTrace({ requestId: 'mine', traceparent }, () => ask(question));
  expect(answer).toBe('{"data":{"me":{"id":"x"}}}');
  expect(seen).toMatchObject([{ method: 'POST', url: '/graphql', 'x-request-id': 'mine', traceparent }]);
  const [, token = ''] = String(seen[0]?.['authorization']).split(' ');
  expect(await testTokens('state').verify(token, 'POST /graphql')).toEqual({ service: 'gateway', viewer });
});

test('a user’s operations share one service token', async () => {
  const shown = new Set<string | undefined>();
  const { ask, askFor } = await connect((request, response) => {
    shown.add(request.headers.authorization);
    answering(200, '{"data":{}}')(request, response);
  });
  for (let times = 0; times < 20; times++) await ask({ ...question, kind: times % 2 ? 'query' : 'mutation' });
  expect(shown.size).toBe(1);
  await askFor({ userId: 'bob', roles: [] }, question);
  expect(shown.size).toBe(2);
});

test('a GraphQL result is an answer, whatever the status', async () => {
  const errors = [{ message: 'Not like this.', extensions: { code: 'BAD_REQUEST' } }];
  const { ask } = await connect(answering(400, JSON.stringify({ errors })));
  expect(await ask(question)).toBe(JSON.stringify({ errors }));
});

test.each<[string, RequestListener | undefined]>([
  ['nobody', undefined],
  ['a web server', answering(502, '<html>Bad gateway</html>')],
  ['one that does not let the gateway in', answering(401, '{"error":{"code":"UNAUTHENTICATED"}}')],
  ['one that is not of this graph', answering(200, '[]')],
  ['one that hangs up', (request) => request.socket.destroy()],
])('with %s as the answer, the subgraph is unavailable, and only the log says why', async (_, listener) => {
  const { ask } = await connect(listener);
  const refused = await ask(question).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'SUBGRAPH_UNAVAILABLE',
    message: 'The state subgraph did not answer. Try again later.',
  });
  expect(logs.join()).toContain('"subgraph":"state"');
});

test('a subgraph that takes too long is unavailable', async () => {
  const { ask } = await connect(() => {}, { queryTimeoutMs: 20 });
  await expect(ask(question)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
});

test('an answer that is larger than allowed is refused, and the message says how to ask for less', async () => {
  const { ask } = await connect(answering(200, `{"data":"${'x'.repeat(1024 * 1024)}"}`), { maxAnswerMiB: 1 });
  const refused = await ask(question).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'RESPONSE_TOO_LARGE',
    message: expect.stringMatching(/^The answer of the state subgraph is larger than 1 MiB\. .*`first`/),
  });
});

test.each([
  [503, 'OVERLOADED'],
  [400, 'VALIDATION_FAILED'],
  [413, 'PAYLOAD_TOO_LARGE'],
])('refusals that concern the client are passed on: %i %s', async (status, code) => {
  const error = { code, message: 'Too much.' };
  const { ask } = await connect(answering(status, JSON.stringify({ error })));
  await expect(ask(question)).rejects.toMatchObject(error);
});

test('a query is retried without an answer, a mutation is not', async () => {
  let asked = 0;
  const { ask } = await connect((request, response) => {
    asked += 1;
    if (asked === 2) answering(200, '{"data":{}}')(request, response);
    else request.socket.destroy();
  });
  expect(await ask(question)).toBe('{"data":{}}');
  await expect(ask({ ...question, kind: 'mutation' })).rejects.toMatchObject({
    code: 'SUBGRAPH_UNAVAILABLE',
  });
  expect(asked).toBe(3);
});

test('an operation whose time is over sends no requests', async () => {
  const { ask } = await connect(() => {});
  const refused = withinTime(10, () => ask(question));
  await expect(refused).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});
