import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServiceHttp, type ServiceHttp } from '../../platform/clients/http.ts';
import {
  createProcessorCatalog,
  createRegistryClient,
  type ProcessorRegistration,
  registerUntilDone,
} from '../../platform/clients/registry.ts';
import { systemClock } from '../../platform/clock.ts';
import { openPglite } from '../../platform/sql/database.pglite.ts';
import type { SqlServer } from '../../platform/sql/database.ts';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import { processorsService } from './main.ts';

const SECRET = 'hunter2-correct-horse';
const operator = { viewer: viewer('olga', 'operator') };
const itself = { service: 'text-expansion', viewer: null };

interface RestAnswer {
  readonly error: { readonly code: string; readonly message: string; readonly field?: string };
}

let sql: SqlServer;
let service: TestService;
let owner: Server;
let ownerUrl: string;
const asked: { url: string | undefined; authorization: string | undefined }[] = [];

/** Stands for a processor: is well, and has one blob. */
const answers = new Map([
  ['/health', [200, { status: 'ok' }]],
  ['/blobs/b1', [200, { id: 'b1', data: { text: 'é🦉' } }]],
  ['/blobs/foreign', [404, { error: { code: 'BLOB_NOT_FOUND', message: 'There is no blob of that id.' } }]],
] as const);

beforeAll(async () => {
  owner = createServer(({ url, headers }, response) => {
    asked.push({ url, authorization: headers.authorization });
    const [status, body] = answers.get(url as '/health') ?? [500, {}];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => owner.listen(0, '127.0.0.1', resolve));
  ownerUrl = `http://127.0.0.1:${(owner.address() as AddressInfo).port}`;
  sql = await openPglite({});
  service = await startTestService(processorsService, { sql: (name) => sql.database(name) });
});
afterAll(async () => {
  await service?.stop();
  await sql?.close();
  owner?.close();
});

const registration = (more: Partial<ProcessorRegistration> = {}): ProcessorRegistration => ({
  id: 'text-expansion',
  name: 'Text expansion',
  version: '3',
  storage_type: 'mongodb',
  connection_string: `mongodb://user:${SECRET}@127.0.0.1/expansion`,
  database_name: 'text_expansion',
  input_schema_ids: ['text-input-v1'],
  output_schema_id: 'expanded-text-v1',
  graphql_type: 'ExpandedText',
  base_url: ownerUrl,
  event_subscriptions: ['blob.created'],
  ...more,
});

const register = (body: unknown, caller: object = itself) =>
  service.rest<RestAnswer & { processor: object }>('POST', '/api/v1/processors', { body, caller });

describe('identity', () => {
  it.each([
    ['POST', '/graphql', { query: '{ _service { sdl } }' }],
    ['POST', '/graphql', { query: '{ processors { id } }' }],
    ['GET', '/api/v1/processors', undefined],
    ['POST', '/api/v1/processors', { id: 'x' }],
    ['GET', '/api/v1/processors/x/blobs/b', undefined],
  ])('%s %s is not answered without one', async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const answer = await fetch(`${service.url}${path}`, init);
    expect(answer.status).toBe(401);
  });
});

describe('registration', () => {
  it('of a processor by itself, again and again, is one registration', async () => {
    const first = await register(registration());
    expect(first.status).toBe(200);
    expect(first.body.processor).toEqual({
      ...Object.fromEntries(Object.entries(registration()).filter(([name]) => name !== 'connection_string')),
      description: '',
      health_endpoint: '/health',
      query_endpoint: '/graphql',
      max_concurrency: 4,
      timeout_seconds: 60,
      active: true,
      created_at: expect.stringMatching(/Z$/),
    });
    const database = await sql.database('processors');
    const sealed = await database.query('SELECT connection_string FROM processors');
    expect((await register(registration())).body).toEqual(first.body);
    expect(await database.query('SELECT connection_string FROM processors')).toEqual(sealed);
    expect(JSON.stringify(sealed)).not.toContain(SECRET);
  });

  it('with another connection string is written anew', async () => {
    const read = async () =>
      (await sql.database('processors')).query(
        "SELECT connection_string FROM processors WHERE id = 'text-expansion'",
      );
    await register(registration());
    const before = await read();
    await register(registration({ connection_string: 'mongodb://elsewhere' }));
    expect(await read()).not.toEqual(before);
    await register(registration());
  });

  it('after a change of the key seals the connection string under the new one', async () => {
    await register(registration());
    const keyId = async () => {
      const database = await sql.database('processors');
      const [row] = await database.query<{ key: string }>(
        "SELECT split_part(connection_string, '.', 2) AS key FROM processors WHERE id = 'text-expansion'",
      );
      return row?.key;
    };
    const before = await keyId();
    const options = {
      sql: (name: string) => sql.database(name),
      config: { connectionKey: Buffer.alloc(32, 7) },
    };
    const rotated = await startTestService(processorsService, options);
    try {
      await rotated.rest('POST', '/api/v1/processors', { body: registration(), caller: itself });
      expect(await keyId()).not.toBe(before);
    } finally {
      await rotated.stop();
    }
  });

  it.each([
    [{ service: 'book-compiler', viewer: null }],
    [{ service: 'gateway', viewer: viewer('alice') }],
    [{ service: 'text-expansion', viewer: viewer('alice') }],
  ])('by %j is refused', async (caller) => {
    const { status, body } = await register(registration({ name: 'Mallory' }), caller);
    expect([status, body.error.code]).toEqual([403, 'FORBIDDEN']);
    const { body: list } = await service.rest('GET', '/api/v1/processors');
    expect(JSON.stringify(list)).not.toContain('Mallory');
  });

  it('that is wrong is refused by the names of its fields, with nothing written', async () => {
    const { status, body } = await register({
      ...registration(),
      id: 'new-one',
      base_url: 'ftp://x',
      active: 'no',
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      error: { code: 'PROCESSOR_INVALID', field: 'base_url' },
      errors: [{ field: 'base_url' }, { field: 'active' }],
    });
    expect((await service.rest('GET', '/api/v1/processors/new-one')).status).toBe(404);
    expect((await register('text')).status).toBe(422);
    expect((await service.rest('POST', '/api/v1/processors', { caller: itself })).status).toBe(422);
  });
});

