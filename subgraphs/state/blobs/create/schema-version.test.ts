import { describe, expect, it } from 'vitest';
import { viewer } from '../../../../platform/testing/service.ts';
import { newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { create, schemas, state } = runState();

const operator = { viewer: viewer('olga', 'operator') };
const loose = { type: 'object', properties: { place: { type: 'string' } } };
const strict = { ...loose, required: ['place'] };

async function register(id: string, version: string, definition: object): Promise<void> {
  const mutation =
    'mutation ($input: RegisterSchemaInput!) { registerSchema(input: $input) { userErrors { code } } }';
  const input = { id, version, definition, compatibility: 'NONE' };
  expect((await schemas.graphql(mutation, { input }, operator)).data).toEqual({
    registerSchema: { userErrors: [] },
  });
}
const withdraw = (id: string, version: string) =>
  schemas.rest('POST', `/api/v1/schemas/${id}/versions/${version}/withdraw`, { caller: operator });

const note = (schemaId: string, data: object, over: object = {}) => ({
  type: 'note',
  schemaId,
  data,
  ...over,
});

describe('the version of a schema', () => {
  it('is the one that is named, else the newest', async () => {
    const caller = newCaller();
    await register('pinned-v1', '1.0.0', loose);
    await register('pinned-v1', '2.0.0', strict);
    expect((await create(caller, note('pinned-v1', {}))).userErrors).toMatchObject([
      { field: 'data.place', code: 'SCHEMA_VIOLATION' },
    ]);
    const pinned = await create(caller, note('pinned-v1', {}, { schemaVersion: '1.0.0' }));
    expect(pinned).toMatchObject({ blob: { schemaVersion: '1.0.0' }, userErrors: [] });
    const body = { type: 'note', schema_id: 'pinned-v1', schema_version: '1.0.0', data: {} };
    expect(await state.rest('POST', '/api/v1/blobs', { body, caller })).toMatchObject({
      status: 201,
      body: { blob: { schema_version: '1.0.0' } },
    });
    const newest = await create(caller, note('pinned-v1', { place: 'harbour' }, { schemaVersion: null }));
    expect(newest.blob).toMatchObject({ schemaVersion: '2.0.0' });
  });

  it.each(['3.0.0', '1', '..', '../1.0.0', 'x'])('%j is none, and said so', async (schemaVersion) => {
    expect(await create(newCaller(), note('note-v1', {}, { schemaVersion }))).toEqual({
      blob: null,
      userErrors: [expect.objectContaining({ field: 'schemaVersion', code: 'SCHEMA_UNKNOWN' })],
    });
  });

  it('is a part of the input for an idempotency key', async () => {
    const caller = newCaller();
    const send = (over: object) => create(caller, note('note-v1', {}, { idempotencyKey: 'k', ...over }));
    const first = await send({});
    expect((await send({ schemaVersion: null })).blob?.id).toBe(first.blob?.id);
    expect((await send({ schemaVersion: '1.0.0' })).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_CONFLICT' },
    ]);
  });

  it('takes nothing new once it is withdrawn, and what was stored under it stays', async () => {
    const caller = newCaller();
    await register('gone-v1', '1.0.0', loose);
    await register('gone-v1', '1.1.0', strict);
    await withdraw('gone-v1', '1.1.0');
    expect((await create(caller, note('gone-v1', {}))).blob).toMatchObject({ schemaVersion: '1.0.0' });
    const named = note('gone-v1', { place: 'x' }, { schemaVersion: '1.1.0' });
    expect((await create(caller, named)).userErrors).toMatchObject([
      { field: 'schemaVersion', code: 'SCHEMA_WITHDRAWN' },
    ]);
    await register('all-gone-v1', '1.0.0', loose);
    await withdraw('all-gone-v1', '1.0.0');
    expect((await create(caller, note('all-gone-v1', {}))).userErrors).toMatchObject([
      { field: 'schemaId', code: 'SCHEMA_WITHDRAWN' },
    ]);
  });
});
