import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LocalServices } from '../clients/local/services.ts';
import { loadConfig, type ServiceName, serviceNames, servicePorts } from '../config/config.ts';
import { keyVariable } from '../config/service-keys.ts';
import { builtFile } from '../process/paths.ts';
import { NICENESS_ON_EVENTS } from '../process/priority.ts';
import type { Runtime, ServiceRuntime } from '../runtime/runtime.ts';
import { createServiceMetrics } from '../telemetry/metrics.ts';
import { testTokens } from '../testing/identity.ts';
import { startServices } from './run.ts';
import { type ServiceDefinition, startService } from './service.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-run-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A process as someone starts it, with this environment alone, and what it has printed until now. */
function begin(entry: string, environment: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, [builtFile(entry), ...args], { env: environment });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    printed.stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    printed.stderr += String(chunk);
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  return { child, printed, ended };
}

/** The same, when it has ended. */
async function run(entry: string, environment: Record<string, string>, ...args: string[]) {
  const { printed, ended } = begin(entry, environment, ...args);
  return { code: await ended, ...printed };
}

/** Listens where nobody else does, until it is closed or the test ends. */
async function holdPort() {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise<void>((resolve) => holder.close(() => resolve()));
  onTestFinished(close);
  return { port: (holder.address() as AddressInfo).port, close };
}