describe('GraphQL', () => {
  const REGISTER = `mutation ($input: RegisterProcessorInput!) {
    registerProcessor(input: $input) { processor { id storageType health maxConcurrency active } userErrors { field code message } }
  }`;
  const input = () => ({
    id: 'pitch-builder',
    name: 'Pitch builder',
    storageType: 'POSTGRESQL',
    connectionString: `postgresql://user:${SECRET}@127.0.0.1/pitch`,
    databaseName: 'pitch',
    inputSchemaIds: ['compiled-book-v1'],
    outputSchemaId: 'pitch-v1',
    graphqlType: 'Pitch',
    baseUrl: ownerUrl,
  });
  const mutate = (given: object, caller = operator) =>
    service.graphql<{ registerProcessor: { processor: unknown; userErrors: unknown[] } }>(
      REGISTER,
      { input: given },
      caller,
    );

  it('lets operators register, and nobody else', async () => {
    const { data } = await mutate(input());
    expect(data?.registerProcessor).toMatchObject({
      processor: { id: 'pitch-builder', storageType: 'POSTGRESQL', maxConcurrency: 4, active: true },
      userErrors: [],
    });
    const refused = await mutate(input(), { viewer: viewer('alice') });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('names what is wrong as the input has it', async () => {
    const { data } = await mutate({ ...input(), id: 'gateway', baseUrl: 'nowhere', maxConcurrency: 0 });
    expect(data?.registerProcessor).toMatchObject({ processor: null });
    const errors = (data?.registerProcessor.userErrors ?? []) as { field: string; code: string }[];
    const fields = errors.map(({ field, code }) => `${field} ${code}`);
    expect(fields.sort()).toEqual([
      'baseUrl PROCESSOR_INVALID',
      'id PROCESSOR_INVALID',
      'maxConcurrency PROCESSOR_INVALID',
    ]);
  });

  it('resolves entities in order with their health, null where there is none', async () => {
    await register(registration());
    const query = `query ($r: [_Any!]!) {
      _entities(representations: $r) { ... on Processor { id version graphqlType health checkedAt createdAt } }
    }`;
    const r = ['text-expansion', 'none', '\0', 'text-expansion'].map((id) => ({
      __typename: 'Processor',
      id,
    }));
    const ask = () => service.graphql<{ _entities: ({ health: string } | null)[] }>(query, { r });
    await expect.poll(async () => (await ask()).data?._entities[0]?.health).toBe('HEALTHY');
    const expanded = {
      id: 'text-expansion',
      version: '3',
      graphqlType: 'ExpandedText',
      health: 'HEALTHY',
      checkedAt: expect.stringMatching(/Z$/),
      createdAt: expect.stringMatching(/Z$/),
    };
    expect(await ask()).toEqual({ data: { _entities: [expanded, null, null, expanded] } });
  });

  it('has no field for the connection string', async () => {
    const { errors } = await service.graphql('{ processors { id connectionString } }', {}, operator);
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});

describe('REST', () => {
  it('lists, shows one and how it is', async () => {
    await register(registration());
    const { body } = await service.rest<{ processors: { id: string }[] }>('GET', '/api/v1/processors');
    expect(body.processors.map(({ id }) => id)).toContain('text-expansion');
    const one = await service.rest<{ processor: object }>('GET', '/api/v1/processors/text-expansion');
    expect(body.processors).toContainEqual(one.body.processor);
    await expect
      .poll(async () => (await service.rest('GET', '/api/v1/processors/text-expansion/health')).body)
      .toEqual({ id: 'text-expansion', health: 'healthy', checked_at: expect.stringMatching(/Z$/) });
  });

  it.each(['', '/health', '/blobs/b1'])('answers an unknown processor%s with 404', async (rest) => {
    for (const id of ['none', '%00', '%F0%9F%A6%89']) {
      const { status, body } = await service.rest<RestAnswer>('GET', `/api/v1/processors/${id}${rest}`);
      expect([status, body.error.code]).toEqual([404, 'PROCESSOR_UNKNOWN']);
    }
  });

  it('routes a direct read to the processor that keeps the blob, on behalf of the user', async () => {
    await register(registration());
    const { status, body } = await service.rest('GET', '/api/v1/processors/text-expansion/blobs/b1');
    expect([status, body]).toEqual([200, { id: 'b1', data: { text: 'é🦉' } }]);
    const token =
      asked.findLast(({ url }) => url === '/blobs/b1')?.authorization?.slice('Bearer '.length) ?? '';
    expect(await service.runtime.serviceTokens.verify(token)).toEqual({
      service: 'processors',
      viewer: viewer('alice'),
    });
    const foreign = await service.rest<RestAnswer>('GET', '/api/v1/processors/text-expansion/blobs/foreign');
    expect([foreign.status, foreign.body.error.code]).toEqual([404, 'BLOB_NOT_FOUND']);
  });

  it('asks for nothing but blobs, and only for users', async () => {
    const before = asked.length;
    for (const id of ['%2E%2E', '..%2Fusers', 'a%2Fb', 'a%3Fb']) {
      const { status } = await service.rest('GET', `/api/v1/processors/text-expansion/blobs/${id}`);
      expect(status).toBe(404);
    }
    const caller = { service: 'state', viewer: null };
    expect((await service.rest('GET', '/api/v1/processors/text-expansion/blobs/b1', { caller })).status).toBe(
      401,
    );
    expect(asked.slice(before).filter(({ url }) => url !== '/health')).toEqual([]);
  });

  it('says which processor does not answer, and not where it is', async () => {
    await register(registration({ id: 'away', base_url: 'http://127.0.0.1:9' }), {
      service: 'away',
      viewer: null,
    });
    const { status, body } = await service.rest<RestAnswer>('GET', '/api/v1/processors/away/blobs/b1');
    expect([status, body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(body.error.message).toContain('`away`');
    expect(JSON.stringify(body)).not.toContain('127.0.0.1');
    await expect
      .poll(
        async () =>
          (await service.rest<{ health: string }>('GET', '/api/v1/processors/away/health')).body.health,
      )
      .toBe('unhealthy');
  });
});

describe('clients', () => {
  let http: ServiceHttp;
  beforeAll(() => {
    const urls = { ...service.runtime.config.urls, processors: service.url };
    http = createServiceHttp({ caller: 'text-expansion', urls, tokens: service.runtime.serviceTokens });
  });
  afterAll(() => http?.close());

  it('register and find a processor at once', async () => {
    const registry = createRegistryClient(http);
    const logger = service.runtime.logger;
    const catalog = createProcessorCatalog({ registry, clock: systemClock, logger });
    expect(await catalog.takers('message-v1', 'blob.created')).toEqual([]);
    const more = { input_schema_ids: ['text-input-v1', 'message-v1'] };
    await registerUntilDone(registry, registration(more), new AbortController().signal);
    expect(await catalog.takers('message-v1', 'blob.created')).toMatchObject([
      { id: 'text-expansion', base_url: ownerUrl, max_concurrency: 4 },
    ]);
    expect(await catalog.get('text-expansion')).toMatchObject({ active: true });
  });

  it('pass on why a registration is refused', async () => {
    const registry = createRegistryClient(http);
    const refused = registerUntilDone(
      registry,
      registration({ graphql_type: '1' }),
      new AbortController().signal,
    );
    await expect(refused).rejects.toMatchObject({ code: 'PROCESSOR_INVALID', field: 'graphql_type' });
    await expect(registry.register(registration({ id: 'another' }))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

it('never tells a connection string: not in an answer, not in the log, not in the store', async () => {
  const bad = await Promise.all([
    register({ ...registration(), connection_string: `${SECRET}\0` }),
    register({ ...registration(), [`connection_string_${SECRET.slice(0, 3)}`]: SECRET }),
    register({ ...registration(), connection_string: [SECRET] }),
    service.graphql('{ processors { id name description databaseName } }', {}, operator),
    service.rest('GET', '/api/v1/processors', { caller: operator }),
    service.rest('GET', '/api/v1/processors/text-expansion', { caller: itself }),
  ]);
  const stored = await (await sql.database('processors')).query('SELECT * FROM processors');
  expect(stored.length).toBeGreaterThan(1);
  expect(JSON.stringify([bad, stored, service.logs])).not.toContain(SECRET);
});
