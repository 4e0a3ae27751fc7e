import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { withinTime } from '../../platform/time/deadline.ts';
import { createHttpSubgraphs, type HttpSubgraphsOptions } from './subgraphs.http.ts';

const ANSWER = '{"data":{"pets":[{"name":"Žofka"}]}}';
const QUERY = { subgraph: 'pets', body: '{"query":"{ pets { name } }"}', kind: 'query' } as const;
const MUTATION = { ...QUERY, kind: 'mutation' } as const;

interface Asked {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Handler = (response: ServerResponse, request: IncomingMessage) => unknown;

const send =
  (body: string, status = 200, type = 'application/json'): Handler =>
  (response) =>
    response.writeHead(status, { 'content-type': type }).end(body);

/** A subgraph that answers by `handlers`, one after another, and by the last one from then on. */
async function over(handlers: readonly Handler[], options: Partial<HttpSubgraphsOptions> = {}) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const handler = handlers[Math.min(asked.length, handlers.length - 1)];
    asked.push({ url: request.url, headers: request.headers, body: await text(request) });
    handler?.(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pets/graphql?of=pets`;
  const subgraphs = createHttpSubgraphs({
    urls: new Map([['pets', url]]),
    timeoutMs: 5_000,
    maxAnswerMiB: 1 / 1_024,
    maxInWork: 10,
    logger: createLogger('silent'),
    ...options,
  });
  onTestFinished(async () => {
    await subgraphs.close();
    server.closeAllConnections();
    server.close();
  });
  return { subgraphs, asked, server };
}

const nobody = { headers: {} };

describe('a subgraph called over HTTP', () => {
  it('gets the body at its URL with the forwarded headers, and no others', async () => {
    const { subgraphs, asked } = await over([send(ANSWER)]);
    const answer = await subgraphs.ask(QUERY, { headers: { authorization: 'Bearer x', 'x-tenant': 'a' } });
    expect(answer).toBe(ANSWER);
    const [{ url, headers, body }] = asked as [Asked];
    const { host, connection, 'content-length': _length, ...told } = headers;
    expect({ url, body }).toEqual({ url: '/pets/graphql?of=pets', body: QUERY.body });
    expect(told).toEqual({
      accept: 'application/graphql-response+json, application/json',
      authorization: 'Bearer x',
      'content-type': 'application/json',
      'x-tenant': 'a',
    });
  });

  it('may answer in chunks that split characters', async () => {
    const bytes = Buffer.from(ANSWER);
    const { subgraphs } = await over([
      (response) => {
        response.write(bytes.subarray(0, bytes.indexOf(0xc5) + 1), () => {
          response.end(bytes.subarray(bytes.indexOf(0xc5) + 1));
        });
      },
    ]);
    expect(await subgraphs.ask(QUERY, nobody)).toBe(ANSWER);
  });

  it.each([200, 400, 500])('may answer a GraphQL result with status %i', async (status) => {
    const result = '{"errors":[{"message":"No such field"}]}';
    const { subgraphs } = await over([send(result, status)]);
    expect(await subgraphs.ask(QUERY, nobody)).toBe(result);
  });

  it.each([
    ['HTML with status 200', send('<html></html>', 200, 'text/html')],
    ['an empty answer', send('')],
    ['a gateway in between', send('<html>Bad Gateway</html>', 502, 'text/html')],
    ['JSON that is no result, with status 503', send('{"error":"away"}', 503)],
    ['a broken connection', (response: ServerResponse) => response.destroy()],
  ])('gets a query again after %s, but not a mutation', async (_what, bad) => {
    const again = await over([bad, send(ANSWER)]);
    expect(await again.subgraphs.ask(QUERY, nobody)).toBe(ANSWER);
    const once = await over([bad, send(ANSWER)]);
    await expect(once.subgraphs.ask(MUTATION, nobody)).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      message: 'The pets subgraph did not answer. Try again later.',
    });
    expect(once.asked).toHaveLength(1);
  });

  it('is not called again after a refusal that is not a result', async () => {
    const { subgraphs, asked } = await over([send('{"message":"Who are you?"}', 401)]);
    for (let times = 0; times < 10; times += 1)
      await expect(subgraphs.ask(QUERY, nobody)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(asked).toHaveLength(10);
    expect(subgraphs.breakers()).toEqual({ pets: 'closed' });
  });

  it('may report an overload', async () => {
    const { subgraphs } = await over([send('slow down', 429, 'text/plain')]);
    await expect(subgraphs.ask(QUERY, nobody)).rejects.toMatchObject({ code: 'OVERLOADED' });
  });

  it('is not called while its breaker is open', async () => {
    const { subgraphs, server } = await over([send(ANSWER)]);
    server.close();
    for (let times = 0; times < 5; times += 1)
      await expect(subgraphs.ask(MUTATION, nobody)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(subgraphs.breakers()).toEqual({ pets: 'open' });
  });

  it('must be in the supergraph', async () => {
    const { subgraphs } = await over([send(ANSWER)]);
    await expect(subgraphs.ask({ ...QUERY, subgraph: '__proto__' }, nobody)).rejects.toThrow(TypeError);
  });
});

describe('bounds', () => {
  const large = `{"data":"${'x'.repeat(2_000)}"}`;

  it.each([
    ['says its length', send(large)],
    // It never ends, so that reading all of it would hang.
    ['streams without an end', (response: ServerResponse) => response.write(large)],
  ])('refuse an answer of too many bytes that %s, without a retry', async (_what, handler) => {
    const closed: Promise<unknown>[] = [];
    const { subgraphs, asked } = await over([
      (response, request) => {
        closed.push(once(request.socket, 'close'));
        handler(response, request);
      },
    ]);
    await expect(subgraphs.ask(QUERY, nobody)).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
    expect(asked).toHaveLength(1);
    await Promise.all(closed);
  });

  it.each([
    ['does not begin its answer', () => undefined],
    ['does not end its answer', (response: ServerResponse) => response.write('{"data":')],
  ])('limit the time for a subgraph that %s', async (_what, handler) => {
    const { subgraphs } = await over([handler], { timeoutMs: 50 });
    await expect(subgraphs.ask(QUERY, nobody)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  });

  it('limit the time by the operation’s deadline, and send nothing after it', async () => {
    const { subgraphs, asked } = await over([() => undefined]);
    const cut = () => withinTime(80, () => subgraphs.ask(QUERY, nobody));
    await expect(cut()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    // On a busy machine the time may be over before the request arrives.
    const before = asked.length;
    const late = () => withinTime(0, () => subgraphs.ask(QUERY, nobody));
    await expect(late()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(asked).toHaveLength(before);
  });

  it('limit the concurrent requests to one subgraph', async () => {
    const held: ServerResponse[] = [];
    const { subgraphs, asked } = await over([(response) => held.push(response)], { maxInWork: 2 });
    const both = [subgraphs.ask(QUERY, nobody), subgraphs.ask(QUERY, nobody)];
    await expect(subgraphs.ask(QUERY, nobody)).rejects.toMatchObject({ code: 'OVERLOADED' });
    await expect.poll(() => held.length).toBe(2);
    for (const response of held) response.end(ANSWER);
    expect(await Promise.all(both)).toEqual([ANSWER, ANSWER]);
    const next = subgraphs.ask(QUERY, nobody);
    await expect.poll(() => asked.length).toBe(3);
    held.at(-1)?.end(ANSWER);
    expect(await next).toBe(ANSWER);
  });
});
