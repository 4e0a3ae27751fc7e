import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewer } from '../../../platform/testing/service.ts';
import { type Fixture, type RestError, startFixture } from '../subgraph.fixture.ts';

let fixture: Fixture;
const operator = { service: 'gateway', viewer: viewer('olga', 'operator') };

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture?.close());

/** Registers a processor as itself. */
const register = (id: string, version = '1', caller: object = { service: id, viewer: null }) =>
  fixture.register(
    fixture.declaration({ id, version, graphql_type: `T${id.replaceAll('-', '')}` }),
    caller as typeof operator,
  );
const change = (id: string, action: string, body: object = {}, caller: object = operator) =>
  fixture.service.rest<
    RestError & { processor: { status: string; active: boolean; status_reason: string | null } }
  >('POST', `/api/v1/processors/${id}/${action}`, { body, caller });

describe('a processor’s status', () => {
  it('is shown, and changed by operators in GraphQL', async () => {
    await register('shown');
    const text = `mutation ($id: ID!) {
      pauseProcessor(id: $id, reason: "New disks") { processor { status active statusReason statusSince } userErrors { code } }
      resumeProcessor(id: $id) { processor { status active statusReason } userErrors { code } }
      retireProcessor(id: $id) { processor { status active health { status } } userErrors { code } }
      again: resumeProcessor(id: $id) { processor { id } userErrors { code field } }
      missing: pauseProcessor(id: "no-such") { userErrors { code message } }
      own: retireProcessor(id: "state") { userErrors { code message } }
      long: pauseProcessor(id: $id, reason: "a\\nb") { userErrors { code field } }
    }`;
    const { data } = await fixture.service.graphql(text, { id: 'shown' }, operator);
    const paused = {
      status: 'PAUSED',
      active: true,
      statusReason: 'New disks',
      statusSince: expect.any(String),
    };
    expect(data).toMatchObject({
      pauseProcessor: { processor: paused, userErrors: [] },
      resumeProcessor: { processor: { status: 'ACTIVE', active: true, statusReason: null } },
      retireProcessor: { processor: { status: 'RETIRED', active: false } },
      again: { processor: null, userErrors: [{ code: 'PROCESSOR_RETIRED', field: 'id' }] },
      missing: { userErrors: [{ code: 'PROCESSOR_UNKNOWN', message: 'There is no processor `no-such`.' }] },
      own: { userErrors: [{ code: 'PROCESSOR_UNKNOWN', message: expect.stringContaining('`state`') }] },
      long: { userErrors: [{ code: 'VALIDATION_FAILED', field: 'reason' }] },
    });
  });

  it.each(['pause', 'resume', 'retire'])('lets nobody else %s', async (action) => {
    await register('kept');
    for (const caller of [
      { service: 'kept', viewer: null },
      { service: 'gateway', viewer: viewer('u') },
    ]) {
      const { status } = await change('kept', action, {}, caller);
      expect(status).toBeGreaterThanOrEqual(401);
    }
    expect((await register('kept')).body.processor).toMatchObject({ status: 'active' });
  });

  it('survives a new declaration, and a second pause keeps the first reason', async () => {
    await register('twice');
    await change('twice', 'pause', { reason: 'first' });
    const { body } = await register('twice', '2');
    expect(body.processor).toMatchObject({ status: 'paused', status_reason: 'first', versions: ['2', '1'] });
    const both = await Promise.all([change('twice', 'pause', { reason: 'other' }), change('twice', 'pause')]);
    expect(both.map((one) => one.body.processor.status_reason)).toEqual(['first', 'first']);
  });
});

describe('a retired processor', () => {
  it('comes back only with a new version, registered by an operator', async () => {
    await register('gone', '1');
    await register('gone', '2');
    await change('gone', 'pause');
    expect((await change('gone', 'retire')).body.processor).toMatchObject({
      status: 'retired',
      active: false,
    });
    expect((await change('gone', 'retire')).status).toBe(200);
    const refused = { status: 410, body: { error: { code: 'PROCESSOR_RETIRED' } } };
    for (const version of ['1', '2', '3']) expect(await register('gone', version)).toMatchObject(refused);
    for (const version of ['1', '2'])
      expect(await register('gone', version, operator)).toMatchObject(refused);
    expect((await register('gone', '3', operator)).body.processor).toMatchObject({
      ...{ status: 'active', active: true, versions: ['3'], retired_versions: ['1', '2'] },
    });
    expect((await register('gone', '3')).status).toBe(200);
    expect(await register('gone', '1')).toMatchObject(refused);
  });

  it('is gone for reads, and frees its type', async () => {
    await register('owner');
    await change('owner', 'retire');
    const read = await fixture.service.rest('GET', '/api/v1/processors/owner/blobs/b1', {
      caller: { service: 'gateway', viewer: viewer('u') },
    });
    expect(read).toMatchObject({ status: 410, body: { error: { code: 'PROCESSOR_RETIRED' } } });
    const heir = fixture.declaration({ id: 'heir', graphql_type: 'Towner' });
    expect((await fixture.register(heir, { service: 'heir', viewer: null })).status).toBe(200);
  });
});
