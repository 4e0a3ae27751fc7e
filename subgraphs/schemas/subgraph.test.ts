import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServiceHttp } from '../../platform/clients/http/http.ts';
import { createSchemaClient } from '../../platform/clients/schemas.ts';
import { testEgress, testTokens } from '../../platform/testing/identity.ts';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import { systemClock } from '../../platform/time/clock.ts';
import { schemasService } from './main.ts';

interface RestAnswer {
  readonly error: { readonly code: string; readonly message: string; readonly field?: string };
}

const operator = { viewer: viewer('olga', 'operator') };
const REGISTER = `mutation ($input: RegisterSchemaInput!) {
  registerSchema(input: $input) { schema { id version title createdAt } userErrors { field code message } }
}`;

let service: TestService;
beforeAll(async () => {
  service = await startTestService(schemasService);
});
afterAll(() => service?.stop());

const register = (input: { id: string; version: string; definition: unknown }, caller = operator) =>
  service.graphql<{ registerSchema: { schema: unknown; userErrors: unknown[] } }>(
    REGISTER,
    { input },
    caller,
  );

describe('identity', () => {
  it.each([
    ['POST', '/graphql', { query: '{ _service { sdl } }' }],
    ['POST', '/graphql', { query: '{ schemas { id } }' }],
    ['GET', '/api/v1/schemas', undefined],
    ['POST', '/api/v1/schemas/note-v1/validate', { data: {} }],
    ['GET', '/no/such/path', undefined],
  ])('%s %s is not answered without one', async (method, path, body) => {
    for (const authorization of [undefined, 'Bearer no.such.token', 'Basic eA==']) {
      const headers = { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) };
      const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
      const answer = await fetch(`${service.url}${path}`, init);
      expect(answer.status).toBe(401);
      expect(((await answer.json()) as RestAnswer).error.code).toBe('UNAUTHENTICATED');
    }
  });

  it('is not needed for health', async () => {
    expect((await fetch(`${service.url}/health`)).status).toBe(200);
    const ready = await fetch(`${service.url}/ready`);
    expect(await ready.json()).toMatchObject({ status: 'ready', checks: { store: 'ok' } });
  });
});

describe('GraphQL', () => {
  it('lists the newest version of every schema, by id', async () => {
    const { data } = await service.graphql<{ schemas: { id: string; version: string }[] }>(
      '{ schemas { id version title description definition versions createdAt } }',
    );
    const shipped = data?.schemas.filter(({ id }) => id.endsWith('-v1')) ?? [];
    expect(shipped.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'compiled-book-v1',
        'expanded-text-v1',
        'message-v1',
        'note-v1',
        'text-input-v1',
      ]),
    );
    expect(shipped.map(({ id }) => id)).toEqual(shipped.map(({ id }) => id).sort());
    expect(shipped.find(({ id }) => id === 'text-input-v1')).toMatchObject({
      version: '1.0.0',
      title: 'Text input',
      definition: { required: ['content'] },
      versions: ['1.0.0'],
      createdAt: null,
    });
  });

  it('resolves entities in order, null for unknown ones', async () => {
    const key = (id: string, version: string) => ({ __typename: 'BlobSchema', id, version });
    const representations = [key('note-v1', '1.0.0'), key('none', '1.0.0'), key('note-v1', '9.0.0')];
    const answer = await service.graphql<{ _entities: unknown[] }>(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on BlobSchema { id title } } }',
      { r: representations },
    );
    expect(answer).toEqual({ data: { _entities: [{ id: 'note-v1', title: 'Note' }, null, null] } });
  });

  it('lets only operators register', async () => {
    const input = { id: 'forbidden-v1', version: '1.0.0', definition: {} };
    for (const caller of [{ viewer: viewer('alice') }, { viewer: viewer('bob', 'editor') }]) {
      const { errors } = await register(input, caller);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    const body = { query: REGISTER, variables: { input } };
    const anonymous = { viewer: null };
    expect((await service.rest('POST', '/graphql', { body, caller: anonymous })).status).toBe(401);
    expect((await service.graphql('{ schema(id: "forbidden-v1") { id } }')).data).toEqual({ schema: null });
  });

  it('registers versions that never change', async () => {
    const input = { id: 'mood-board-v1', version: '1.0.0', definition: { title: 'Mood', type: 'object' } };
    const first = await register(input);
    expect(first.data?.registerSchema).toMatchObject({
      schema: {
        id: 'mood-board-v1',
        version: '1.0.0',
        title: 'Mood',
        createdAt: expect.stringMatching(/Z$/),
      },
      userErrors: [],
    });
    expect(await register(input)).toEqual(first);
    const changed = await register({ ...input, definition: { title: 'Other', type: 'object' } });
    expect(changed.data?.registerSchema).toMatchObject({
      schema: null,
      userErrors: [{ field: 'version', code: 'SCHEMA_CONFLICT' }],
    });
    await register({ ...input, version: '1.10.0' });
    await register({ ...input, version: '1.9.0' });
    const { data } = await service.graphql(
      '{ schema(id: "mood-board-v1") { version versions definition } old: schema(id: "mood-board-v1", version: "1.0.0") { version } }',
    );
    expect(data).toEqual({
      schema: { version: '1.10.0', versions: ['1.10.0', '1.9.0', '1.0.0'], definition: input.definition },
      old: { version: '1.0.0' },
    });
  });

  it('accepts a definition as a literal in the operation', async () => {
    const mutation = `mutation { registerSchema(input: { id: "literal-v1", version: "1.0.0", definition: { type: "object", properties: { a: { minLength: 2 } } } }) { schema { definition } userErrors { field } } }`;
    for (let time = 0; time < 2; time++) {
      expect((await service.graphql(mutation, {}, operator)).data).toEqual({
        registerSchema: {
          schema: { definition: { type: 'object', properties: { a: { minLength: 2 } } } },
          userErrors: [],
        },
      });
    }
  });

  it('does not let a shipped schema be replaced', async () => {
    const definition = { type: 'object' };
    const { data } = await register({ id: 'text-input-v1', version: '1.0.0', definition });
    expect(data?.registerSchema.userErrors).toMatchObject([{ code: 'SCHEMA_CONFLICT' }]);
  });

  it('names every invalid place of a definition', async () => {
    const definition = { properties: { a: { type: 'txt' }, b: { pattern: '(?=x)', nonsense: 1 } } };
    const { data } = await register({ id: 'Bad', version: '1', definition });
    expect(data?.registerSchema).toMatchObject({
      schema: null,
      userErrors: expect.arrayContaining([
        expect.objectContaining({ field: 'id', code: 'VALIDATION_FAILED' }),
        expect.objectContaining({ field: 'version' }),
        expect.objectContaining({ field: 'definition.properties.a.type' }),
      ]),
    });
  });
});

