import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../../platform/identity/service/caller.ts';
import { viewer } from '../../../platform/testing/service.ts';
import { type Fixture, type RestError, startFixture } from '../subgraph.fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
  await fixture.register(fixture.declaration());
  const compiler = {
    ...{ id: 'book-compiler', graphql_type: 'CompiledBook', output_schema_id: 'compiled-book-v1' },
    takes: { 'blob.indexed': ['expanded-text-v1'], 'blob.created': ['text-input-v1'] },
    ...{ input_schema_ids: ['expanded-text-v1', 'text-input-v1', 'on-demand-v1'] },
    event_subscriptions: ['blob.created', 'blob.indexed'],
  };
  await fixture.register(fixture.declaration(compiler), { service: 'book-compiler', viewer: null });
});
afterAll(() => fixture?.close());

interface Taker {
  readonly id: string;
  readonly base_url?: string;
}

const route = (query: string, caller: Partial<Caller> = {}) =>
  fixture.service.rest<{ takers: Taker[] } & RestError>('GET', `/api/v1/route?${query}`, { caller });

describe('takers', () => {
  it('are found by schema and event, or by schema alone', async () => {
    const ids = async (query: string) => (await route(query)).body.takers.map(({ id }) => id);
    expect(await ids('schema_id=text-input-v1&event=blob.created')).toEqual([
      'book-compiler',
      'text-expansion',
    ]);
    expect(await ids('schema_id=text-input-v1&event=blob.indexed')).toEqual([]);
    expect(await ids('schema_id=expanded-text-v1&event=blob.indexed')).toEqual(['book-compiler']);
    expect(await ids('schema_id=on-demand-v1')).toEqual(['book-compiler']);
    expect(await ids('schema_id=nobody-s-v1&event=blob.created')).toEqual([]);
    for (const event of ['__proto__', 'constructor', 'toString'])
      expect(await ids(`schema_id=text-input-v1&event=${event}`)).toEqual([]);
  });

  it('come with type, version and status', async () => {
    await expect
      .poll(async () => (await route('schema_id=on-demand-v1')).body)
      .toMatchObject({
        schema_id: 'on-demand-v1',
        event: null,
        takers: [
          {
            ...{
              id: 'book-compiler',
              type: 'CompiledBook',
              version: '3',
              output_schema_id: 'compiled-book-v1',
            },
            ...{ active: true, status: 'active', status_since: null, status_reason: null, health: 'up' },
          },
        ],
      });
    const operator = { service: 'gateway', viewer: viewer('o', 'operator') };
    for (const [action, status] of [
      ['pause', 'paused'],
      ['resume', 'active'],
    ] as const) {
      const path = `/api/v1/processors/book-compiler/${action}`;
      await fixture.service.rest('POST', path, { caller: operator, body: { reason: 'New disks' } });
      expect((await route('schema_id=on-demand-v1')).body.takers).toMatchObject([
        { status, active: status === 'active', status_reason: 'New disks' },
      ]);
    }
  });

  it('show their addresses only to operators and services', async () => {
    const locate = async (caller: Partial<Caller>) =>
      (await route('schema_id=on-demand-v1', caller)).body.takers[0]?.base_url;
    expect(await locate({})).toBeUndefined();
    expect(await locate({ viewer: viewer('o', 'operator') })).toBe(fixture.ownerUrl);
    for (const service of ['gateway', 'state', 'text-expansion'])
      expect(await locate({ service, viewer: null })).toBe(fixture.ownerUrl);
    expect((await route('schema_id=on-demand-v1', { service: 'text-expansion' })).status).toBe(403);
  });

  it.each([
    ['', 'schema_id'],
    ['schema_id=', 'schema_id'],
    ['schema_id=a&schema_id=b', 'schema_id'],
    [`schema_id=${'x'.repeat(129)}`, 'schema_id'],
    ['schema_id=a&event=', 'event'],
    ['schema_id=a&event=b&event=c', 'event'],
  ])('%j is refused by the name of %s', async (query, field) => {
    const { status, body } = await route(query);
    expect([status, body.error.code, body.error.field]).toEqual([400, 'VALIDATION_FAILED', field]);
  });
});

describe('direct reads', () => {
  const batch = (caller: Partial<Caller>, path = '/api/v1/processors/text-expansion/blobs/batch') =>
    fixture.service.rest<RestError & { errors: object[] }>('POST', path, { caller, body: { ids: ['b1'] } });

  it('let a processor read only what it takes, on behalf of a user', async () => {
    expect((await batch({ service: 'book-compiler' })).status).toBe(200);
    const other = fixture.declaration({
      ...{ id: 'other', graphql_type: 'Other', input_schema_ids: ['note-v1'], output_schema_id: 'other-v1' },
    });
    await fixture.register(other, { service: 'other', viewer: null });
    const before = fixture.asked.length;
    for (const service of ['other', 'unknown', '__proto__']) {
      expect((await batch({ service })).body.error.code).toBe('FORBIDDEN');
      const several = await fixture.service.rest<{ errors: { error: { code: string } }[] }>(
        'POST',
        '/api/v1/blobs/batch',
        { caller: { service }, body: { blobs: [{ processor_id: 'text-expansion', id: 'b1' }] } },
      );
      expect(several.body.errors[0]?.error.code).toBe('FORBIDDEN');
    }
    expect(fixture.asked.slice(before).filter(({ url }) => url?.includes('/blobs'))).toEqual([]);
  });

  it('lists and batches are the owner’s', async () => {
    const list = await fixture.service.rest(
      'GET',
      '/api/v1/processors/text-expansion/users/alice/blobs?limit=1',
    );
    expect([list.status, list.body]).toEqual([200, { blobs: [], next: null }]);
    const several = await fixture.service.rest('POST', '/api/v1/blobs/batch', {
      body: { blobs: [{ processor_id: 'text-expansion', id: 'b1' }] },
    });
    expect(several.body).toMatchObject({
      ...{ blobs: [{ processor_id: 'text-expansion', blob: { id: 'b1' } }], errors: [] },
    });
  });

  it('skip an unhealthy owner, and notice that it is back', async () => {
    const ill = fixture.declaration({
      ...{ id: 'ill', graphql_type: 'Ill', output_schema_id: 'ill-v1', health_endpoint: '/nothing' },
    });
    await fixture.register(ill, { service: 'ill', viewer: null });
    const read = () => fixture.service.rest<RestError>('GET', '/api/v1/processors/ill/blobs/b1');
    await expect.poll(async () => (await read()).status).toBe(503);
    const before = fixture.asked.length;
    const { body } = await read();
    expect(body.error).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringContaining('`ill`'),
    });
    expect(fixture.asked.slice(before).filter(({ url }) => url?.startsWith('/blobs'))).toEqual([]);
    await fixture.register({ ...ill, health_endpoint: '/health' }, { service: 'ill', viewer: null });
    await expect.poll(async () => (await read()).status).toBe(200);
  });
});