describe('a process that cannot start says why, in a line each', () => {
  const needed = [
    'JWKS_URL: set it, or JWT_PUBLIC_KEY, in production',
    'JWT_ISSUER: set it in production to the issuer of the users’ tokens',
    'JWT_AUDIENCE: set it in production to the audience of the users’ tokens',
    'CONNECTION_KEY: set it in production to 32 random bytes in base64',
  ];

  it.each([['cli/start.ts'], ['cli/start-service.ts', 'schemas'], ['cli/start-service.ts', 'gateway']])(
    '%s %s in production',
    async (entry, ...args) => {
      const dataDir = join(await temporaryFolder(), 'data');
      const environment = { NODE_ENV: 'production', DATA_DIR: dataDir };
      const { code, stdout, stderr } = await run(entry, environment, ...args);
      const services = args[0] ? [args[0]] : serviceNames;
      const keys = services.map((name) => expect.stringMatching(`^${keyVariable(name)}: set it`));
      expect(stderr.trimEnd().split('\n')).toEqual([...needed, ...keys]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      await expect(readdir(dataDir)).rejects.toThrow('ENOENT');
    },
  );

  it.each([[], ['stat'], ['state', 'events']])('where the services asked for are %j', async (...args) => {
    const { code, stdout, stderr } = await run('cli/start-service.ts', {}, ...args);
    expect(stderr).toMatch(/^Name one service: gateway, .*\bstate\b.*\n$/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('with a bad value, which is not repeated', async () => {
    const { code, stderr } = await run(
      'cli/blobgraph.ts',
      { MONGO_URL: 'mysql://user:sekret@host' },
      'token',
    );
    expect(stderr).toBe('MONGO_URL: must be a URL that starts with mongodb:// or mongodb+srv://\n');
    // Of a command it is wrong use; a system that is started ends with 1.
    expect(code).toBe(2);
  });

  it('where its port is taken', async () => {
    const { port } = await holdPort();
    const offset = port - servicePorts.gateway;
    const environment = {
      PORT_OFFSET: String(offset),
      DATA_DIR: await temporaryFolder(),
      // Nobody listens there, nor where the registry does: neither is what this is about.
      NATS_URL: 'nats://127.0.0.1:9',
      LOG_LEVEL: 'error',
    };
    const { code, stdout, stderr } = await run('cli/start-service.ts', environment, 'gateway');
    expect(stderr).toBe(
      `Port ${port} (gateway) is taken: stop what listens there, or set PORT_OFFSET to move every port.\n`,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });
});

it.each([
  ['schemas', 'which only answers, as it was started', 0],
  ['text-expansion', 'which works on events, gives way to those that only answer', NICENESS_ON_EVENTS],
] as const)('a process of %s, %s', async (service, _what, niceness) => {
  const free = await holdPort();
  const dataDir = await temporaryFolder();
  await free.close();
  const offset = String(free.port - servicePorts[service]);
  const { child, printed, ended } = begin(
    'cli/start-service.ts',
    { PORT_OFFSET: offset, DATA_DIR: dataDir },
    service,
  );
  const answers = () => `${printed.stdout}${printed.stderr}`;
  await expect.poll(answers, { timeout: 300_000 }).toContain(`${service} answers at `);
  expect(getPriority(child.pid)).toBe(Math.max(getPriority(), niceness));
  child.kill('SIGKILL');
  await ended;
});

describe('startServices', () => {
  /** A runtime of which the services here ask nothing but its configuration. */
  function runtimeOf(steps: string[]): Runtime {
    const forService = (name: ServiceName) =>
      ({
        config: { ...loadConfig({}), portOffset: -servicePorts[name] },
        http: { breakers: () => ({}) },
        local: new LocalServices(),
        serviceTokens: testTokens(name),
        metrics: createServiceMetrics(name),
        logger: { warn: () => {} },
        embedded: () => [],
      }) as unknown as ServiceRuntime;
    const close = async () => {
      steps.push('runtime closed');
    };
    return { forService, close } as unknown as Runtime;
  }

  const service = (name: ServiceName, steps: string[], fails = false): ServiceDefinition => ({
    name,
    create: async () => ({
      checks: {},
      install: async () => {},
      async start() {
        steps.push(`${name} started`);
        if (fails) throw new Error(`${name} fails`);
      },
      async stop() {
        steps.push(`${name} stopped`);
      },
    }),
  });

  it('starts in order, and stops the front door first and the runtime last', async () => {
    const steps: string[] = [];
    const system = await startServices(
      [service('state', steps), service('gateway', steps)],
      runtimeOf(steps),
    );
    expect(system.services.map(({ name }) => name)).toEqual(['state', 'gateway']);
    await system.stop();
    expect(steps).toEqual([
      'state started',
      'gateway started',
      'gateway stopped',
      'state stopped',
      'runtime closed',
    ]);
  });

  it('stops under load without a broken answer: in work is answered, every client is told', async () => {
    const held: (() => void)[] = [];
    const door: ServiceDefinition = {
      name: 'gateway',
      create: async () => ({
        frontDoor: true,
        checks: {},
        async install(app) {
          app.get('/quick', async () => 'x'.repeat(10_000));
          app.get('/held', () => new Promise<string>((resolve) => held.push(() => resolve('done'))));
        },
      }),
    };
    const system = await startServices([door], runtimeOf([]));
    const url = system.services[0]?.url ?? '';
    const inWork = Array.from({ length: 20 }, async () => (await fetch(`${url}/held`)).text());
    await expect.poll(() => held.length).toBe(20);

    let answered = 0;
    /** Asks over one connection for as long as it may: resolves once it is told to leave. */
    async function keepAsking(): Promise<void> {
      const client = new Client(url);
      for (let told = false; !told; answered += 1) {
        const { statusCode, headers, body } = await client.request({ method: 'GET', path: '/quick' });
        expect([statusCode, (await body.text()).length]).toEqual([200, 10_000]);
        told = headers['connection'] === 'close';
      }
      await client.close();
    }
    const clients = Array.from({ length: 20 }, keepAsking);
    await expect.poll(() => answered).toBeGreaterThan(100);
    const stopped = system.stop();
    await Promise.all(clients);
    for (const letGo of held) letGo();
    expect(new Set(await Promise.all(inWork))).toEqual(new Set(['done']));
    await stopped;
    await expect(fetch(`${url}/quick`)).rejects.toThrow();
  });

  it('answers what it cannot wait for', async () => {
    const door: ServiceDefinition = {
      name: 'gateway',
      create: async () => ({
        frontDoor: true,
        checks: {},
        async install(app) {
          app.get('/never', () => new Promise(() => {}));
        },
      }),
    };
    const service = await startService(door, runtimeOf([]).forService('gateway'));
    const agent = new Client(service.url);
    const asked = agent.request({ method: 'GET', path: '/never', headers: { 'x-request-id': 'mine' } });
    await expect.poll(async () => (await fetch(`${service.url}/metrics`)).text()).toMatch(/in_work\{.*\} 1/);
    service.retire();
    await service.close(0);
    const { statusCode, headers, body } = await asked;
    expect([statusCode, headers['connection'], headers['retry-after']]).toEqual([503, 'close', '1']);
    expect(await body.json()).toMatchObject({ error: { code: 'SERVICE_UNAVAILABLE' }, request_id: 'mine' });
    await agent.close();
  });

  it('gives up what does not end, and closes the rest', async () => {
    const steps: string[] = [];
    const stuck = service('state', steps);
    const hanging = vi.fn(() => new Promise<void>(() => {}));
    const never: ServiceDefinition = {
      ...stuck,
      create: async (runtime) => ({ ...(await stuck.create(runtime)), stop: hanging }),
    };
    const system = await startServices([never, service('events', steps)], runtimeOf(steps));
    const url = system.services[0]?.url;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const stopped = system.stop();
    await expect.poll(() => hanging.mock.calls.length).toBe(1);
    await vi.advanceTimersByTimeAsync(5_250);
    vi.useRealTimers();
    await stopped;
    expect(steps.slice(-2)).toEqual(['events stopped', 'runtime closed']);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });

  it('stops what runs when one cannot start', async () => {
    const steps: string[] = [];
    const last = service('gateway', steps);
    const opened: ServiceDefinition = {
      ...last,
      create: async (runtime) => ({
        ...(await last.create(runtime)),
        async close() {
          steps.push('gateway closed');
        },
      }),
    };
    const definitions = [service('state', steps), service('events', steps, true), opened];
    await expect(startServices(definitions, runtimeOf(steps))).rejects.toThrow('events fails');
    expect(steps).toEqual([
      'state started',
      'events started',
      'events stopped',
      'gateway stopped',
      'gateway closed',
      'state stopped',
      'runtime closed',
    ]);
  });

  it('closes the runtime also when a service cannot stop', async () => {
    const steps: string[] = [];
    const stuck = service('state', steps);
    const definition: ServiceDefinition = {
      ...stuck,
      create: async (runtime) => ({
        ...(await stuck.create(runtime)),
        stop: () => Promise.reject(new Error('stuck')),
      }),
    };
    const system = await startServices([definition], runtimeOf(steps));
    await expect(system.stop()).rejects.toThrow('stuck');
    expect(steps.at(-1)).toBe('runtime closed');
  });
});
