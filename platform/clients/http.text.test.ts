import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { testEgress, testTokens } from '../testing/identity.ts';
import { AnswerTooLarge } from './exchange.ts';
import { NoAnswer } from './guard.ts';
import { createServiceHttp, type ServiceCall } from './http.ts';

const tokens = testTokens('gateway');
const post: ServiceCall = { method: 'POST', path: '/graphql', json: '{ "query": "{ü}" }', viewer: null };

/** Asks a server that answers as `listener` says for the text of its answer. */
async function ask(listener: RequestListener, call: Partial<ServiceCall> = {}) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = createServiceHttp({ urls: loadConfig({}).urls, tokens, egress: testEgress });
  onTestFinished(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });
  const target = { id: 'summary', baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  return { http, target, answer: http.sendForText(target, { ...post, ...call }) };
}

const answering =
  (status: number, body: string): RequestListener =>
  (_request, response) =>
    response.writeHead(status).end(body);

test('ready JSON is sent as it is, and the answer comes as it was sent', async () => {
  const { answer } = await ask(async (request, response) => {
    const received = await text(request);
    response.end(JSON.stringify({ received, type: request.headers['content-type'] }));
  });
  expect(await answer).toEqual({
    status: 200,
    text: JSON.stringify({ received: post.json, type: 'application/json' }),
  });
});

test('an answer in pieces is put together, characters that were cut included', async () => {
  const bytes = Buffer.from('{"text":"üüü"}');
  const { answer } = await ask((_request, response) => {
    response.write(bytes.subarray(0, 10));
    response.end(bytes.subarray(10));
  });
  expect((await answer).text).toBe('{"text":"üüü"}');
});

test.each([
  ['a page', 200, '<html>'],
  ['an answer that is cut off', 200, '{"data":{"a":1'],
  ['another value', 200, '[]'],
  ['nothing', 200, ''],
  ['a page of a proxy', 502, '<html>'],
])('%s is no answer', async (_, status, body) => {
  const { answer } = await ask(answering(status, body));
  await expect(answer).rejects.toBeInstanceOf(NoAnswer);
});

test.each([
  [400, '{"errors":[]}'],
  [401, 'no'],
  [503, '{"error":{"code":"OVERLOADED","message":"Too much."}}'],
])('a refusal with status %i is', async (status, body) => {
  const { answer } = await ask(answering(status, body));
  expect(await answer).toEqual({ status, text: body });
});

test.each([
  ['as it says itself', answering(200, `{"text":"${'x'.repeat(100)}"}`)],
  [
    'as it turns out',
    (_request: unknown, response: Parameters<RequestListener>[1]) => {
      response.write('{"text":"');
      response.end(`${'x'.repeat(100)}"}`);
    },
  ],
])(
  'an answer that is too large, %s, is refused, and says nothing against the service',
  async (_, listener) => {
    let asked = 0;
    const { http, target, answer } = await ask(
      (request, response) => {
        asked += 1;
        listener(request, response);
      },
      { maxBytes: 100, repeatable: true },
    );
    await expect(answer).rejects.toBeInstanceOf(AnswerTooLarge);
    expect(asked).toBe(1);
    expect(Object.values(http.breakers())).toEqual(['closed']);
    expect((await http.sendForText(target, { ...post, maxBytes: 200 })).status).toBe(200);
  },
);
