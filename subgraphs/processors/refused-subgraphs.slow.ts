import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlServer } from '../../platform/sql/database.ts';
import { openTemporaryPglite } from '../../platform/testing/pglite.ts';
import { type TestService, viewer } from '../../platform/testing/service.ts';
import {
  askFor,
  type FakeProcessor,
  inputOf,
  operator,
  register,
  reportUse,
  sdlOf,
  served,
  startProcessor,
  startRegistry,
} from './supergraph.fixture.ts';

/** Bad input of every kind: each is told by its field, and nothing is written. */

let sql: SqlServer;
let registry: TestService;
let processor: FakeProcessor;
const SDL = sdlOf('Tested');
beforeAll(async () => {
  processor = await startProcessor(SDL);
  sql = await openTemporaryPglite();
  registry = await startRegistry(sql);
});
afterAll(async () => {
  processor.close();
  await registry?.stop();
  await sql?.close();
});

const refused = async (subgraph: object, more: object = {}): Promise<string[]> => {
  const given = { ...inputOf('tested', 'Tested', processor.url, { sdl: SDL, ...subgraph }), ...more };
  const { userErrors, supergraph } = await register(registry, given);
  expect(supergraph).toBeNull();
  return userErrors.map(({ field, code, message }) => `${field} ${code}: ${message}`);
};

it.each([
  [{ sdl: '' }, /^subgraph\.sdl PROCESSOR_INVALID: `subgraph\.sdl` must not be empty/],
  [
    { sdl: `# ${'x'.repeat(256 * 1024)}` },
    /^subgraph\.sdl PROCESSOR_INVALID: `subgraph\.sdl` must have at most 256 KiB/,
  ],
  [{ sdl: 'type\u0000' }, /^subgraph\.sdl PROCESSOR_INVALID: .*must not hold NUL/],
  [{ sdl: 'type {' }, /^subgraph\.sdl COMPOSITION_FAILED: The SDL cannot be parsed at line 1, column 6/],
  [
    { sdl: sdlOf('Tested', 'a: Nothing') },
    /^subgraph\.sdl COMPOSITION_FAILED: It does not compose with the graph: Unknown type Nothing/,
  ],
  [{ url: 'nowhere' }, /^subgraph\.url PROCESSOR_INVALID: `subgraph\.url` must be an http or https address/],
  [{ url: 'ftp://a.internal/graphql' }, /^subgraph\.url PROCESSOR_INVALID: /],
  [{ url: 'http://u:p@a.internal/graphql' }, /^subgraph\.url PROCESSOR_INVALID: .*without user/],
  [
    { url: 'http://a.internal/other' },
    /^subgraph\.url PROCESSOR_INVALID: `subgraph\.url` must end with \/graphql/,
  ],
  [
    { url: 'http://169.254.169.254/graphql' },
    /^subgraph\.url PROCESSOR_INVALID: .*must not be at an address of this kind/,
  ],
  [{ url: 'http://127.0.0.1:9/graphql' }, /^subgraph\.url PROCESSOR_INVALID: The subgraph does not answer/],
  [
    { allowBreaking: ['no coordinate'] },
    /^subgraph\.allowBreaking\.0 PROCESSOR_INVALID: .*must hold schema coordinates/,
  ],
])('%.80j', async (subgraph, told) => {
  expect(await refused(subgraph)).toEqual([expect.stringMatching(told)]);
  expect((await served(registry)).version).toBe(1);
});

it('a declaration that is wrong, or another’s type, is told as ever', async () => {
  expect(await refused({}, { version: 'no version!' })).toEqual([
    expect.stringMatching(/^version PROCESSOR_INVALID/),
  ]);
  expect(await refused({}, { id: 'state' })).toEqual([
    expect.stringMatching(/^id PROCESSOR_INVALID: .*taken by the system/),
  ]);
  processor.serve(sdlOf('ExpandedText'));
  const taking = await refused({ sdl: sdlOf('ExpandedText') }, { graphqlType: 'ExpandedText' });
  expect(taking.join('\n')).toMatch(/ExpandedText/);
  processor.serve(SDL);
  const { data } = await registry.graphql<{ processors: object[] }>('{ processors { id } }');
  expect(data?.processors).toEqual([]);
});

