import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { BreakerState } from '../clients/http/guard.ts';
import { createLogger } from '../telemetry/logger.ts';
import { currentTrace } from '../telemetry/trace.ts';
import { eventLogCheck, healthRoutes, type ReadinessChecks } from './health.ts';
import { createHttpServer } from './http/http.ts';

const well = async () => {};
const failing = (): Promise<void> => Promise.reject(new Error('connect ECONNREFUSED user:sekret@10.0.0.1'));
const throwing = () => {
  throw new Error('sekret');
};

function serve(checks: ReadinessChecks, breakers: Record<string, BreakerState> = {}) {
  const app = createHttpServer({ logger: createLogger('silent') });
  healthRoutes(app, { service: 'state', embedded: () => ['NATS'], checks, breakers: () => breakers });
  onTestFinished(() => app.close());
  return async (url: string) => {
    const response = await app.inject(url);
    return { status: response.statusCode, body: response.json() };
  };
}

describe('/ready', () => {
  it('is 200 when all that the service stands on is well', async () => {
    expect(await serve({ store: well, 'event log': well })('/ready')).toEqual({
      status: 200,
      body: {
        status: 'ready',
        service: 'state',
        embedded: ['NATS'],
        checks: { store: 'ok', 'event log': 'ok' },
      },
    });
  });

  it('is 503 when something is not, by its name and without the reason', async () => {
    expect(await serve({ store: failing, 'event log': well, model: throwing })('/ready')).toEqual({
      status: 503,
      body: {
        status: 'unavailable',
        service: 'state',
        embedded: ['NATS'],
        checks: { store: 'unreachable', 'event log': 'ok', model: 'unreachable' },
      },
    });
  });

  it('is 200 and degraded while calls of another service are not even tried', async () => {
    const breakers = { state: 'open', schemas: 'half-open', processors: 'closed' } as const;
    expect(await serve({ store: well }, breakers)('/ready')).toMatchObject({
      status: 200,
      body: { status: 'degraded', checks: { store: 'ok', 'state breaker': 'open' } },
    });
    expect(await serve({ store: failing }, breakers)('/ready')).toMatchObject({
      status: 503,
      body: { status: 'unavailable' },
    });
  });

  it('is 200 and degraded, and says why, while something that it can do without is not as it should be', async () => {
    const problems = vi.fn(async () => ['stream BLOBGRAPH is missing', 'consumer a has max_deliver 3']);
    const log = eventLogCheck(async () => ({ problems }));
    const said = 'degraded: stream BLOBGRAPH is missing; consumer a has max_deliver 3';
    const ask = serve({ store: well, 'event log': log });
    expect(await ask('/ready')).toMatchObject({
      status: 200,
      body: { status: 'degraded', checks: { store: 'ok', 'event log': said } },
    });
    problems.mockResolvedValue([]);
    await expect.poll(() => ask('/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
    problems.mockRejectedValue(new Error('nats://user:secret@host does not answer'));
    await expect
      .poll(() => ask('/ready'))
      .toMatchObject({
        status: 503,
        body: { status: 'unavailable', checks: { 'event log': 'unreachable' } },
      });
  });

  it('is 200 again when it is well again', async () => {
    const store = vi.fn(failing);
    const ask = serve({ store });
    expect((await ask('/ready')).status).toBe(503);
    store.mockImplementation(well);
    await expect.poll(async () => (await ask('/ready')).status).toBe(200);
  });

  it('asks what it stands on once for all who ask within a second of it', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(5_000);
    onTestFinished(() => now.mockRestore());
    let answer = () => {};
    const store = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
    const ask = serve({ store });
    const asked = [ask('/ready'), ask('/ready'), ask('/ready')];
    await expect.poll(() => store.mock.calls.length).toBe(1);
    answer();
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    now.mockReturnValue(5_999);
    for (let call = 0; call < 50; call += 1) expect((await ask('/ready')).status).toBe(200);
    expect(store).toHaveBeenCalledTimes(1);
    now.mockReturnValue(6_000);
    const again = ask('/ready');
    await expect.poll(() => store.mock.calls.length).toBe(2);
    answer();
    expect((await again).status).toBe(200);
  });

  it('gives its checks their own time, however little the first who asks has', async () => {
    const store = vi.fn(async () => {
      if (currentTrace()?.deadline !== undefined) throw new Error('no time');
    });
    const app = createHttpServer({ logger: createLogger('silent') });
    healthRoutes(app, { service: 'state', embedded: () => [], checks: { store }, breakers: () => ({}) });
    onTestFinished(() => app.close());
    const response = await app.inject({ url: '/ready', headers: { 'x-request-timeout-ms': '5' } });
    expect(response.json()).toMatchObject({ checks: { store: 'ok' } });
  });
});

it('/health answers whatever the service stands on does', async () => {
  const hanging = vi.fn(() => new Promise<void>(() => {}));
  expect(await serve({ store: hanging })('/health')).toEqual({
    status: 200,
    body: { status: 'ok', service: 'state' },
  });
  expect(hanging).not.toHaveBeenCalled();
});
