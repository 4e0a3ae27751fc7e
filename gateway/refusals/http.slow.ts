import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { generateKeyPair, importJWK, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { openSocket } from '../testing/socket.ts';
import { expectRefusal, JSON_TYPE, STACK, serveAll } from './refusals.fixture.ts';

/** Requests that are refused over HTTP, by path. */

const gateway = serveAll();

const query = JSON.stringify({ query: '{ me { id } }' });
const NINE_MB = 9 * 1024 * 1024;
const form = 'query=%7B__typename%7D';
/** 64 MiB, compressed to 64 KiB. */
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));

/** Bodies that every path with a body refuses alike. */
const bodies: readonly (readonly [string, RequestInit, number, string])[] = [
  ['text/plain', { headers: { 'content-type': 'text/plain' }, body: query }, 415, 'MEDIA_TYPE_UNSUPPORTED'],
  [
    'a form',
    { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form },
    415,
    'MEDIA_TYPE_UNSUPPORTED',
  ],
  [
    'a multipart form',
    { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' },
    415,
    'MEDIA_TYPE_UNSUPPORTED',
  ],
  [
    'another charset',
    { headers: { 'content-type': 'application/json; charset=utf-7' }, body: query },
    415,
    'MEDIA_TYPE_UNSUPPORTED',
  ],
  [
    'another charset, quoted',
    { headers: { 'content-type': 'application/json;CharSet="UTF-16"' }, body: query },
    415,
    'MEDIA_TYPE_UNSUPPORTED',
  ],
  [
    'a gzip bomb',
    { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: bomb },
    415,
    'MEDIA_TYPE_UNSUPPORTED',
  ],
  ['broken JSON', { headers: JSON_TYPE, body: '{"query":' }, 400, 'BAD_REQUEST'],
  ['JSON of ten thousand levels', { headers: JSON_TYPE, body: '['.repeat(10_000) }, 400, 'VALIDATION_FAILED'],
  [
    'bytes that are no UTF-8',
    { headers: JSON_TYPE, body: Buffer.from([0x22, 0xff, 0x22]) },
    400,
    'BAD_REQUEST',
  ],
  ['9 MiB', { headers: JSON_TYPE, body: `"${'x'.repeat(NINE_MB)}"` }, 413, 'PAYLOAD_TOO_LARGE'],
];

describe.each(['/graphql', '/api/v1/blobs', '/api/v1/uploads', '/api/v1/processors/state/blobs/batch'])(
  'POST %s',
  (path) => {
    test.each(bodies)('with %s', async (_, init, status, code) => {
      expectRefusal(await gateway.send(path, { method: 'POST', ...init }), status, code);
    });
  },
);

describe('GraphQL over HTTP', () => {
  const mutation = 'mutation { retryProcessing(blobId: "b", processorId: "p") { blob { id } } }';
  const posted = (members: object): RequestInit => ({
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify(members),
  });
  test.each([
    [
      'two operations without a name',
      posted({ query: 'query A { __typename } query B { __typename }' }),
      400,
      'BAD_REQUEST',
    ],
    [
      'a name of none of them',
      posted({ query: 'query A { __typename }', operationName: 'B' }),
      400,
      'BAD_REQUEST',
    ],
    [
      'a name that is an inherited member',
      posted({ query: 'query A { __typename }', operationName: '__proto__' }),
      400,
      'BAD_REQUEST',
    ],
    ['no GraphQL', posted({ query: '{' }), 400, 'GRAPHQL_PARSE_FAILED'],
    ['a field that there is not', posted({ query: '{ nothing }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a list of operations', { method: 'POST', headers: JSON_TYPE, body: `[${query}]` }, 400, 'BAD_REQUEST'],
    ['a subscription', posted({ query: 'subscription { blobChanged { kind } }' }), 400, 'BAD_REQUEST'],
  ] as const)('%s', async (_, init, status, code) => {
    expectRefusal(await gateway.send('/graphql', init), status, code);
  });

  test('a mutation by GET', async () => {
    const refused = await gateway.send(`/graphql?query=${encodeURIComponent(mutation)}`, {});
    expectRefusal(refused, 405, 'BAD_REQUEST');
    expect(refused.headers.get('allow')).toBe('POST');
  });

  test.each(['PUT', 'DELETE', 'PATCH'])('%s', async (method) => {
    const { status, text } = await gateway.send('/graphql', { method });
    expect([404, 405]).toContain(status);
    expect(text).not.toMatch(STACK);
  });
});

/** Malformed tokens. `%` stands for a valid one. */
const tokens: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['another scheme', 'Basic %'],
  ['the scheme alone', 'Bearer '],
  ['two tokens', 'Bearer % %'],
  ['a list', 'Bearer %, Bearer %'],
  ['a signature cut off', 'Bearer %-'],
  ['alg none', `Bearer ${[{ alg: 'none' }, { sub: 'alice', exp: 4e9 }].map(encoded).join('.')}.`],
  [
    'a kid that is a path',
    `Bearer ${[
      { alg: 'ES256', kid: '../../../dev/null' },
      { sub: 'alice', exp: 4e9 },
    ]
      .map(encoded)
      .join('.')}.AAAA`,
  ],
];

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

type Claims = Readonly<Record<string, unknown>>;

/** A valid token with some claims changed. */
async function signed(claims: Claims, key?: Parameters<SignJWT['sign']>[0], alg = 'ES256'): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const whole = { iss: 'blobgraph-development', aud: 'blobgraph', sub: 'alice', exp: now + 3_600, ...claims };
  return new SignJWT(whole)
    .setProtectedHeader({ alg })
    .sign(key ?? (await importJWK(await gateway.userKey(), 'ES256')));
}

const agoSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) - seconds;

