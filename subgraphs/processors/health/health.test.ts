import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { testEgress } from '../../../platform/testing/identity.ts';
import { createHealthMonitor, type HealthDeps, type HealthMonitor } from './health.ts';
import { openHttpProbe } from './probe.http.ts';

const { probe, close } = openHttpProbe(testEgress);
afterAll(close);

const subject = (id: string) => ({ id, base_url: `http://${id}`, health_endpoint: '/health' });
const clock = { now: () => new Date('2026-01-01T00:00:00Z') };

let monitor: HealthMonitor | undefined;
afterEach(() => monitor?.stop());

function create(deps: Partial<HealthDeps>): HealthMonitor {
  monitor = createHealthMonitor({
    list: async () => [subject('a'), subject('b')],
    probe: async () => true,
    clock,
    logger: { info: () => undefined, warn: () => undefined },
    random: () => 0,
    intervalMs: 5,
    ...deps,
  });
  return monitor;
}

describe('health monitor', () => {
  it('reports unknown before the first check', () => {
    expect(create({}).of('a')).toEqual({ state: 'unknown', checkedAt: null });
  });

  it('checks each at its own address and keeps the result', async () => {
    const probe = vi.fn(async (url: string) => url === 'http://a/health');
    const health = create({ probe });
    health.start();
    await expect.poll(() => health.of('b').state).toBe('unhealthy');
    expect(health.of('a')).toEqual({ state: 'healthy', checkedAt: clock.now() });
  });

  it('notices failing, recovering and new processors', async () => {
    let well = true;
    let ids = ['a'];
    const health = create({ probe: async () => well, list: async () => ids.map(subject) });
    health.start();
    await expect.poll(() => health.of('a').state).toBe('healthy');
    well = false;
    await expect.poll(() => health.of('a').state).toBe('unhealthy');
    well = true;
    ids = ['a', 'new'];
    await expect.poll(() => health.of('new').state).toBe('healthy');
    expect(health.of('a').state).toBe('healthy');
  });

  it('times out, and is not delayed by one that hangs', async () => {
    const probe = (url: string, signal: AbortSignal) =>
      new Promise<boolean>((resolve) => {
        if (url === 'http://b/health') resolve(true);
        signal.addEventListener('abort', () => resolve(false));
      });
    const health = create({ probe, timeoutMs: 20 });
    health.start();
    await expect.poll(() => health.of('a').state).toBe('unhealthy');
    expect(health.of('b').state).toBe('healthy');
  });

  it('continues when the processors cannot be listed', async () => {
    const warn = vi.fn();
    let listable = false;
    const list = vi.fn(async () => {
      if (!listable) throw new Error('no store');
      return [subject('a')];
    });
    const health = create({ list, logger: { info: () => undefined, warn } });
    health.start();
    await expect.poll(() => list.mock.calls.length).toBeGreaterThan(1);
    listable = true;
    await expect.poll(() => health.of('a').state).toBe('healthy');
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('waits between rounds, with jitter', async () => {
    const list = vi.fn(async () => []);
    const health = create({ list, intervalMs: 60_000, random: () => 0.5 });
    health.start();
    await expect.poll(() => list.mock.calls.length).toBe(1);
    await health.stop();
    expect(list).toHaveBeenCalledTimes(1);
  });

  it('checks an unhealthy one again, at most once a second for all callers', async () => {
    let now = 0;
    let well = false;
    const probe = vi.fn(async () => well);
    const health = create({ probe, clock: { now: () => new Date(now) } });
    expect(await health.isWell(subject('a'))).toBe(true);
    await health.check(subject('a'));
    now = 999;
    expect(await health.isWell(subject('a'))).toBe(false);
    expect(probe).toHaveBeenCalledTimes(1);
    well = true;
    now = 1_000;
    const all = Array.from({ length: 50 }, () => health.isWell(subject('a')));
    expect(new Set(await Promise.all(all))).toEqual(new Set([true]));
    expect(probe).toHaveBeenCalledTimes(2);
  });

  it('stops at once during a check', async () => {
    const probe = vi.fn(
      (_url: string, signal: AbortSignal) =>
        new Promise<boolean>((resolve) => signal.addEventListener('abort', () => resolve(false))),
    );
    const health = create({ probe, timeoutMs: 60_000 });
    health.start();
    await expect.poll(() => probe.mock.calls.length).toBe(2);
    await health.stop();
    expect(health.of('a').state).toBe('unknown');
  });
});

describe('probe over HTTP', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function listen(status: number | null, body = 'ok'): Promise<{ url: string; headers: string[] }> {
    const headers: string[] = [];
    server = createServer((request, response) => {
      headers.push(...Object.keys(request.headers));
      if (status === null) return;
      response.writeHead(status, { location: '/elsewhere' }).end(body);
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`, headers };
  }
  const soon = () => AbortSignal.timeout(5_000);

  it.each([
    [200, true],
    [204, true],
    [302, false],
    [404, false],
    [503, false],
  ])('%i: %s', async (status, well) => {
    const { url, headers } = await listen(status, status === 204 ? '' : 'ok');
    expect(await probe(url, soon())).toBe(well);
    expect(headers).not.toContain('authorization');
  });

  it('takes no answer, an endless one and an invalid address for unhealthy', async () => {
    expect(await probe('http://127.0.0.1:9/health', soon())).toBe(false);
    expect(await probe('not an address', soon())).toBe(false);
    expect(await probe((await listen(null)).url, AbortSignal.timeout(50))).toBe(false);
  });

  it('does not read a large body to its end', async () => {
    const { url } = await listen(200, 'x'.repeat(50_000_000));
    expect(await probe(url, soon())).toBe(true);
  });
});
