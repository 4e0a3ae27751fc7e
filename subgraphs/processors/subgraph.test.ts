import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewer } from '../../platform/testing/service.ts';
import { type Fixture, SECRET, startFixture } from './subgraph.fixture.ts';

const operator = { viewer: viewer('olga', 'operator') };
const itself = { service: 'text-expansion', viewer: null };

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture?.close());

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
    const answer = await fetch(`${fixture.service.url}${path}`, init);
    expect(answer.status).toBe(401);
  });
});

describe('declaration', () => {
  it('of a processor by itself is idempotent', async () => {
    const first = await fixture.register(fixture.declaration());
    expect(first.status).toBe(200);
    expect(first.body.processor).toEqual({
      ...Object.fromEntries(
        Object.entries(fixture.declaration()).filter(([name]) => name !== 'connection_string'),
      ),
      description: '',
      takes: { 'blob.created': ['text-input-v1'] },
      opt_in_schema_ids: [],
      takes_versions: {},
      shown_as: null,
      versions: ['3'],
      readable_schema_ids: fixture.declaration().input_schema_ids,
      health_endpoint: '/health',
      query_endpoint: '/graphql',
      max_concurrency: 4,
      timeout_seconds: 60,
      active: true,
      status: 'active',
      status_since: null,
      status_reason: null,
      retired_versions: [],
      canary: null,
      resting: [],
      canary_ended_at: null,
      created_at: expect.stringMatching(/Z$/),
    });
    const sealed = await fixture.database.query('SELECT connection_string FROM processors');
    expect((await fixture.register(fixture.declaration())).body).toEqual(first.body);
    expect(await fixture.database.query('SELECT connection_string FROM processors')).toEqual(sealed);
    expect(JSON.stringify(sealed)).not.toContain(SECRET);
  });

  it('with another connection string is written again', async () => {
    const read = async () =>
      fixture.database.query("SELECT connection_string FROM processors WHERE id = 'text-expansion'");
    await fixture.register(fixture.declaration());
    const before = await read();
    await fixture.register(fixture.declaration({ connection_string: 'mongodb://elsewhere' }));
    expect(await read()).not.toEqual(before);
    await fixture.register(fixture.declaration());
  });

  it('after a change of the key seals the connection string under the new one', async () => {
    await fixture.register(fixture.declaration());
    const keyId = async () => {
      const [row] = await fixture.database.query<{ key: string }>(
        "SELECT split_part(connection_string, '.', 2) AS key FROM processors WHERE id = 'text-expansion'",
      );
      return row?.key;
    };
    const before = await keyId();
    const rotated = await fixture.another({ connectionKey: Buffer.alloc(32, 7) });
    try {
      await rotated.rest('POST', '/api/v1/processors', { body: fixture.declaration(), caller: itself });
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
    const { status, body } = await fixture.register(fixture.declaration({ name: 'Mallory' }), caller);
    expect([status, body.error.code]).toEqual([403, 'FORBIDDEN']);
    const { body: list } = await fixture.service.rest('GET', '/api/v1/processors');
    expect(JSON.stringify(list)).not.toContain('Mallory');
  });

  it('that is invalid is refused with the fields’ names, and nothing is written', async () => {
    const { status, body } = await fixture.register({
      ...fixture.declaration(),
      id: 'new-one',
      base_url: 'ftp://x',
      active: 'no',
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      error: { code: 'PROCESSOR_INVALID', field: 'base_url' },
      errors: [{ field: 'base_url' }, { field: 'active' }],
    });
    expect((await fixture.service.rest('GET', '/api/v1/processors/new-one')).status).toBe(404);
    expect((await fixture.register('text')).status).toBe(422);
    expect((await fixture.service.rest('POST', '/api/v1/processors', { caller: itself })).status).toBe(422);
  });
});

describe('declarations that exclude each other', () => {
  const registered = (id: string, takes: object) => {
    const { input_schema_ids: _, event_subscriptions: __, ...rest } = fixture.declaration();
    const body = { ...rest, id, graphql_type: `Type_${id}`, output_schema_id: `${id}-v1`, takes };
    return fixture.register(body, { service: id, viewer: null });
  };

  it('are refused with the circle that they close, also concurrently', async () => {
    const itself = await registered('loop', { 'blob.indexed': ['loop-v1'] });
    expect([itself.status, itself.body.error]).toMatchObject([
      422,
      {
        code: 'PROCESSOR_INVALID',
        field: 'takes',
        message: '`loop` would take `loop-v1`, which it makes itself.',
      },
    ]);
    const answers = await Promise.all([
      registered('ping', { 'blob.indexed': ['pong-v1'] }),
      registered('pong', { 'blob.indexed': ['ping-v1'] }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  });

  it('are refused for a taken type, which its owner may register again', async () => {
    await fixture.register(fixture.declaration());
    const taken = fixture.declaration({ id: 'mimic' });
    const { status, body } = await fixture.register(taken, { service: 'mimic', viewer: null });
    expect([status, body.error.field]).toEqual([422, 'graphql_type']);
    const again = await fixture.register(fixture.declaration({ version: '4' }));
    expect(again.body.processor).toMatchObject({ version: '4', versions: ['4', '3'] });
    const back = await fixture.register(fixture.declaration());
    expect(back.body.processor).toMatchObject({ version: '3', versions: ['3', '4'] });
  });
});

describe('GraphQL', () => {
  const REGISTER = `mutation ($input: RegisterProcessorInput!) {
    registerProcessor(input: $input) { processor { id storageType health { status } maxConcurrency active } userErrors { field code message } }
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
    baseUrl: fixture.ownerUrl,
  });
  const mutate = (given: object, caller = operator) =>
    fixture.service.graphql<{ registerProcessor: { processor: unknown; userErrors: unknown[] } }>(
      REGISTER,
      { input: given },
      caller,
    );

  it('lets only operators register', async () => {
    const { data } = await mutate(input());
    expect(data?.registerProcessor).toMatchObject({
      processor: { id: 'pitch-builder', storageType: 'POSTGRESQL', maxConcurrency: 4, active: true },
      userErrors: [],
    });
    const refused = await mutate(input(), { viewer: viewer('alice') });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('accepts and shows what a processor takes on which event', async () => {
    const { inputSchemaIds: _, ...rest } = input();
    const takes = [
      { event: 'blob.created', schemaIds: ['note-v1'] },
      { event: 'blob.indexed', schemaIds: ['expanded-text-v1'] },
    ];
    const given = { ...rest, id: 'takes', graphqlType: 'Taken', shownAs: 'CHAPTER_EXPANDED', takes };
    const { data } = await mutate({ ...given, eventSubscriptions: null });
    expect(data?.registerProcessor).toMatchObject({ processor: { id: 'takes' }, userErrors: [] });
    const query =
      '{ processors { id inputSchemaIds eventSubscriptions versions shownAs takes { event schemaIds } } }';
    const listed = await fixture.service.graphql<{ processors: { id: string }[] }>(query, {}, operator);
    expect(listed.data?.processors.find(({ id }) => id === 'takes')).toEqual({
      id: 'takes',
      inputSchemaIds: ['note-v1', 'expanded-text-v1'],
      eventSubscriptions: ['blob.created', 'blob.indexed'],
      versions: ['1'],
      shownAs: 'CHAPTER_EXPANDED',
      takes,
    });
  });

  it('names a taken type and a circle by the input’s fields', async () => {
    await fixture.register(fixture.declaration());
    const taken = await mutate({ ...input(), graphqlType: 'ExpandedText' });
    expect(taken.data?.registerProcessor.userErrors).toMatchObject([{ field: 'graphqlType' }]);
    const circle = await mutate({
      ...input(),
      inputSchemaIds: ['pitch-v1'],
      eventSubscriptions: ['blob.indexed'],
    });
    expect(circle.data?.registerProcessor.userErrors).toMatchObject([
      { field: 'takes', message: expect.stringContaining('`pitch-v1`, which it makes itself') },
    ]);
  });

  it('names errors by the input’s fields', async () => {
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

  it('resolves entities in order with their health, null for unknown ones', async () => {
    await fixture.register(fixture.declaration());
    const query = `query ($r: [_Any!]!) {
      _entities(representations: $r) { ... on Processor { id version graphqlType checkedAt createdAt
        health { status since checkedAt latencyMs reason } } }
    }`;
    const r = ['text-expansion', 'none', '\0', 'text-expansion'].map((id) => ({
      __typename: 'Processor',
      id,
    }));
    const ask = () =>
      fixture.service.graphql<{ _entities: ({ health: { status: string } } | null)[] }>(query, { r });
    await expect.poll(async () => (await ask()).data?._entities[0]?.health.status).toBe('UP');
    const expanded = {
      id: 'text-expansion',
      version: '3',
      graphqlType: 'ExpandedText',
      health: {
        ...{ status: 'UP', latencyMs: expect.any(Number), reason: null },
        ...{ since: expect.stringMatching(/Z$/), checkedAt: expect.stringMatching(/Z$/) },
      },
      checkedAt: expect.stringMatching(/Z$/),
      createdAt: expect.stringMatching(/Z$/),
    };
    expect(await ask()).toEqual({ data: { _entities: [expanded, null, null, expanded] } });
  });

  it('tell operators alone why one is not up', async () => {
    const ill = {
      id: 'ill',
      graphql_type: 'Ill',
      output_schema_id: 'ill-v1',
      base_url: 'http://127.0.0.1:9',
    };
    await fixture.register(fixture.declaration(ill), { service: 'ill', viewer: null });
    const query = '{ processor(id: "ill") { health { status latencyMs reason } } }';
    interface Shown {
      processor: { health: object };
    }
    const ask = async (caller = {}) =>
      (await fixture.service.graphql<Shown>(query, {}, caller)).data?.processor.health;
    const shown = { status: 'DOWN', latencyMs: null };
    await expect.poll(() => ask()).toEqual({ ...shown, reason: null });
    expect(await ask(operator)).toEqual({ ...shown, reason: 'Nothing listens at its address.' });
    const scrape = await (await fetch(`${fixture.service.url}/metrics`)).text();
    expect(scrape).toContain('blobgraph_processor_up{processor="ill",service="processors"} 0\n');
  });

  it('has no field for the connection string', async () => {
    const { errors } = await fixture.service.graphql('{ processors { id connectionString } }', {}, operator);
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});

it('never reveals a connection string: not in an answer, the log or the store', async () => {
  const bad = await Promise.all([
    fixture.register({ ...fixture.declaration(), connection_string: `${SECRET}\0` }),
    fixture.register({ ...fixture.declaration(), [`connection_string_${SECRET.slice(0, 3)}`]: SECRET }),
    fixture.register({ ...fixture.declaration(), connection_string: [SECRET] }),
    fixture.service.graphql('{ processors { id name description databaseName } }', {}, operator),
    fixture.service.rest('GET', '/api/v1/processors', { caller: operator }),
    fixture.service.rest('GET', '/api/v1/processors/text-expansion', { caller: itself }),
  ]);
  const stored = await fixture.database.query('SELECT * FROM processors');
  expect(stored.length).toBeGreaterThan(1);
  expect(JSON.stringify([bad, stored, fixture.service.logs])).not.toContain(SECRET);
});