/** Well-formed tokens that are invalid. */
const forged: readonly (readonly [string, () => Promise<string>])[] = [
  ['an expired one', () => signed({ exp: agoSeconds(300) })],
  ['one that is not valid yet', () => signed({ nbf: agoSeconds(-300) })],
  ['one that does not end', () => signed({ exp: undefined })],
  ['one for another audience', () => signed({ aud: 'another' })],
  ['one of another issuer', () => signed({ iss: 'another' })],
  ['one of nobody', () => signed({ sub: '' })],
  ['one by another key', async () => signed({}, (await generateKeyPair('ES256')).privateKey)],
  [
    'one by HS256 with the public key as its secret',
    async () => {
      const { d: _, ...publicKey } = await gateway.userKey();
      return signed({}, new TextEncoder().encode(JSON.stringify(publicKey)), 'HS256');
    },
  ],
];

test('a token signed like the invalid ones below is accepted', async () => {
  const headers = { authorization: `Bearer ${await signed({})}` };
  expect(await (await fetch(`${gateway.url()}/api/v1/blobs/b0`, { headers })).json()).toMatchObject({
    blob: { id: 'b0' },
  });
});

describe('a caller with', () => {
  test.each([
    ...tokens.map(([name, shape]) => [name, async () => shape.replaceAll('%', gateway.token())] as const),
    ...forged.map(([name, token]) => [name, async () => `Bearer ${await token()}`] as const),
  ])('%s is refused over every transport', async (_, authorizationOf) => {
    const authorization = await authorizationOf();
    for (const path of [
      '/graphql',
      '/api/v1/blobs/b0',
      '/api/v1/blobs/b0/text',
      '/api/v1/route',
      '/api/v1/processors/state/blobs/b0',
    ]) {
      const refused = await gateway.send(path, {
        headers: { authorization },
        ...(path === '/graphql' && { method: 'POST', body: query, headers: { ...JSON_TYPE, authorization } }),
      });
      expect([path, refused.status, refused.code]).toEqual([path, 401, 'UNAUTHENTICATED']);
      expect(refused.text).not.toMatch(STACK);
    }
    const socket = await openSocket(gateway.url(), { authorization });
    expect(await socket.closed()).toBe(4401);
  });

  test('two Authorization headers is never authenticated by the second', async () => {
    const { hostname, port } = new URL(gateway.url());
    const raw = connect(Number(port), hostname);
    const lines = ['GET /api/v1/blobs/b0 HTTP/1.1', 'Host: x', 'Connection: close'];
    const other = await gateway.tokenOf('mallory');
    raw.end(
      [...lines, `Authorization: Bearer ${other}`, `Authorization: Bearer ${gateway.token()}`, '', ''].join(
        '\r\n',
      ),
    );
    let received = '';
    for await (const chunk of raw) received += String(chunk);
    // Node keeps the first one, and so do proxies.
    expect(received).not.toContain('"user_id":"alice"');
    expect(received).not.toMatch(STACK);
  });
});

test('none of these requests caused a fault', () => expect(gateway.faults()).toEqual([]));
