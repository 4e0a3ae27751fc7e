import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePortOffset } from '../../e2e/harness/ports.ts';
import { inheritedEnvironment, servicePorts } from '../../platform/config/config.ts';
import { projectFile, projectRoot } from '../../platform/process/paths.ts';

/** Edited, broken and mended: its last line is what the system prints once it answers. */
const FILE = 'cli/system/system.ts';
const LAST_LINE = 'Stop with Ctrl-C.';

let folder: string;
let gateway: string;
let dev: ChildProcess;
let printed = '';

/** A copy of the project, as an editor works on it: what is installed is shared. */
function copyProject(to: string): void {
  const left = new Set(['node_modules', '.git', '.blobgraph', 'examples']);
  for (const name of readdirSync(projectRoot))
    if (!left.has(name)) cpSync(projectFile(name), join(to, name), { recursive: true });
  symlinkSync(projectFile('node_modules'), join(to, 'node_modules'));
}

const save = (change: (text: string) => string) =>
  writeFileSync(join(folder, FILE), change(readFileSync(projectFile(FILE), 'utf8')));

const prints = (text: string) => expect.poll(() => printed, { timeout: 120_000 }).toContain(text);

const answers = async () => (await fetch(`${gateway}/health`).catch(() => undefined))?.status;

/** Command lines of processes that run from the copy. */
const processes = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(folder) ? [line] : [];
      } catch {
        return [];
      }
    });

beforeAll(async () => {
  const offset = await freePortOffset();
  gateway = `http://127.0.0.1:${servicePorts.gateway + offset}`;
  folder = mkdtempSync(join(tmpdir(), 'blobgraph-dev-'));
  copyProject(folder);
  dev = spawn(process.execPath, [join(folder, 'dist/cli/dev.js')], {
    cwd: folder,
    env: { ...inheritedEnvironment(), DATA_DIR: join(folder, 'data'), PORT_OFFSET: String(offset) },
  });
  const hear = (chunk: Buffer) => {
    printed += chunk;
  };
  dev.stdout?.on('data', hear);
  dev.stderr?.on('data', hear);
});

afterAll(() => {
  dev.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

it('runs what is saved, keeps the last good system, and leaves nothing behind', async () => {
  await prints(LAST_LINE);
  save((text) => text.replace(LAST_LINE, 'Edited once.'));
  await prints('Edited once.');
  await prints('Started again in');

  save((text) => `${text}\nconst broken: = 1;\n`);
  await prints('Does not compile. The last good system runs on.');
  expect(await answers()).toBe(200);

  save((text) => `import { missing } from './missing.ts';\n${text}\nmissing();\n`);
  await prints('Does not load. The last good system runs on.');
  expect(await answers()).toBe(200);

  save((text) => text.replace(LAST_LINE, 'Edited twice.'));
  await prints('Edited twice.');

  dev.kill('SIGINT');
  await once(dev, 'exit');
  await expect.poll(processes).toEqual([]);
  expect(await answers()).toBeUndefined();
}, 400_000);
