import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { serve } from '../../testing/http-server.ts';
import { fetchJwks, JWKS_PATH, jwksOf, NoKeysHere } from './jwks.ts';
import { newServiceKey, readServiceKeys } from './service-keys.ts';

const [key] = readServiceKeys(newServiceKey());

const answering =
  (body: string, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);

test('published keys are read as they were published', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(request.url, request.headers.authorization);
    response.end(jwksOf([key.jwk]));
  });
  expect(await fetchJwks(url)).toEqual([key.jwk.x]);
  expect(asked).toEqual([JWKS_PATH, undefined]);
});

test('other kinds of keys, and what is written otherwise, are left out', async () => {
  const others = [
    { kty: 'RSA', n: 'x', e: 'AQAB' },
    { kty: 'oct', k: 'c2VjcmV0' },
    { kty: 'OKP', crv: 'X25519', x: key.jwk.x },
    { kty: 'OKP', crv: 'Ed25519', x: `${key.jwk.x}=` },
    { kty: 'OKP', crv: 'Ed25519' },
    null,
    'x',
  ];
  const url = await serve(answering(JSON.stringify({ keys: [...others, key.jwk] })));
  expect(await fetchJwks(url)).toEqual([key.jwk.x]);
});

test.each([
  ['no JSON', answering('<html>')],
  ['another document', answering('[]')],
  ['nine keys', answering(jwksOf(Array(9).fill(key.jwk)))],
  ['a private key', answering(JSON.stringify({ keys: [{ ...key.jwk, d: 'x' }] }))],
  ['without an end', answering(`{"keys":[],"x":"${'x'.repeat(20_000)}"}`)],
  ['401, as before there were keys', answering('{}', 401)],
  ['a redirect', (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
] satisfies [string, RequestListener][])('an answer of %s holds none', async (_, listener) => {
  await expect(fetchJwks(await serve(listener))).rejects.toThrow(NoKeysHere);
});

test('a fault of the service says nothing about its keys', async () => {
  const broken = fetchJwks(await serve(answering('{}', 503)));
  await expect(broken).rejects.toThrow('status 503');
  await expect(broken).rejects.not.toThrow(NoKeysHere);
  await expect(fetchJwks('http://127.0.0.1:9')).rejects.not.toThrow(NoKeysHere);
});
