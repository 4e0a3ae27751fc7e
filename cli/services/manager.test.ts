import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PrepareContext, ProgramDefinition, ServerDefinition } from './definition.ts';
import { type ServiceManager, serviceManager } from './manager.ts';

/** A server of a few lines that answers HTTP. */
const server = (name: string, changes: Partial<ServerDefinition> = {}): ServerDefinition => ({
  name,
  variable: `${name.toUpperCase()}_URL`,
  stopSignal: 'SIGTERM',
  prepare: async ({ port, kept }: PrepareContext) => ({
    command: process.execPath,
    args: [
      '--eval',
      `require('node:http').createServer((_, answer) => answer.end()).listen(${port}, '127.0.0.1')`,
    ],
    url: `http://127.0.0.1:${port}`,
    keep: { starts: `${Number(kept['starts'] ?? 0) + 1}` },
  }),
  ping: async (url) => {
    await fetch(url);
  },
  ...changes,
});

describe('service manager', () => {
  let folder: string;
  let managers: ServiceManager[];
  const manage = (...definitions: ServerDefinition[]) => {
    const manager = serviceManager({ definitions, folder, say: () => undefined });
    managers.push(manager);
    return manager;
  };
  const environment = () => readFileSync(join(folder, 'services.env'), 'utf8');
  const state = () => JSON.parse(readFileSync(join(folder, 'services.json'), 'utf8'));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'blobgraph-services-'));
    managers = [];
  });
  afterEach(async () => {
    for (const manager of managers) await manager.down();
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts every server, tells their addresses, and keeps those that run', async () => {
    const manager = manage(server('one'), server('two'));
    const [one, two] = await manager.up();
    expect(environment()).toBe(`ONE_URL='${one?.url}'\nTWO_URL='${two?.url}'\n`);
    expect((await fetch(`${two?.url}`)).status).toBe(200);
    expect(await manager.up()).toEqual([one, two]);
    expect(await manager.status()).toEqual([one, two]);
  });

  it('tells what else a server’s clients need, also of one that runs already', async () => {
    const withKeys = server('one');
    const prepare: ServerDefinition['prepare'] = async (context) => ({
      ...(await withKeys.prepare(context)),
      variables: { ONE_KEY: 'kept' },
    });
    const [one] = await manage({ ...withKeys, prepare }, server('two')).up();
    const text = `ONE_URL='${one?.url}'\nONE_KEY='kept'\nTWO_URL='`;
    expect(environment().startsWith(text)).toBe(true);
    await manage(withKeys, server('two')).up();
    expect(environment().startsWith(text)).toBe(true);
  });

  it('starts one server when two ask at once', async () => {
    const [first, second] = await Promise.all([manage(server('one')).up(), manage(server('one')).up()]);
    expect(first[0]?.pid).toBeGreaterThan(0);
    expect(second).toEqual(first);
  });

  it('stops every server and removes their addresses', async () => {
    const manager = manage(server('one'));
    const [one] = await manager.up();
    await manager.down();
    expect(await manager.status()).toEqual([{ name: 'one' }]);
    await expect(fetch(`${one?.url}`)).rejects.toThrow();
    expect(existsSync(join(folder, 'services.env'))).toBe(false);
    await manager.down();
  });

  it('starts a killed server again, at its address and with what it kept', async () => {
    const manager = manage(server('one'));
    const [before] = await manager.up();
    process.kill(before?.pid ?? Number.NaN, 'SIGKILL');
    await expect.poll(() => manager.status()).toEqual([{ name: 'one' }]);
    const [after] = await manager.up();
    expect(after?.url).toBe(before?.url);
    expect(after?.pid).not.toBe(before?.pid);
    expect(state().one.kept).toEqual({ starts: '2' });
  });

  it('says in one line which step failed and where its output is', async () => {
    const failing = server('broken', {
      prepare: async ({ run }) => {
        await run('install', process.execPath, ['--eval', 'console.error("no network"); process.exit(3)']);
        throw new Error('not reached');
      },
    });
    const manager = manage(server('one'), failing);
    const log = join(folder, 'services', 'broken.log');
    await expect(manager.up()).rejects.toThrow(`broken: install: ended with 3, see ${log}`);
    expect(readFileSync(log, 'utf8')).toContain('no network');
    expect(existsSync(join(folder, 'services.env'))).toBe(false);
    const absent = server('absent', {
      prepare: async ({ run }) => {
        await run('install', join(folder, 'no-such-program'), []);
        throw new Error('not reached');
      },
    });
    await expect(manage(absent).up()).rejects.toThrow(/absent: install: .*ENOENT, see/);
  });

  it('installs programs one after the other, once the servers run', async () => {
    const steps: string[] = [];
    const program = (name: string): ProgramDefinition => ({
      name,
      async install({ run }) {
        steps.push(`${name} begins: ${environment().trim().split('=')[0]}`);
        await run('install', process.execPath, ['--eval', `console.log("${name} is there")`]);
        steps.push(`${name} ends`);
      },
    });
    const programs = [program('browser'), program('java')];
    const manager = serviceManager({ definitions: [server('one')], programs, folder, say: () => undefined });
    managers.push(manager);
    await manager.up();
    expect(steps).toEqual(['browser begins: ONE_URL', 'browser ends', 'java begins: ONE_URL', 'java ends']);
    expect(readFileSync(join(folder, 'services', 'java.log'), 'utf8')).toBe('java is there\n');
  });

  it('starts a server that nobody else needs only by its name', async () => {
    const manager = serviceManager({
      definitions: [server('one')],
      optional: [server('big')],
      folder,
      say: () => undefined,
    });
    managers.push(manager);
    expect((await manager.up()).map(({ name }) => name)).toEqual(['one']);
    expect(environment()).toMatch(/^ONE_URL='[^']+'\n$/);
    const [one, big] = await manager.up(['big']);
    expect([one?.name, big?.name]).toEqual(['one', 'big']);
    expect(environment()).toBe(`ONE_URL='${one?.url}'\nBIG_URL='${big?.url}'\n`);
    await expect(manager.up(['none'])).rejects.toThrow('no server none; the servers are one, big');
    await manager.down();
    expect(await manager.status()).toEqual([{ name: 'one' }]);
    await expect(fetch(`${big?.url}`)).rejects.toThrow();
  });

  it('does not wait for a server that ended while starting', async () => {
    const ending = server('ending', {
      prepare: async ({ port }) => ({
        command: process.execPath,
        args: ['--eval', ''],
        url: `http://127.0.0.1:${port}`,
      }),
    });
    await expect(manage(ending).up()).rejects.toThrow(/ending: ended while starting, see .*ending\.log/);
  });
});
