import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { viewer } from '../../../platform/testing/service.ts';
import { type Fixture, type RestError, startFixture } from '../subgraph.fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

const operator = { caller: { service: 'gateway', viewer: viewer('olga', 'operator') } };
const alice = { caller: { service: 'gateway', viewer: viewer('alice') } };

const ID = 'text-expansion';
const PATH = `/api/v1/processors/${ID}/canary`;

type Answer = Partial<RestError> & { readonly processor?: ProcessorDocument };

const read = async (): Promise<ProcessorDocument> => {
  const { body } = await fixture.service.rest<{ processor: ProcessorDocument }>(
    ...(['GET', `/api/v1/processors/${ID}`] as const),
  );
  return body.processor;
};
/** A process of this version registers itself. */
const starts = (version: string, canary?: object, more: object = {}) =>
  fixture.register({ ...fixture.declaration({ version, ...more }), ...(canary ? { canary } : {}) });
const act = async (action: 'promote' | 'withdraw', version: unknown, by = operator) => {
  const { status, body } = await fixture.service.rest<Answer>('POST', `${PATH}/${action}`, {
    body: { version },
    ...by,
  });
  return { status, code: body.error?.code, processor: body.processor };
};
const change = (body: object, by = operator) => fixture.service.rest<Answer>('PATCH', PATH, { body, ...by });

/** Version 1 at its beginning, with 2 beside it. */
beforeEach(async () => {
  await fixture.database.execute('DELETE FROM processors');
  await starts('1');
  await starts('2', { share: 0.1 }, { base_url: 'http://127.0.0.1:2' });
});

describe('a process that registers itself as a candidate', () => {
  it('stands beside the present version', async () => {
    expect(await read()).toMatchObject({
      version: '1',
      versions: ['1', '2'],
      base_url: fixture.ownerUrl,
      canary: { version: '2', share: 0.1, user_ids: [], base_url: 'http://127.0.0.1:2' },
      resting: [],
      canary_ended_at: null,
    });
  });

  it('keeps the share that operators gave it, when it starts again', async () => {
    await change({ version: '2', share: 0.5, users: ['alice', 'alice'] });
    await starts('2', { share: 0.1 }, { base_url: 'http://127.0.0.1:3' });
    const { canary } = await read();
    expect(canary).toMatchObject({ share: 0.5, user_ids: ['alice'], base_url: 'http://127.0.0.1:3' });
  });

  it('is the present version where there is no other, or where it is that already', async () => {
    await fixture.database.execute('DELETE FROM processors');
    await starts('2', { share: 0.1 });
    await starts('2', { share: 0.1 });
    expect(await read()).toMatchObject({ version: '2', canary: null });
  });

  it('leaves the present version, which may start again', async () => {
    await starts('1');
    expect(await read()).toMatchObject({ version: '1', canary: { version: '2' } });
  });

  it('that registers as the present version is promoted by that', async () => {
    await starts('2');
    expect(await read()).toMatchObject({
      ...{ version: '2', canary: null, resting: [], canary_ended_at: expect.any(String) },
    });
  });

  it.each([
    ['version', { version: '3' }],
    ['graphql_type', { graphql_type: 'Another' }],
    ['output_schema_id', { output_schema_id: 'other-v1' }],
    ['database_name', { database_name: 'other' }],
    ['storage_type', { storage_type: 'postgresql' }],
    ['connection_string', { connection_string: 'mongodb://user:other@elsewhere/expansion' }],
    ['takes', { takes: { 'blob.indexed': ['expanded-text-v1'] }, input_schema_ids: ['expanded-text-v1'] }],
  ])('is refused where its %s does not fit, with nothing written', async (field, more) => {
    const before = await read();
    const events = field === 'takes' ? { event_subscriptions: ['blob.indexed'] } : {};
    const { status, body } = await starts('2', { share: 1 }, { ...more, ...events });
    expect([status, body.error.code, body.error.field]).toEqual([422, 'PROCESSOR_INVALID', field]);
    expect(body.error.message).not.toContain('://');
    expect(await read()).toEqual(before);
  });

  it('may give another password for the same store', async () => {
    const { status } = await starts('2', {}, { connection_string: 'mongodb://other:pw@127.0.0.1/expansion' });
    expect(status).toBe(200);
  });
});

describe('its portion', () => {
  it.each([
    ['share', { share: 1.1 }],
    ['share', { share: -0.1 }],
    ['share', { share: 'half' }],
    ['users', { users: 'alice' }],
    ['users.0', { users: [''] }],
    ['users', { users: Array.from({ length: 1_001 }, (_, n) => `u${n}`) }],
    ['version', { version: '' }],
    ['version', { version: 7 }],
  ])('is refused by its field: %s', async (field, given) => {
    const { status, body } = await change({ version: '2', ...given });
    expect([status, body.error?.code, body.error?.field]).toEqual([400, 'VALIDATION_FAILED', field]);
  });

  it('is changed by operators alone, for the version that they name', async () => {
    expect((await change({ version: '2', share: 1 }, alice)).status).toBe(403);
    expect((await act('promote', '2', alice)).status).toBe(403);
    expect((await act('withdraw', '2', alice)).status).toBe(403);
    const { status, body } = await change({ version: '9', share: 1 });
    expect([status, body.error?.code, body.error?.field]).toEqual([404, 'CANARY_UNKNOWN', 'version']);
    expect((await change({ version: '2', share: 0 })).body.processor?.canary?.share).toBe(0);
  });

  it('of users is shown to operators alone, as is its address', async () => {
    await change({ version: '2', users: ['bob'] });
    const query = '{ processor(id: "text-expansion") { canary { version share users baseUrl } } }';
    const asked = async (by: typeof alice) => {
      const { data } = await fixture.service.graphql<{ processor: unknown }>(query, {}, by.caller);
      return data?.processor;
    };
    const seen = { version: '2', share: 0.1 };
    expect(await asked(alice)).toEqual({ canary: { ...seen, users: null, baseUrl: null } });
    expect(await asked(operator)).toEqual({
      canary: { ...seen, users: ['bob'], baseUrl: 'http://127.0.0.1:2' },
    });
  });
});

