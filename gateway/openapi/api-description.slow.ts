import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorTable } from '../../platform/errors/errors.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';
import { PAGE_PATH } from './page.ts';
import { API_DESCRIPTION_PATH } from './parts/paths.ts';
import type { ApiDescription, Operation } from './parts/types.ts';

let graph: TestGraph;
let answer: Response;
let api: ApiDescription;

const read = (headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${graph.gateway.url}${API_DESCRIPTION_PATH}`, { headers });

beforeAll(async () => {
  graph = await startTestGraph();
  answer = await read();
  api = (await answer.json()) as ApiDescription;
});
afterAll(() => graph?.stop());

function operations(): { place: string; operation: Operation }[] {
  return Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      place: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
}

test('it is public, valid OpenAPI 3.1, and the same until the routes change', async () => {
  expect(await new Validator().validate({ ...api })).toEqual({ valid: true });
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const etag = answer.headers.get('etag') ?? '';
  expect((await read({ 'if-none-match': etag })).status).toBe(304);
  const compressed = await read({ 'accept-encoding': 'gzip' });
  expect(compressed.headers.get('content-encoding')).toBe('gzip');
  expect(await compressed.json()).toEqual(api);
});

test('it has every route below /api/v1, and nothing else', () => {
  const page = new Set([PAGE_PATH, `${PAGE_PATH}/`, `${PAGE_PATH}/*`, `${PAGE_PATH}/config.json`]);
  const served = graph.gateway.routes
    .filter(({ url }) => url.startsWith('/api/v1/') && !page.has(url))
    .flatMap(({ method, url }) => [method].flat().map((one) => `${one} ${url.replaceAll(/:(\w+)/g, '{$1}')}`))
    .filter((place) => !place.startsWith('OPTIONS '));
  const told = operations().map(({ place }) => place);
  // Every GET route answers HEAD, too; it is described where its answer differs.
  const needed = served.filter(
    (place) => !(place.startsWith('HEAD ') && served.includes(place.replace('HEAD', 'GET'))),
  );
  expect(told.filter((place) => !served.includes(place))).toEqual([]);
  expect(needed.filter((place) => !told.includes(place))).toEqual([]);
});

test('each operation has a name, a summary, a tag, a success and problems', () => {
  for (const { place, operation } of operations()) {
    const { operationId, summary, tags, responses } = operation;
    expect(operationId, place).toMatch(/^[a-z][A-Za-z]+$/);
    expect(summary, place).toMatch(/^[A-Z].*\.$/s);
    expect(api.tags.map(({ name }) => name)).toContain(tags[0]);
    expect(
      Object.keys(responses).some((status) => status.startsWith('2')),
      place,
    ).toBe(true);
    expect(responses['default'], place).toEqual({ $ref: '#/components/responses/Problem' });
  }
  expect(api.components.schemas['ErrorCode']?.['enum']).toEqual(Object.keys(errorTable));
});

test('its schemas are valid, and the example bodies match them', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, discriminator: false });
  formats.default(ajv);
  ajv.addSchema({ $id: 'api', components: api.components });
  for (const name of Object.keys(api.components.schemas))
    ajv.compile({ $ref: `api#/components/schemas/${name}` });
  for (const { place, operation } of operations()) {
    const { schema, example } = operation.requestBody?.content['application/json'] ?? {};
    if (example === undefined) continue;
    const text = JSON.stringify(schema).replaceAll('"#/', '"api#/');
    const validate = ajv.compile(JSON.parse(text));
    expect([place, validate(example), validate.errors]).toEqual([place, true, null]);
  }
});

test('a type of the graph keeps its name, and variants of it get other names', () => {
  const { schemas } = api.components;
  expect(Object.keys(schemas['BlobIndex']?.['properties'] ?? {})).toEqual(
    expect.arrayContaining(['id', 'size_bytes', 'processor', 'derived', 'derived_next_cursor', 'data']),
  );
  expect(schemas['ProcessingState']?.['enum']).toContain('COMPLETED');
  const names = Object.keys(schemas);
  expect(names.filter((name) => /\d$/.test(name))).toEqual([]);
});