it.each<[string, Parameters<FakeProcessor['answerBy']>[0], RegExp]>([
  ['no GraphQL', (_request, response) => response.end('hello'), /does not answer|no SDL/],
  ['an error', (_request, response) => response.writeHead(500).end('{}'), /does not answer|with 500/],
  [
    'a refusal',
    (_request, response) =>
      response
        .writeHead(403, { 'content-type': 'application/json' })
        .end('{"error":{"code":"FORBIDDEN","message":"no"}}'),
    /refuses .* with 403: it must let `processors` ask on behalf of a user, see Q9/,
  ],
  [
    'a redirect',
    (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/graphql' }).end(),
    /does not answer|with 302/,
  ],
  [
    'more than it may',
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) {
          // Until the other side reads no more.
        }
      };
      response.on('drain', pour);
      pour();
    },
    /does not answer/,
  ],
  [
    'another SDL',
    (_request, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ data: { _service: { sdl: sdlOf('Tested', 'other: Int') } } })),
    /answers another SDL \(`_service`\): `Tested` differs/,
  ],
])('a subgraph that answers %s', async (_what, answer, told) => {
  processor.answerBy(answer);
  try {
    expect(await refused({})).toEqual([expect.stringMatching(told)]);
  } finally {
    processor.answerBy(undefined);
  }
});

it('operators alone register a subgraph, also by REST; the processor itself its declaration', async () => {
  const body = {
    ...{ id: 'tested', name: 'Tested', storage_type: 's3', connection_string: 'c', database_name: 'd' },
    ...{
      input_schema_ids: ['text-input-v1'],
      output_schema_id: 'tested-v1',
      graphql_type: 'Tested',
      base_url: processor.url,
    },
  };
  const subgraph = { sdl: SDL };
  const rest = (caller: object, more: object = {}) =>
    registry.rest<{ supergraph: { version: number } | null }>('POST', '/api/v1/processors', {
      body: { ...body, ...more },
      caller,
    });
  expect((await rest({ service: 'tested', viewer: null }, { subgraph })).status).not.toBe(200);
  expect((await rest({ service: 'gateway', viewer: viewer('alice') }, { subgraph })).status).toBe(403);
  expect((await rest({ service: 'tested', viewer: null })).body.supergraph).toBeNull();
  const taken = await rest(operator, { subgraph });
  expect([taken.status, taken.body.supergraph?.version]).toEqual([200, 2]);
  expect((await rest(operator, { subgraph: { ...subgraph, more: 1 } })).status).toBe(422);
  await expect(
    register(registry, inputOf('x', 'X', processor.url), { service: 'gateway', viewer: viewer('bob') }),
  ).rejects.toThrow('FORBIDDEN');
});

it.each(['wait=26', 'wait=-1', 'wait=x', 'known=x', 'known=1.5', 'known=99999999999'])(
  '?%s is no question',
  async (query) => {
    const { status, body } = await askFor(registry, query);
    expect([status, (body as unknown as { error: { field: string } }).error.field]).toEqual([
      400,
      query.split('=')[0],
    ]);
  },
);

it('a report is bounded, and a gateway’s alone', async () => {
  expect((await reportUse(registry, 'Fits', ['Query.blob'])).status).toBe(204);
  expect((await reportUse(registry, 'Not', ['Query.blob(id: "secret")'])).status).toBe(400);
  const large = { operations: [], more: 'x'.repeat(1024 * 1024) };
  const gateway = { service: 'gateway', viewer: null };
  expect(
    (await registry.rest('POST', '/api/v1/operation-usage', { body: large, caller: gateway })).status,
  ).toBe(413);
  expect(
    (
      await registry.rest('POST', '/api/v1/operation-usage', {
        body: { operations: [] },
        caller: { service: 'tested', viewer: null },
      })
    ).status,
  ).toBe(403);
});