describe('promoted', () => {
  it('is the present version, with its address and its connection string; sent again, nothing changes', async () => {
    const first = await act('promote', '2');
    expect(first.processor).toMatchObject({
      ...{ version: '2', versions: ['2', '1'], base_url: 'http://127.0.0.1:2', canary: null },
      resting: [{ version: '1', why: 'superseded', base_url: fixture.ownerUrl }],
    });
    expect(await act('promote', '2')).toEqual(first);
    const { status, code } = await act('withdraw', '2');
    expect([status, code]).toEqual([404, 'CANARY_UNKNOWN']);
  });

  it('stays it when processes of the version before start again; an operator takes that back', async () => {
    await act('promote', '2');
    expect((await starts('1')).status).toBe(200);
    expect(await read()).toMatchObject({ version: '2', resting: [{ version: '1' }] });
    await fixture.register(fixture.declaration({ version: '1' }), operator.caller);
    expect(await read()).toMatchObject({ version: '1', resting: [] });
  });
});

describe('withdrawn', () => {
  it('leaves the present version as it is; sent again, nothing changes', async () => {
    const first = await act('withdraw', '2');
    expect(first.processor).toMatchObject({
      ...{ version: '1', canary: null, canary_ended_at: expect.any(String) },
      resting: [{ version: '2', why: 'withdrawn' }],
    });
    expect(await act('withdraw', '2')).toEqual(first);
    expect((await act('promote', '2')).code).toBe('CANARY_UNKNOWN');
  });

  it('does not come back by its processes, as a candidate or otherwise', async () => {
    await act('withdraw', '2');
    const before = await read();
    await starts('2', { share: 1 });
    await starts('2');
    expect(await read()).toEqual(before);
    // Another may stand there.
    await starts('3', { share: 0.2 });
    expect((await read()).canary?.version).toBe('3');
  });
});

it('of a promotion and a withdrawal at once, one wins and the other hears of it', async () => {
  for (let round = 0; round < 10; round += 1) {
    await fixture.database.execute('DELETE FROM processors');
    await starts('1');
    await starts('2', { share: 0.1 });
    const [one, other] = await Promise.all([act('promote', '2'), act('withdraw', '2')]);
    expect([one.code, other.code].filter(Boolean)).toEqual(['CANARY_UNKNOWN']);
    const { version, resting } = await read();
    expect(resting).toHaveLength(1);
    expect(version).toBe(one.code ? '1' : '2');
  }
});

it('a retired processor has none, and none of its versions comes back', async () => {
  await fixture.service.rest('POST', `/api/v1/processors/${ID}/retire`, { body: {}, ...operator });
  expect(await read()).toMatchObject({ canary: null, retired_versions: ['1', '2'] });
  expect((await starts('3', { share: 0.1 })).body.error.code).toBe('PROCESSOR_RETIRED');
});

it('operators register candidates of processors that there are', async () => {
  const mutation = `mutation ($input: RegisterProcessorInput!, $share: Float, $users: [ID!]) {
    registerCandidate(input: $input, share: $share, users: $users) {
      processor { version canary { version share users } } userErrors { field code }
    }
  }`;
  const input = {
    ...{
      id: ID,
      name: 'Text expansion',
      version: '2',
      storageType: 'MONGODB',
      databaseName: 'text_expansion',
    },
    ...{ connectionString: 'mongodb://127.0.0.1/expansion', outputSchemaId: 'expanded-text-v1' },
    ...{ graphqlType: 'ExpandedText', baseUrl: 'http://127.0.0.1:5', inputSchemaIds: ['text-input-v1'] },
    eventSubscriptions: ['blob.created'],
  };
  const register = async (over: object, portion: object) => {
    const variables = { input: { ...input, ...over }, ...portion };
    const { data } = await fixture.service.graphql<{ registerCandidate: object }>(
      ...([mutation, variables, operator.caller] as const),
    );
    return data?.registerCandidate;
  };
  expect(await register({}, { share: 0.75, users: ['bob'] })).toEqual({
    processor: { version: '1', canary: { version: '2', share: 0.75, users: ['bob'] } },
    userErrors: [],
  });
  const refused = { processor: null, userErrors: [{ field: 'id', code: 'PROCESSOR_UNKNOWN' }] };
  expect(await register({ id: 'nobody' }, {})).toEqual(refused);
  expect(await register({ version: '1' }, {})).toMatchObject({
    userErrors: [{ field: 'version', code: 'PROCESSOR_INVALID' }],
  });
  expect(await register({ version: '3', subgraph: { sdl: 'type Query' } }, {})).toEqual({
    processor: null,
    userErrors: [{ field: 'subgraph', code: 'PROCESSOR_INVALID' }],
  });
});
