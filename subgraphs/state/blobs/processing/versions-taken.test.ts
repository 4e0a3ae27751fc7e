import { beforeAll, describe, expect, it } from 'vitest';
import { mood, operator, registerMoods } from '../../testing/mood.fixture.ts';
import { processorDocument } from '../../testing/registry.fixture.ts';
import { type Caller, newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { create, schemas, state, registry } = runState();

const ID = 'mood-v1';
const old = { text: 'It rained', colour: 'grey' };

/** A processor that takes some versions of the schema. */
function takes(id: string, versions: string, over: object = {}): void {
  const given = { takes: { 'blob.created': [ID] }, takes_versions: { [ID]: versions } };
  registry.put(processorDocument(id, { ...given, graphql_type: id.toUpperCase(), ...over }));
}

beforeAll(async () => {
  await registerMoods(schemas, ID);
  takes('newest-only', '^3.0.0');
  takes('oldest-only', '<2.0.0');
  takes('between', '>=2.0.0 <3.0.0');
});

const idOf = async (caller: Caller, version: string, data: object) =>
  (await create(caller, mood(ID, version, data))).blob?.id ?? '';

interface Processing {
  readonly runs: { readonly processorId: string; readonly state: string }[];
  readonly leftOut: { readonly processorId: string; readonly code: string; readonly message: string }[];
}

async function processingOf(caller: Caller, id: string): Promise<Processing> {
  const query =
    'query ($id: ID!) { blob(id: $id) { processing { runs { processorId state } leftOut { processorId code message } } } }';
  const { data, errors } = await state.graphql<{ blob: { processing: Processing } }>(query, { id }, caller);
  expect(errors).toBeUndefined();
  if (!data) throw new Error('No data');
  return data.blob.processing;
}

const begin = (caller: Caller, id: string, processorId: string, over: object = {}) =>
  state.rest<{
    done: boolean;
    sources: { data: unknown; schema_version: string }[];
    error?: { code: string };
  }>('POST', '/api/v1/runs/begin', {
    body: { blob_id: id, processor_id: processorId, attempt: 1, ...over },
    caller: { service: processorId, ...caller },
  });

describe('a processor that takes some versions', () => {
  it('has runs on those and on older ones, and the others say why it has none', async () => {
    const caller = newCaller();
    const planned = async (version: string, data: object) => {
      const { runs, leftOut } = await processingOf(caller, await idOf(caller, version, data));
      return {
        runs: runs.map((run) => run.processorId).sort(),
        leftOut: leftOut.map((each) => each.processorId).sort(),
      };
    };
    expect(await planned('1.0.0', old)).toEqual({
      runs: ['between', 'newest-only', 'oldest-only'],
      leftOut: [],
    });
    expect(await planned('2.0.0', { content: 'a' })).toEqual({
      runs: ['between', 'newest-only'],
      leftOut: ['oldest-only'],
    });
    const newest = await idOf(caller, '3.0.0', { content: 'a', intensity: 1 });
    const { runs, leftOut } = await processingOf(caller, newest);
    expect(runs.map((run) => run.processorId)).toEqual(['newest-only']);
    expect(leftOut.toSorted((one, other) => (one.processorId < other.processorId ? -1 : 1))).toEqual([
      {
        processorId: 'between',
        code: 'SCHEMA_VERSION_NOT_TAKEN',
        message: expect.stringMatching(/>=2\.0\.0 <3\.0\.0 of `mood-v1`, and the blob is of version 3\.0\.0/),
      },
      expect.objectContaining({ processorId: 'oldest-only' }),
    ]);
  });

  it('is given an old document as the newest that it takes, or as it is', async () => {
    const caller = newCaller();
    const id = await idOf(caller, '1.0.0', old);
    const given = async (processorId: string) => (await begin(caller, id, processorId)).body.sources;
    expect(await given('newest-only')).toMatchObject([
      { schema_version: '3.0.0', data: { content: 'It rained', colour: 'grey', intensity: 3 } },
    ]);
    expect(await given('between')).toMatchObject([
      { schema_version: '2.0.0', data: { content: 'It rained', colour: 'grey' } },
    ]);
    expect(await given('oldest-only')).toMatchObject([{ schema_version: '1.0.0', data: old }]);
    // A process of another version than the registered one says what it takes itself.
    const other = await begin(caller, id, 'between', { takes_versions: { [ID]: '<2.0.0' } });
    expect(other.body.sources).toMatchObject([{ schema_version: '1.0.0', data: old }]);
    expect((await begin(caller, id, 'between', { takes_versions: {} })).body.sources[0]?.data).toEqual(old);
  });

  it('is told when the document cannot be read so, and has nothing to do on a newer one', async () => {
    const caller = newCaller();
    const long = await idOf(caller, '1.0.0', { text: 'It rained', colour: 'a dark grey' });
    expect(await begin(caller, long, 'newest-only')).toMatchObject({
      status: 422,
      body: { error: { code: 'UPCAST_FAILED', message: expect.stringContaining('data.colour') } },
    });
    const newer = await idOf(caller, '3.0.0', { content: 'a', intensity: 1 });
    expect((await begin(caller, newer, 'between')).body).toMatchObject({ done: true, sources: [] });
    takes('later', '^3.1.0');
    const unmade = await idOf(caller, '3.0.0', { content: 'b', intensity: 1 });
    expect((await begin(caller, unmade, 'later')).body.error?.code).toBe('SCHEMA_VERSION_NOT_TAKEN');
  });

  it('is not asked again for what it does not take', async () => {
    const caller = newCaller();
    const id = await idOf(caller, '3.0.0', { content: 'a', intensity: 1 });
    const mutation =
      'mutation ($id: ID!) { reprocess(blobId: $id, processorId: "between") { userErrors { field code message } } }';
    expect((await state.graphql(mutation, { id }, caller)).data).toMatchObject({
      reprocess: {
        userErrors: [
          { field: 'processorId', code: 'VALIDATION_FAILED', message: expect.stringContaining('3.0.0') },
        ],
      },
    });
  });
});

describe('a blob', () => {
  const body =
    'query ($id: ID!, $v: String) { blob(id: $id) { schemaVersion content { ... on UserBlob { body(asVersion: $v) } } } }';

  it('is read as its own version or a newer one, and stays what it is', async () => {
    const caller = newCaller();
    const id = await idOf(caller, '1.0.0', old);
    const stub = { __typename: 'UserBlob', id };
    const entity =
      'query ($r: [_Any!]!, $v: String) { _entities(representations: $r) { ... on UserBlob { body(asVersion: $v) } } }';
    const read = async (version: string | null) => {
      const answer = await state.graphql<{ _entities: { body: unknown }[] }>(
        entity,
        { r: [stub], v: version },
        caller,
      );
      return answer.data?._entities[0]?.body ?? answer.errors;
    };
    expect(await read(null)).toEqual(old);
    expect(await read('1.0.0')).toEqual(old);
    expect(await read('2.0.0')).toEqual({ content: 'It rained', colour: 'grey' });
    expect(await read('3.0.0')).toEqual({ content: 'It rained', colour: 'grey', intensity: 3 });
    expect(await read('9.0.0')).toMatchObject([{ extensions: { code: 'SCHEMA_UNKNOWN' } }]);
    expect(await read('0.1.0')).toMatchObject([{ extensions: { code: 'SCHEMA_UNKNOWN' } }]);
    const newest = await idOf(caller, '3.0.0', { content: 'a', intensity: 1 });
    const older = await state.graphql(body, { id: newest, v: '2.0.0' }, caller);
    expect(JSON.stringify(older)).toContain('blob');
    const path = (blobId: string, query = '') => `/api/v1/blobs/${blobId}${query}`;
    const rest = (blobId: string, query?: string) => state.rest('GET', path(blobId, query), { caller });
    expect(await rest(id, '?schema_version=3.0.0')).toMatchObject({
      status: 200,
      body: { blob: { schema_version: '3.0.0', data: { content: 'It rained', intensity: 3 } } },
    });
    expect(await rest(id)).toMatchObject({ body: { blob: { schema_version: '1.0.0', data: old } } });
    expect(await rest(newest, '?schema_version=1.0.0')).toMatchObject({
      status: 422,
      body: { error: { code: 'UPCAST_FAILED' } },
    });
    expect(await rest(id, '?schema_version=..')).toMatchObject({
      body: { error: { code: 'SCHEMA_UNKNOWN' } },
    });
    const batch = await state.rest('POST', '/api/v1/blobs/batch', {
      body: { ids: [id], schema_version: '2.0.0' },
      caller,
    });
    expect(batch).toMatchObject({
      body: { blobs: [{ schema_version: '2.0.0', data: { content: 'It rained' } }] },
    });
  });
});

const check = async (input: object, caller: object = operator) => {
  const mutation = `mutation ($input: CheckStoredBlobsInput!) { checkStoredBlobs(input: $input) {
    check { state complete scanned checked failed unreadable upcast schemaVersion rules { pointer keyword count blobIds } }
    userErrors { field code message }
  } }`;
  const { data, errors } = await state.graphql<{
    checkStoredBlobs: { check: object | null; userErrors: object[] };
  }>(mutation, { input }, caller);
  return data?.checkStoredBlobs ?? { errors };
};

describe('stored blobs', () => {
  const id = 'stored-mood-v1';
  const secret = 'a dark and secret grey';

  it('are held to a version, of all users, and nothing of their content is told', async () => {
    await registerMoods(schemas, id);
    const [one, other] = [newCaller(), newCaller()];
    for (const caller of [one, other]) await create(caller, mood(id, '1.0.0', { text: 'a', colour: 'grey' }));
    const long = (await create(other, mood(id, '1.0.0', { text: 'a', colour: secret }))).blob?.id;
    const raw = await check({ schemaId: id });
    expect(raw).toMatchObject({
      check: { checked: 3, failed: 3, schemaVersion: '3.0.0', state: 'COMPLETED' },
    });
    expect(await check({ schemaId: id, upcast: true })).toMatchObject({
      check: { checked: 3, failed: 1, unreadable: 0, complete: true },
    });
    const definition = {
      type: 'object',
      properties: { colour: { maxLength: 5 } },
      patternProperties: { '^t': false },
    };
    const found = await check({ schemaId: id, definition });
    expect(found).toMatchObject({
      check: {
        schemaVersion: null,
        failed: 3,
        rules: [
          { pointer: '/patternProperties/^t/false schema', keyword: 'false schema', count: 3 },
          { pointer: '/properties/colour/maxLength', keyword: 'maxLength', count: 1, blobIds: [long] },
        ],
      },
    });
    expect(JSON.stringify([raw, found])).not.toMatch(new RegExp(`${secret}|dark`));
    expect(await check({ schemaId: id, sample: 2 })).toMatchObject({
      check: { checked: 2, complete: false },
    });
  });

  it('are all looked at behind the request', async () => {
    expect(await check({ schemaId: id, upcast: true, all: true })).toMatchObject({
      check: { state: 'RUNNING', complete: false, checked: 0 },
    });
    const query =
      'query ($id: ID!) { storedBlobsCheck(schemaId: $id) { state checked failed complete obstacle } }';
    await expect
      .poll(async () => (await state.graphql(query, { id }, operator)).data)
      .toEqual({
        storedBlobsCheck: { state: 'COMPLETED', checked: 3, failed: 1, complete: true, obstacle: null },
      });
  });

  it.each<[object, string, string]>([
    [{ schemaId: 'none-v1' }, 'schema_id', 'SCHEMA_UNKNOWN'],
    [{ schemaId: id, schemaVersion: '7.0.0' }, 'schema_version', 'SCHEMA_UNKNOWN'],
    [{ schemaId: id, sample: 0 }, 'sample', 'VALIDATION_FAILED'],
    [{ schemaId: id, sample: 1_001 }, 'sample', 'VALIDATION_FAILED'],
    [{ schemaId: id, schemaVersion: '1.0.0', definition: {} }, 'schemaVersion', 'VALIDATION_FAILED'],
    [
      { schemaId: id, definition: { $ref: 'https://example.com/a.json' } },
      'definition.$ref',
      'VALIDATION_FAILED',
    ],
    [{ schemaId: id, definition: { pattern: '(a+)+(?=b)' } }, 'definition.pattern', 'VALIDATION_FAILED'],
  ])('are not looked at for %j', async (input, field, code) => {
    expect(await check(input)).toMatchObject({ check: null, userErrors: [{ field, code }] });
  });

  it('are told of to operators alone', async () => {
    expect(await check({ schemaId: id }, newCaller())).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });
});
