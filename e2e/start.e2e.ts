import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { serviceNames } from '../platform/config/config.ts';
import { type ServiceProcess, startProcess } from './harness/process.ts';
import { type System, startSystem } from './harness/system.ts';

const shape = inject('shape');
let system: System;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-start-'));
  system = await startSystem(shape, { services: serviceNames });
});
afterAll(async () => {
  await system?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a system that cannot start. @returns its exit code and output */
async function refused(
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const process: ServiceProcess = startProcess('cli/start.ts', environment, join(folder, 'output.log'));
  return { code: await process.gone, output: process.output() };
}

const ask = (url: string): Promise<number> =>
  fetch(url).then(
    (answer) => answer.status,
    () => 0,
  );

describe('a running system', () => {
  it('answers /health and /ready on every service, without a token, and says what is embedded', async () => {
    for (const service of serviceNames) {
      expect([service, await ask(`${system.urls[service]}/health`)]).toEqual([service, 200]);
      const ready = await fetch(`${system.urls[service]}/ready`);
      expect([service, ready.status]).toEqual([service, 200]);
      const { embedded } = (await ready.json()) as { embedded: string[] };
      expect(embedded).toEqual(shape === 'embedded' ? ['MongoDB', 'PostgreSQL', 'NATS', 'S3', 'Redis'] : []);
    }
  });

  it('tells a second one which port is taken, and the fix', async () => {
    const { code, output } = await refused({ ...system.environment, DATA_DIR: folder });
    expect(code).toBe(1);
    expect(output).toMatch(/Port \d+ \((schemas|gateway)\) is taken.*PORT_OFFSET/);
    expect(output).not.toContain('    at ');
  });

  // Real servers have no shared data folder.
  const whereEmbedded = shape === 'embedded' ? it : () => undefined;
  whereEmbedded('tells a second one that its data is in use, and by whom', async () => {
    const { code, output } = await refused({ ...system.environment, PORT_OFFSET: '21000' });
    expect(code).toBe(1);
    expect(output).toContain(`in use by process ${system.process('gateway').pid}`);
    expect(output).toContain('DATA_DIR');
    expect(output).not.toContain('    at ');
  });

  it('refuses an environment that cannot be meant, naming each variable', async () => {
    const { code, output } = await refused({ DATA_DIR: folder, PORT_OFFSET: 'many', MONGO_URL: 'nonsense' });
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toEqual([
      expect.stringMatching(/^PORT_OFFSET: /),
      expect.stringMatching(/^MONGO_URL: /),
    ]);
    expect(output).not.toContain('nonsense');
  });

  it('stops on Ctrl-C and leaves nothing behind', async () => {
    const processes = new Set(serviceNames.map((service) => system.process(service)));
    const client = await system.client();
    const socket = new WebSocket(
      `${system.urls.gateway.replace('http', 'ws')}/graphql`,
      'graphql-transport-ws',
    );
    await once(socket, 'open');
    const closed = once(socket, 'close');
    const volley = () =>
      Array.from({ length: 20 }, () => client.request('{ me { id } blobs { totalCount } }'));
    // Opens the connections, so that later requests arrive before the services stop listening.
    await Promise.all(volley());
    const asked = volley();
    for (const process of processes) process.signal('SIGINT');
    // Every request is answered, if only with an error; subscribers are asked to reconnect.
    for (const answer of await Promise.all(asked)) expect(answer.data ?? answer.errors).toBeDefined();
    expect((await closed)[0]).toBe(1012);
    const codes = await Promise.all([...processes].map((process) => process.gone));
    expect(new Set(codes)).toEqual(new Set([0]));
    for (const service of serviceNames) expect(await ask(`${system.urls[service]}/health`)).toBe(0);
    await system.restart('state');
    expect(await ask(`${system.urls.state}/ready`)).toBe(200);
  });
});
