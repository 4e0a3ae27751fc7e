import { createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadConfig, servicePorts } from '../config/config.ts';
import { signDevelopmentToken } from '../identity/users/user-tokens.ts';
import { TEST_SECRET } from '../testing/identity.ts';
import type { TestServiceOptions } from '../testing/service.ts';
import { startTestService, viewer } from '../testing/service.ts';
import type { Load } from './load/load.ts';
import { PortTaken, type ServiceDefinition, type ServiceParts } from './service.ts';

const service = (parts: Partial<ServiceParts> = {}): ServiceDefinition => ({
  name: 'schemas',
  create: async () => ({
    checks: {},
    async install(app) {
      app.get('/who', async ({ caller }) => caller);
      app.post('/graphql', async ({ caller }) => caller);
    },
    ...parts,
  }),
});

/** Neither a store nor a log is asked for here. */
const options: TestServiceOptions = { sql: () => Promise.reject(new Error('not asked for')) };

async function start(parts: Partial<ServiceParts> = {}) {
  const started = await startTestService(service(parts), options);
  onTestFinished(() => started.stop());
  return started;
}

describe('a subgraph', () => {
  it('answers nobody without an identity, but for its health', async () => {
    const { url } = await start();
    const statusOf = async (path: string, init?: RequestInit) => (await fetch(`${url}${path}`, init)).status;
    expect(await Promise.all(['/health', '/ready'].map((path) => statusOf(path)))).toEqual([200, 200]);
    expect(await Promise.all(['/who', '/nowhere', '/health/', '/'].map((path) => statusOf(path)))).toEqual([
      401, 401, 401, 401,
    ]);
    const query = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{_service{sdl}}"}',
    };
    expect(await statusOf('/graphql', query)).toBe(401);
    // Whether there is such a path is nobody's business either, nor is the body read first.
    expect(await statusOf('/graphql', { ...query, body: 'x'.repeat(9 * 1024 * 1024) })).toBe(401);
  });

  it('answers services, and routers with the secret and a user’s token', async () => {
    const { url, runtime, rest } = await start();
    const caller = { service: 'gateway', viewer: viewer('alice', 'operator') };
    expect((await rest('GET', '/who', { caller })).body).toEqual(caller);
    const token = await signDevelopmentToken({
      key: await runtime.keys.userKey(),
      viewer: viewer('bob'),
      clock: runtime.clock,
    });
    const who = async (headers: Record<string, string>, path = '/graphql') => {
      const answer = await fetch(`${url}${path}`, { method: path === '/who' ? 'GET' : 'POST', headers });
      return answer.ok ? answer.json() : answer.status;
    };
    const authorization = `Bearer ${token}`;
    expect(await who({ 'x-service-secret': TEST_SECRET, authorization })).toEqual({
      service: 'router',
      viewer: viewer('bob'),
    });
    expect(await who({ 'x-service-secret': TEST_SECRET, authorization }, '/who')).toBe(403);
    expect(await who({ 'x-service-secret': TEST_SECRET })).toBe(401);
    expect(await who({ authorization })).toBe(401);
    expect(await who({ 'x-service-secret': 'wrong', authorization })).toBe(401);
    expect(await who({ 'x-service-secret': TEST_SECRET, authorization: `${authorization}x` })).toBe(401);
  });
});

it('the front door’s requests are its own to check', async () => {
  const { url } = await start({
    frontDoor: true,
    async install(app) {
      app.get('/open', async () => 'come in');
    },
  });
  expect(await (await fetch(`${url}/open`)).text()).toBe('come in');
  expect((await fetch(`${url}/health`)).status).toBe(404);
});

