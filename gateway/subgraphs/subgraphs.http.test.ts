import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withinTime } from '../../platform/deadline.ts';
import { createLogger } from '../../platform/logger.ts';
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

/** One subgraph that answers as `handlers` do, one after the other, and the last for all that follow. */
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

describe('asking a subgraph by HTTP', () => {
  it('sends the body to its URL with the headers that are sent on, and no others', async () => {
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

  it('puts an answer together that comes in pieces, characters cut in two', async () => {
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

  it.each([200, 400, 500])(
    'takes a result with status %i as what the subgraph has to say',
    async (status) => {
      const result = '{"errors":[{"message":"No such field"}]}';
      const { subgraphs } = await over([send(result, status)]);
      expect(await subgraphs.ask(QUERY, nobody)).toBe(result);
    },
  );

  it.each([
    ['HTML with status 200', send('<html></html>', 200, 'text/html')],
    ['an empty answer', send('')],
    ['a gateway in between', send('<html>Bad Gateway</html>', 502, 'text/html')],
    ['JSON that is no result, with status 503', send('{"error":"away"}', 503)],
    ['a broken connection', (response: ServerResponse) => response.destroy()],
  ])('asks a query again after %s, and a mutation not', async (_what, bad) => {
    const again = await over([bad, send(ANSWER)]);
    expect(await again.subgraphs.ask(QUERY, nobody)).toBe(ANSWER);
    const once = await over([bad, send(ANSWER)]);
    await expect(once.subgraphs.ask(MUTATION, nobody)).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      message: 'The pets subgraph did not answer. Try again later.',
    });
    expect(once.asked).toHaveLength(1);
  });

  it('takes a refusal that is no result for what it is: it is not asked again', async () => {
    const { subgraphs, asked } = await over([send('{"message":"Who are you?"}', 401)]);
    for (let times = 0; times < 10; times += 1)
      await expect(subgraphs.ask(QUERY, nobody)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(asked).toHaveLength(10);
    expect(subgraphs.breakers()).toEqual({ pets: 'closed' });
  });

  it('tells of a subgraph that has too much to do', async () => {
    const { subgraphs } = await over([send('slow down', 429, 'text/plain')]);
    await expect(subgraphs.ask(QUERY, nobody)).rejects.toMatchObject({ code: 'OVERLOADED' });
  });

  it('leaves a subgraph alone that does not answer', async () => {
    const { subgraphs, server } = await over([send(ANSWER)]);
    server.close();
    for (let times = 0; times < 5; times += 1)
      await expect(subgraphs.ask(MUTATION, nobody)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(subgraphs.breakers()).toEqual({ pets: 'open' });
  });

  it('knows no subgraph beside those of the supergraph', async () => {
    const { subgraphs } = await over([send(ANSWER)]);
    await expect(subgraphs.ask({ ...QUERY, subgraph: '__proto__' }, nobody)).rejects.toThrow(TypeError);
  });
});

describe('bounds', () => {
  const large = `{"data":"${'x'.repeat(2_000)}"}`;

  it.each([
    ['says its length', send(large)],
    // It never ends: whoever read it whole would wait for ever.
    ['streams without an end', (response: ServerResponse) => response.write(large)],
  ])('refuses an answer of too many bytes that %s, and does not ask again', async (_what, handler) => {
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
  ])('waits no longer than it may for a subgraph that %s', async (_what, handler) => {
    const { subgraphs } = await over([handler], { timeoutMs: 50 });
    await expect(subgraphs.ask(QUERY, nobody)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  });

  it('waits no longer than the operation has time, and does not begin without any', async () => {
    const { subgraphs, asked } = await over([() => undefined]);
    const cut = () => withinTime(80, () => subgraphs.ask(QUERY, nobody));
    await expect(cut()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    // On a busy machine the time may be over before the subgraph hears of it.
    const before = asked.length;
    const late = () => withinTime(0, () => subgraphs.ask(QUERY, nobody));
    await expect(late()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(asked).toHaveLength(before);
  });

  it('has no more in work at one subgraph than it may', async () => {
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