describe('REST', () => {
  it('lists, and returns the newest and a given version', async () => {
    const list = await service.rest<{ schemas: { id: string }[] }>('GET', '/api/v1/schemas');
    expect(list.status).toBe(200);
    expect(list.body.schemas.map(({ id }) => id)).toContain('text-input-v1');
    const newest = await service.rest<{ schema: object }>('GET', '/api/v1/schemas/expanded-text-v1');
    expect(newest.body.schema).toMatchObject({
      id: 'expanded-text-v1',
      version: '2.1.0',
      blob_type: 'expanded_text',
      versions: ['2.1.0', '2.0.0', '1.0.0'],
      created_at: null,
    });
    const path = '/api/v1/schemas/expanded-text-v1/versions';
    expect((await service.rest('GET', `${path}/2.1.0`)).body).toEqual(newest.body);
    const first = await service.rest<{ schema: object }>('GET', `${path}/1.0.0`);
    expect(first.body.schema).toMatchObject({ id: 'expanded-text-v1', version: '1.0.0' });
  });

  it.each(['/api/v1/schemas/none', '/api/v1/schemas/note-v1/versions/2.0.0', '/api/v1/schemas/%00'])(
    'answers %s with 404',
    async (path) => {
      const { status, body } = await service.rest<RestAnswer>('GET', path);
      expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
    },
  );

  it('validates', async () => {
    const path = '/api/v1/schemas/text-input-v1/validate';
    const validate = async (body: unknown) => (await service.rest('POST', path, { body })).body;
    expect(await validate({ data: { content: 'x' } })).toEqual({ valid: true, errors: [] });
    expect(await validate({ data: { content: 'x' }, version: '1.0.0' })).toEqual({ valid: true, errors: [] });
    expect(await validate({ data: {} })).toEqual({
      valid: false,
      errors: [{ pointer: '/content', message: '`content` is missing.' }],
    });
    expect(await validate({ data: null })).toMatchObject({ valid: false });
  });

  it.each<[string, unknown, number, string]>([
    ['none', { data: {} }, 404, 'NOT_FOUND'],
    ['note-v1', { data: {}, version: '3.0.0' }, 422, 'SCHEMA_UNKNOWN'],
    ['note-v1', {}, 400, 'VALIDATION_FAILED'],
    ['note-v1', [], 400, 'VALIDATION_FAILED'],
    ['note-v1', { data: {}, version: 1 }, 400, 'VALIDATION_FAILED'],
    ['note-v1', { data: {}, verison: '1.0.0' }, 400, 'VALIDATION_FAILED'],
  ])('refuses to validate against %s with %j', async (id, body, status, code) => {
    const answer = await service.rest<RestAnswer>('POST', `/api/v1/schemas/${id}/validate`, { body });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it('refuses bodies that are not JSON or too large', async () => {
    const call = { method: 'POST', path: '/api/v1/schemas/note-v1/validate' };
    const send = async (body: string) =>
      fetch(`${service.url}${call.path}`, {
        method: call.method,
        headers: { ...(await service.headers({}, call)), 'content-type': 'application/json' },
        body,
      });
    expect((await send('{"data":')).status).toBe(400);
    expect((await send(`{"data":"${'x'.repeat(9_000_000)}"}`)).status).toBe(413);
    // Deeper than any stack.
    const deep = await send(`{"data":${'['.repeat(500_000)}${']'.repeat(500_000)}}`);
    expect([deep.status, await deep.json()]).toMatchObject([400, { error: { code: 'VALIDATION_FAILED' } }]);
  });
});

it('serves the schema client', async () => {
  const { config } = service.runtime;
  const urls = { ...config.urls, schemas: service.url };
  const http = createServiceHttp({ urls, tokens: testTokens('state'), egress: testEgress });
  try {
    const client = createSchemaClient({ http, clock: systemClock });
    const schema = await client.validator('text-input-v1');
    expect(schema).toMatchObject({ version: '1.0.0', blobType: 'text' });
    expect(schema.validate({ content: '' })).toHaveLength(1);
    await expect(client.validator('none')).rejects.toMatchObject({ code: 'SCHEMA_UNKNOWN' });
    await expect(client.validator('note-v1', '7.0.0')).rejects.toMatchObject({ code: 'SCHEMA_UNKNOWN' });
  } finally {
    await http.close();
  }
});