describe('starting', () => {
  it('opens the port before work begins, and stops the work before the port closes', async () => {
    const steps: string[] = [];
    const started = await startTestService(
      service({
        async start() {
          steps.push('start');
        },
        async stop() {
          const { status } = await fetch(`${started.url}/health`);
          steps.push(`stop, ${status}`);
        },
      }),
      options,
    );
    await started.stop();
    expect(steps).toEqual(['start', 'stop, 200']);
    await expect(fetch(`${started.url}/health`)).rejects.toThrow();
  });

  it('names a port that is taken, and the fix, and leaves nothing behind', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      holder.close();
    });
    const { port } = holder.address() as { port: number };
    const [begin, stop] = [vi.fn(async () => {}), vi.fn(async () => {})];
    const starting = startTestService(service({ start: begin, stop }), {
      ...options,
      config: { portOffset: port - servicePorts.schemas },
    });
    await expect(starting).rejects.toThrow(
      `Port ${port} (schemas) is taken: stop what listens there, or set PORT_OFFSET to move every port.`,
    );
    await expect(starting).rejects.toBeInstanceOf(PortTaken);
    expect(begin).not.toHaveBeenCalled();
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it('closes its stores when its routes cannot be installed', async () => {
    const stop = vi.fn(async () => {});
    const install = () => Promise.reject(new Error('no routes'));
    await expect(startTestService(service({ install, stop }), options)).rejects.toThrow('no routes');
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it('closes its port and its stores when its work cannot begin', async () => {
    const stop = vi.fn(async () => {});
    const opened: string[] = [];
    const install = async (app: FastifyInstance) => {
      app.addHook('onListen', async () => {
        opened.push(`${app.listeningOrigin}/health`);
      });
    };
    const begin = () => Promise.reject(new Error('no work'));
    await expect(startTestService(service({ install, start: begin, stop }), options)).rejects.toThrow(
      'no work',
    );
    expect(stop).toHaveBeenCalledTimes(1);
    expect(opened).toHaveLength(1);
    for (const url of opened) await expect(fetch(url)).rejects.toThrow();
  });
});

it('before it stops a service says so, and still answers', async () => {
  const app: { load?: Load } = {};
  const { url } = await start({
    async install(server) {
      Object.assign(app, { load: server.load });
    },
  });
  const ready = await fetch(`${url}/ready`);
  expect([ready.status, ready.headers.get('connection')]).toEqual([200, 'keep-alive']);
  app.load?.retire();
  const retiring = await fetch(`${url}/ready`);
  expect([retiring.status, retiring.headers.get('connection')]).toEqual([503, 'close']);
  expect(await retiring.json()).toMatchObject({ status: 'stopping' });
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

describe('requests in work', () => {
  /** A service that keeps `/held` in work until it is let go. */
  async function holding(requests: number) {
    const held: (() => void)[] = [];
    const definition = service({
      async install(app) {
        app.get('/held', () => new Promise<string>((resolve) => held.push(() => resolve('done'))));
        app.get('/quick', async () => 'quick');
      },
    });
    const limits = { ...loadConfig({}).limits, requests };
    const started = await startTestService(definition, { ...options, config: { limits } });
    onTestFinished(() => started.stop());
    const ask = async (path: string, init: RequestInit = {}) =>
      fetch(`${started.url}${path}`, {
        ...init,
        headers: await started.headers({}, { method: 'GET', path }),
      });
    return { ...started, held, ask };
  }

  it('are bounded: more are told to come again, health and metrics are always answered', async () => {
    const { ask, held, url } = await holding(2);
    const inWork = [ask('/held'), ask('/held')];
    await expect.poll(() => held.length).toBe(2);
    const refused = await ask('/quick');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ error: { code: 'OVERLOADED' } });
    const open = await Promise.all(['/health', '/ready', '/metrics'].map((path) => fetch(`${url}${path}`)));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200]);
    const metrics = await open[2]?.text();
    expect(metrics).toContain('blobgraph_requests_in_work{service="schemas"} 2');
    expect(metrics).toContain('blobgraph_requests_refused_total{service="schemas"} 1');
    for (const letGo of held) letGo();
    expect((await Promise.all(inWork)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask('/quick')).status).toBe(200);
  });

  it('end when their client gives up', async () => {
    const { ask, held } = await holding(1);
    const givingUp = new AbortController();
    const given = ask('/held', { signal: givingUp.signal }).catch(() => undefined);
    await expect.poll(() => held.length).toBe(1);
    givingUp.abort();
    await given;
    await expect.poll(async () => (await ask('/quick')).status).toBe(200);
  });
});

describe('/metrics', () => {
  const token = 'a-token-of-16-or-more';
  const statusOf = async (config: TestServiceOptions['config'], authorization?: string) => {
    const { url, stop } = await startTestService(service(), { ...options, config: { ...config } });
    const answer = await fetch(`${url}/metrics`, authorization ? { headers: { authorization } } : {});
    await stop();
    return answer.status;
  };

  it('wants the token where there is one, and is nowhere but here where there is none', async () => {
    expect(await statusOf({})).toBe(200);
    expect(await statusOf({ host: '0.0.0.0' })).toBe(401);
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      expect(await statusOf({ host, metricsToken: token })).toBe(401);
      expect(await statusOf({ host, metricsToken: token }, `Bearer ${token}x`)).toBe(401);
      expect(await statusOf({ host, metricsToken: token }, `Bearer ${token}`)).toBe(200);
    }
  });
});
