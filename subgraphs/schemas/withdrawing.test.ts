import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import { schemasService } from './main.ts';

const operator = { viewer: viewer('olga', 'operator') };
const REGISTER = `mutation ($input: RegisterSchemaInput!) {
  registerSchema(input: $input) { schema { version withdrawnAt } userErrors { field code message } }
}`;
const WITHDRAW = `mutation ($id: ID!, $version: String!) {
  withdrawSchema(id: $id, version: $version) { schema { version withdrawnAt withdrawnVersions } userErrors { field code } }
}`;
const text = { type: 'string' };
const loose = { type: 'object', properties: { title: text } };
const strict = { ...loose, required: ['title'] };

let service: TestService;
beforeAll(async () => {
  service = await startTestService(schemasService);
});
afterAll(() => service?.stop());

interface Payload {
  readonly schema: { readonly version: string; readonly withdrawnAt: string | null } | null;
  readonly userErrors: readonly { field: string; code: string; message: string }[];
}

async function register(
  id: string,
  version: string,
  definition: object,
  over: object = {},
): Promise<Payload> {
  const input = { id, version, definition, ...over };
  const { data } = await service.graphql<{ registerSchema: Payload }>(REGISTER, { input }, operator);
  if (!data) throw new Error('No data');
  return data.registerSchema;
}
async function withdraw(id: string, version: string): Promise<Payload> {
  const { data } = await service.graphql<{ withdrawSchema: Payload }>(WITHDRAW, { id, version }, operator);
  if (!data) throw new Error('No data');
  return data.withdrawSchema;
}
const current = async (id: string) =>
  (
    await service.graphql<{ schema: object | null }>('query ($id: ID!) { schema(id: $id) { version } }', {
      id,
    })
  ).data?.schema;

describe('a stricter version', () => {
  it('is refused with its place, and the default version stays', async () => {
    await register('stricter-v1', '1.0.0', loose);
    for (const version of ['1.0.1', '1.1.0', '2.0.0']) {
      expect(await register('stricter-v1', version, strict)).toMatchObject({
        schema: null,
        userErrors: [{ field: 'definition.required', code: 'SCHEMA_INCOMPATIBLE' }],
      });
    }
    expect(await current('stricter-v1')).toEqual({ version: '1.0.0' });
  });

  it('becomes the default when an operator insists, until it is withdrawn', async () => {
    await register('said-v1', '1.0.0', loose);
    expect(await register('said-v1', '2.0.0', strict, { compatibility: 'NONE' })).toEqual({
      schema: { version: '2.0.0', withdrawnAt: null },
      userErrors: [],
    });
    // Registering it again without `NONE` finds the existing version.
    expect((await register('said-v1', '2.0.0', strict)).userErrors).toEqual([]);
    expect(await current('said-v1')).toEqual({ version: '2.0.0' });
    expect(await withdraw('said-v1', '2.0.0')).toEqual({
      schema: { version: '2.0.0', withdrawnAt: expect.stringMatching(/Z$/), withdrawnVersions: ['2.0.0'] },
      userErrors: [],
    });
    expect(await current('said-v1')).toEqual({ version: '1.0.0' });
    const newest = await service.graphql<{ schemas: { id: string; version: string }[] }>(
      '{ schemas { id version } }',
    );
    expect(newest.data?.schemas).toContainEqual({ id: 'said-v1', version: '1.0.0' });
  });

  it('stays withdrawn when it is registered again, and later ones are compared with the default', async () => {
    await register('back-v1', '1.0.0', loose);
    await register('back-v1', '1.1.0', strict, { compatibility: 'NONE' });
    const first = await withdraw('back-v1', '1.1.0');
    expect((await register('back-v1', '1.1.0', strict)).schema?.withdrawnAt).toBe(first.schema?.withdrawnAt);
    expect((await withdraw('back-v1', '1.1.0')).schema?.withdrawnAt).toBe(first.schema?.withdrawnAt);
    expect(await current('back-v1')).toEqual({ version: '1.0.0' });
    expect((await register('back-v1', '1.2.0', strict)).userErrors).toMatchObject([
      { code: 'SCHEMA_INCOMPATIBLE' },
    ]);
    expect((await register('back-v1', '1.2.0', { type: 'object' })).userErrors).toEqual([]);
  });

  it('of a shipped schema follows the same rule', async () => {
    const definition = { type: 'object', required: ['content', 'language'] };
    expect((await register('text-input-v1', '1.1.0', definition)).userErrors).toMatchObject([
      { code: 'SCHEMA_INCOMPATIBLE', field: 'definition.required' },
    ]);
  });
});

describe('withdrawing', () => {
  it('is for operators, and for existing versions', async () => {
    const variables = { id: 'note-v1', version: '1.0.0' };
    const { errors } = await service.graphql(WITHDRAW, variables, { viewer: viewer('alice') });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    for (const caller of [
      { viewer: viewer('alice') },
      { viewer: null },
      { service: 'state', viewer: null },
    ]) {
      const path = '/api/v1/schemas/note-v1/versions/1.0.0/withdraw';
      expect([401, 403]).toContain((await service.rest('POST', path, { caller })).status);
    }
    for (const [id, version] of [
      ['none-v1', '1.0.0'],
      ['note-v1', '9.0.0'],
      ['..', '..'],
    ] as const)
      expect(await withdraw(id, version)).toEqual({
        schema: null,
        userErrors: [{ field: 'version', code: 'SCHEMA_UNKNOWN' }],
      });
    expect(await current('note-v1')).toEqual({ version: '1.0.0' });
  });

  it('of every version leaves none for new documents, but all for reading', async () => {
    await register('all-v1', '1.0.0', loose);
    const path = '/api/v1/schemas/all-v1';
    const withdrawn = await service.rest('POST', `${path}/versions/1.0.0/withdraw`, { caller: operator });
    expect(withdrawn).toMatchObject({
      status: 200,
      body: {
        schema: {
          version: '1.0.0',
          versions: ['1.0.0'],
          withdrawn_versions: ['1.0.0'],
          withdrawn_at: expect.stringMatching(/Z$/),
        },
      },
    });
    expect(await current('all-v1')).toBeNull();
    expect(await service.rest('GET', path)).toMatchObject({
      status: 410,
      body: { error: { code: 'SCHEMA_WITHDRAWN' } },
    });
    expect((await service.rest('GET', `${path}/versions/1.0.0`)).body).toEqual(withdrawn.body);
    const list = await service.rest<{ schemas: { id: string }[] }>('GET', '/api/v1/schemas');
    expect(list.body.schemas.map(({ id }) => id)).not.toContain('all-v1');
    const validate = (body: object) => service.rest('POST', `${path}/validate`, { body });
    expect((await validate({ data: {} })).status).toBe(410);
    expect((await validate({ data: {}, version: '1.0.0' })).body).toEqual({ valid: true, errors: [] });
    const { status } = await service.rest('POST', '/api/v1/schemas/none/versions/1.0.0/withdraw', {
      caller: operator,
    });
    expect(status).toBe(404);
  });

  it('of a shipped version works too', async () => {
    await withdraw('expanded-text-v1', '2.1.0');
    expect(await current('expanded-text-v1')).toEqual({ version: '2.0.0' });
    const query = '{ schema(id: "expanded-text-v1", version: "2.1.0") { version versions withdrawnAt } }';
    expect((await service.graphql(query)).data).toEqual({
      schema: { version: '2.1.0', versions: ['2.1.0', '2.0.0', '1.0.0'], withdrawnAt: expect.any(String) },
    });
  });
});
