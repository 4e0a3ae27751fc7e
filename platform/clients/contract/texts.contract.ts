import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { BlobgraphError } from '../../errors/errors.ts';
import { AnswerTooLarge } from '../http/gathering.ts';
import { NoAnswer } from '../http/guard.ts';
import type { ServiceCall } from '../http/http.ts';
import type { Hop } from './hop.fixture.ts';

const post: ServiceCall = { method: 'POST', path: '/graphql', json: '{ "query": "{ü}" }', viewer: null };

/** Answers that are read as texts, over any transport. */
export function textsContract(hop: Hop): void {
  /** Asks a service that answers as `listener` says for the text of its answer. */
  async function ask(listener: RequestListener, call: Partial<ServiceCall> = {}) {
    const { url } = await hop.serve('summary', listener);
    const target = { id: 'summary', baseUrl: url };
    const http = hop.client('gateway');
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

  const LONG = JSON.stringify({ data: 'x'.repeat(4 * 1024 * 1024) });

  test('of a large answer no more is read until it may be', async () => {
    let may = () => {};
    let waited = 0;
    const wait = () => {
      waited += 1;
      return new Promise<void>((resolve) => (may = resolve));
    };
    let whole = false;
    const { answer } = await ask((_request, response) => response.end(LONG, () => (whole = true)), {
      large: { fromBytes: 1_024, wait },
    });
    await expect.poll(() => waited).toBe(1);
    expect(whole).toBe(false);
    may();
    expect((await answer).text).toBe(LONG);
    expect(waited).toBe(1);
  });

  test('a large answer that may not be had ends with the reason', async () => {
    const { answer } = await ask(answering(200, LONG), {
      large: { fromBytes: 1_024, wait: () => Promise.reject(new BlobgraphError('OVERLOADED', 'Too much.')) },
    });
    await expect(answer).rejects.toMatchObject({ code: 'OVERLOADED' });
  });
}
