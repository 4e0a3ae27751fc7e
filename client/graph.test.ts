import { describe, expect, it, vi } from 'vitest';
import { isPassing } from './errors.ts';
import { openGraph } from './graph.ts';
import { BookChangedDocument, MeDocument } from './operations.generated.ts';
import { watchBlob } from './watch.ts';

/** A graph whose server answers so. */
function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const fetch = vi.fn(async () => new Response(body, { status, headers }));
  return openGraph({ url: 'http://127.0.0.1:1/graphql', token: () => 'x', fetch });
}

const failureOf = async (graph: ReturnType<typeof answering>) =>
  graph.request(MeDocument, {}).then(
    () => undefined,
    (error: unknown) => error as { status?: number; retryAfterSeconds?: number },
  );

describe('an answer that is no GraphQL', () => {
  it.each([
    [404, '{"statusCode":404,"error":"Not Found"}', false],
    [403, '{"message":"No."}', false],
    [200, '<html>', false],
    [200, 'null', false],
    [502, '<html>', true],
    [429, '{}', true],
    [503, '{"errors":[{"message":"Away.","extensions":{"code":"OVERLOADED"}}]}', true],
    [400, '{"errors":[{"message":"No.","extensions":{"code":"BAD_USER_INPUT"}}]}', false],
  ])('%d with %s: may pass by itself: %s', async (status, body, passes) => {
    const error = await failureOf(answering(status, body));
    expect(error).toMatchObject({ name: 'GraphError', status, message: expect.stringMatching(/./) });
    expect(isPassing(error)).toBe(passes);
  });
});

it.each([
  ['7', 7],
  ['-1', 0],
  ['soon', undefined],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
])('takes “Retry-After: %s” for %s s', async (header, seconds) => {
  const error = await failureOf(answering(503, '', { 'retry-after': header }));
  expect(error?.retryAfterSeconds).toBe(seconds);
});

it('takes a date to come for the seconds until then', async () => {
  const error = await failureOf(
    answering(503, '', { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }),
  );
  expect(error?.retryAfterSeconds).toBeGreaterThan(50);
  expect(error?.retryAfterSeconds).toBeLessThanOrEqual(60);
});

it('throws what the token’s source throws, and does not try again', async () => {
  const token = vi.fn(async () => {
    throw new Error('Signed out.');
  });
  const graph = openGraph({ url: 'http://127.0.0.1:1/graphql', token });
  await expect(graph.request(MeDocument, {})).rejects.toThrow('Signed out.');
  await expect(watchBlob(graph, 'b').next()).rejects.toThrow('Signed out.');
  expect(token).toHaveBeenCalledTimes(2);
});

it('ends what is asked when it is closed, and takes nothing more', async () => {
  const fetch = vi.fn(
    (_url: unknown, init?: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
      }),
  );
  const graph = openGraph({
    url: 'http://127.0.0.1:1/graphql',
    token: () => 'x',
    fetch: fetch as typeof globalThis.fetch,
  });
  const [asked, watched] = [graph.request(MeDocument, {}), watchBlob(graph, 'b').next()];
  await expect.poll(() => fetch.mock.calls.length).toBe(2);
  graph.close();
  await expect(asked).rejects.toThrow('The graph was closed.');
  await expect(watched).rejects.toThrow('The graph was closed.');
  await expect(graph.request(MeDocument, {})).rejects.toThrow('The graph was closed.');
  await expect(graph.subscribe(MeDocument, {}).next()).rejects.toThrow('The graph was closed.');
});

it('closed while a connection is made that comes to nothing, it leaves no rejection behind', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const graph = openGraph({
    url: 'http://127.0.0.1:1/graphql',
    token: () => Promise.reject(new Error('There is no token.')),
  });
  const following = graph.subscribe(BookChangedDocument, { bookId: 'x' }).next();
  graph.close();
  await expect(following).rejects.toThrow();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});
