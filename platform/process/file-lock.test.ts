import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLocked, lockFile } from './file-lock.ts';
import { builtFile } from './paths.ts';

describe('file lock', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'blobgraph-lock-'));
    path = join(folder, 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The lock that a process of the past left behind. */
  const leaveBehind = (holder: { pid: number; processStart?: string }) =>
    writeFileSync(path, JSON.stringify({ since: '2026-01-01T00:00:00.000Z', nonce: 'past', ...holder }));

  /** A pid that was in use and is not any more. */
  async function deadPid(): Promise<number> {
    const child = spawn(process.execPath, ['--eval', '']);
    await new Promise((resolve) => child.once('exit', resolve));
    return child.pid ?? Number.NaN;
  }

  it('names the holder while it is held, and is free after its release', () => {
    const lock = lockFile(path);
    expect(() => lockFile(path)).toThrow(FileLocked);
    expect(() => lockFile(path)).toThrow(`process ${process.pid} since 20`);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    lockFile(path).release();
  });

  it('is taken over from a process that is gone', async () => {
    leaveBehind({ pid: await deadPid() });
    const lock = lockFile(path);
    expect(readdirSync(folder)).toEqual(['lock']);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
    lock.release();
  });

  it('is taken over when another process has the pid by now', () => {
    leaveBehind({ pid: process.pid, processStart: 'another boot/1' });
    lockFile(path).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stands while its process lives, also where start times are unknown', () => {
    leaveBehind({ pid: process.pid });
    expect(() => lockFile(path)).toThrow(FileLocked);
  });

  it('is not taken from the one who took it over in between', async () => {
    leaveBehind({ pid: await deadPid() });
    const lock = lockFile(path);
    writeFileSync(`${path}.past`, readFileSync(path));
    expect(() => lockFile(path)).toThrow(FileLocked);
    lock.release();
  });

  it('goes to exactly one of several processes that find it stale at once', async () => {
    leaveBehind({ pid: await deadPid() });
    const module = pathToFileURL(builtFile('platform/process/file-lock.ts')).href;
    const script = `import { lockFile } from ${JSON.stringify(module)};
      process.stdin.once('data', () => {
        try { lockFile(${JSON.stringify(path)}); console.log('held'); }
        catch (error) { console.log(error.name); }
      }).once('end', () => process.exit());
      console.log('ready');`;
    const contenders = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '--eval', script]),
    );
    const told: string[] = [];
    for (const contender of contenders)
      createInterface({ input: contender.stdout }).on('line', (line) => told.push(line));
    await expect.poll(() => told, { timeout: 20_000 }).toEqual(Array(4).fill('ready'));
    for (const contender of contenders) contender.stdin.write('go');
    // Nobody may leave before all have tried: a lock is free again when its holder is gone.
    await expect.poll(() => told.length, { timeout: 20_000 }).toBe(8);
    for (const contender of contenders) contender.stdin.end();
    expect(told.slice(4).sort()).toEqual(['FileLocked', 'FileLocked', 'FileLocked', 'held']);
  });
});
