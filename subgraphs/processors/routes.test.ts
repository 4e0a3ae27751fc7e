import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServiceHttp, type ServiceHttp } from '../../platform/clients/http/http.ts';
import {
  createProcessorCatalog,
  createRegistryClient,
  registerUntilDone,
} from '../../platform/clients/registry.ts';
import { testEgress, testTokens } from '../../platform/testing/identity.ts';
import { viewer } from '../../platform/testing/service.ts';
import { systemClock } from '../../platform/time/clock.ts';
import { type Fixture, type RestError, startFixture } from './subgraph.fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture?.close());

describe('REST', () => {
  it('lists processors, shows one and its health', async () => {
    await fixture.register(fixture.declaration());
    const { body } = await fixture.service.rest<{ processors: { id: string }[] }>(
      'GET',
      '/api/v1/processors',
    );
    expect(body.processors.map(({ id }) => id)).toContain('text-expansion');
    const one = await fixture.service.rest<{ processor: object }>('GET', '/api/v1/processors/text-expansion');
    expect(body.processors).toContainEqual(one.body.processor);
    await expect
      .poll(async () => (await fixture.service.rest('GET', '/api/v1/processors/text-expansion/health')).body)
      .toEqual({
        ...{ id: 'text-expansion', status: 'up', reason: null, latency_ms: expect.any(Number) },
        ...{ since: expect.stringMatching(/Z$/), checked_at: expect.stringMatching(/Z$/) },
      });
  });

  it.each(['', '/health', '/blobs/b1'])('answers an unknown processor%s with 404', async (rest) => {
    for (const id of ['none', '%00', '%F0%9F%A6%89']) {
      const { status, body } = await fixture.service.rest<RestError>(
        'GET',
        `/api/v1/processors/${id}${rest}`,
      );
      expect([status, body.error.code]).toEqual([404, 'PROCESSOR_UNKNOWN']);
    }
  });

  it('routes a direct read to the blob’s owner, on behalf of the user', async () => {
    await fixture.register(fixture.declaration());
    const { status, body } = await fixture.service.rest('GET', '/api/v1/processors/text-expansion/blobs/b1');
    expect([status, body]).toEqual([200, { blob: { id: 'b1', user_id: 'alice', data: { text: 'é🦉' } } }]);
    const token =
      fixture.asked.findLast(({ url }) => url === '/blobs/b1')?.authorization?.slice('Bearer '.length) ?? '';
    expect(await testTokens('text-expansion').verify(token, 'GET /blobs/:')).toEqual({
      service: 'processors',
      viewer: viewer('alice'),
    });
    const foreign = await fixture.service.rest<RestError>(
      'GET',
      '/api/v1/processors/text-expansion/blobs/foreign',
    );
    expect([foreign.status, foreign.body.error.code]).toEqual([404, 'BLOB_NOT_FOUND']);
  });

  it('reads only blobs, and only for users', async () => {
    const before = fixture.asked.length;
    for (const id of ['%2E%2E', '..%2Fusers', 'a%2Fb', 'a%3Fb']) {
      const { status } = await fixture.service.rest('GET', `/api/v1/processors/text-expansion/blobs/${id}`);
      // `..` would reach another path of the processor.
      expect([401, 404]).toContain(status);
    }
    const caller = { service: 'state', viewer: null };
    expect(
      (await fixture.service.rest('GET', '/api/v1/processors/text-expansion/blobs/b1', { caller })).status,
    ).toBe(403);
    expect(fixture.asked.slice(before).filter(({ url }) => url !== '/health' && url !== '/ready')).toEqual(
      [],
    );
  });

  it('names the processor that does not answer, but not its address', async () => {
    const away = { id: 'away', graphql_type: 'Away', base_url: 'http://127.0.0.1:9' };
    await fixture.register(fixture.declaration(away), { service: 'away', viewer: null });
    const { status, body } = await fixture.service.rest<RestError>('GET', '/api/v1/processors/away/blobs/b1');
    expect([status, body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(body.error.message).toContain('`away`');
    expect(JSON.stringify(body)).not.toContain('127.0.0.1');
    await expect
      .poll(
        async () =>
          (await fixture.service.rest<{ status: string }>('GET', '/api/v1/processors/away/health')).body
            .status,
      )
      .toBe('down');
  });
});

describe('clients', () => {
  let http: ServiceHttp;
  beforeAll(() => {
    const urls = { ...fixture.service.runtime.config.urls, processors: fixture.service.url };
    http = createServiceHttp({
      urls,
      tokens: testTokens('text-expansion'),
      egress: testEgress,
    });
  });
  afterAll(() => http?.close());

  it('register and find a processor at once', async () => {
    const registry = createRegistryClient(http);
    const logger = fixture.service.runtime.logger;
    const catalog = createProcessorCatalog({ registry, clock: systemClock, logger });
    expect(await catalog.takers('message-v1', 'blob.created')).toEqual([]);
    const more = { input_schema_ids: ['text-input-v1', 'message-v1'] };
    await registerUntilDone(registry, fixture.declaration(more), new AbortController().signal);
    expect(await catalog.takers('message-v1', 'blob.created')).toMatchObject([
      { id: 'text-expansion', base_url: fixture.ownerUrl, max_concurrency: 4 },
    ]);
    expect(await catalog.get('text-expansion')).toMatchObject({ active: true });
  });

  it('get the reason of a refused declaration', async () => {
    const registry = createRegistryClient(http);
    const refused = registerUntilDone(
      registry,
      fixture.declaration({ graphql_type: '1' }),
      new AbortController().signal,
    );
    await expect(refused).rejects.toMatchObject({ code: 'PROCESSOR_INVALID', field: 'graphql_type' });
    await expect(registry.register(fixture.declaration({ id: 'another' }))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
