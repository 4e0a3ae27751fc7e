import { Readable } from 'node:stream';
import { Client } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';
import { beginsWithLongQuery } from './long-query.ts';

const LONG = '#'.repeat(400_000);
const isRefused = (body: string) => beginsWithLongQuery(Buffer.from(body));

describe('a request with a query that is far too long is refused by its first bytes', () => {
  it.each([
    ['first', `{"query":"{ me { id } } ${LONG}"}`],
    ['after white space', ` \n{\t"query" : \r\n "${LONG}"}`],
    ['after other strings', `{"operationName":"A\\"b","documentId":"","query":"${LONG}","variables":{}}`],
    ['with quotes in it', `{"query":"${'\\"'.repeat(250_000)}"}`],
    ['that never ends', `{"query":"${LONG}`],
  ])('%s', (_what, body) => expect(isRefused(body)).toBe(true));

  it.each([
    ['whose variables are large', `{"query":"{ me { id } }","variables":{"a":"${LONG}"}}`],
    [
      'whose variables have a member of that name',
      `{"variables":{"query":"${LONG}"},"query":"{ me { id } }"}`,
    ],
    ['whose other text is long', `{"operationName":"${LONG}","query":"{ me { id } }"}`],
    ['that ends in a name', `{"query`.padEnd(400_000)],
    ['that is a list', `["query","${LONG}"]`],
    ['that is a string', `"query":"${LONG}"`],
    ['of white space', ' '.repeat(400_000)],
    ['of which the query is short', `{"query":"\\\\","x":"${LONG}"}`],
  ])('one %s is left to the parser', (_what, body) => expect(isRefused(body)).toBe(false));
});

describe('over HTTP', () => {
  const ask = { query: '{ me { id } }' };
  let graph: TestGraph;
  let client: Client;
  let authorization: string;

  beforeAll(async () => {
    graph = await startTestGraph();
    client = new Client(graph.gateway.url, { pipelining: 1 });
    authorization = `Bearer ${await graph.token()}`;
  });
  afterAll(async () => {
    await client.close();
    await graph.stop();
  });

  async function send(body: string | Readable) {
    const headers = { 'content-type': 'application/json', authorization };
    const answer = await client.request({ path: '/graphql', method: 'POST', headers, body });
    const { data, errors } = (await answer.body.json()) as {
      data?: { me: { id: string } };
      errors?: { extensions: { code: string } }[];
    };
    return { status: answer.statusCode, code: errors?.[0]?.extensions.code, data };
  }

  it.each([
    ['in one piece', (body: string) => body],
    ['of unknown length', (body: string) => Readable.from(body.match(/.{1,65536}/gs) ?? [])],
  ])('what is too long is refused, %s, and its connection serves on', async (_how, made) => {
    for (const bytes of [100_000, 500_000, 900_000, 7_500_000]) {
      const long = JSON.stringify({ query: `{ me { id } } ${'#'.repeat(bytes)}` });
      expect(await send(made(long))).toMatchObject({ status: 400, code: 'QUERY_TOO_COMPLEX' });
      expect(await send(JSON.stringify(ask))).toMatchObject({ status: 200, code: undefined });
    }
  });

  it.each([
    ['in one piece', (body: string) => body],
    ['of unknown length', (body: string) => Readable.from(body.match(/.{1,65536}/gs) ?? [])],
  ])('large variables are read whole, %s', async (_how, made) => {
    const large = JSON.stringify({ ...ask, variables: { text: 'é"'.repeat(1_000_000) } });
    expect(await send(made(large))).toMatchObject({ status: 200, code: undefined });
  });
});
