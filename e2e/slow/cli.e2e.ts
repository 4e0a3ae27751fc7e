import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { builtFile } from '../../platform/process/paths.ts';
import { type CuttableProxy, startCuttable } from '../harness/cuttable.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';

let system: SharedSystem;
let environment: NodeJS.ProcessEnv;
let folder: string;

beforeAll(async () => {
  system = await sharedSystem();
  const { token } = await system.client('cli-writer');
  environment = { ...system.environment, BLOBGRAPH_TOKEN: token };
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-cli-'));
  await mkdir(join(folder, 'harbour'));
  await writeFile(join(folder, 'harbour', '1.md'), '# The Storm\n\nThe rain came down on the harbour.');
  await writeFile(join(folder, 'harbour', '2.md'), '# The Calm\n\nIn the morning the sea was flat.');
  await writeFile(join(folder, 'note.md'), 'Ask the keeper about the lamp.');
});
afterAll(async () => {
  await system?.leave();
  await rm(folder, { recursive: true, force: true });
});

const BLOBGRAPH = builtFile('cli/blobgraph.ts');

/** Runs a command to its end, in the folder of the test's files. */
const run = (...args: string[]) =>
  new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [BLOBGRAPH, ...args],
      { env: environment, cwd: folder, timeout: 120_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

/** Runs a command that succeeds, and reads its JSON. */
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

interface Put {
  readonly files: { readonly id: string; readonly title: string }[];
  readonly books: { readonly stored: number; readonly chapters: { readonly id: string }[] }[];
}
interface Version {
  readonly id: string;
  readonly version: number;
  readonly chapterCount: number;
}

describe('a writer at the command line', () => {
  it('takes a folder to a compiled book, its lineage and its file', async () => {
    const first = await json<Put>('put', 'harbour');
    expect(first.books).toMatchObject([{ stored: 2 }]);
    const again = await json<Put>('put', 'harbour');
    expect(again.books).toMatchObject([{ stored: 0, chapters: first.books[0]?.chapters }]);

    const version = await json<Version>('compile', 'harbour', '--author', 'A. Writer');
    expect(version).toMatchObject({ version: 1, chapterCount: 2 });

    const tree = (await run('lineage', version.id)).stdout;
    for (const { id } of first.books[0]?.chapters ?? []) expect(tree).toContain(id);
    expect(tree).toMatch(/compiled book .*\n├─ .* · expanded text .*\n│ {2}└─ .* · chapter draft /);
    const fromDraft = (await run('lineage', first.books[0]?.chapters[0]?.id ?? '')).stdout;
    expect(fromDraft).toMatch(/What was made of it:\n.*\n└─ .*expanded text/);

    const file = join(folder, 'harbour.epub');
    expect(await json('export', '--book', 'harbour')).toMatchObject({ format: 'EPUB', file });
    expect((await readFile(file)).subarray(30, 58).toString()).toBe('mimetypeapplication/epub+zip');
    const exists = await run('export', '--book', 'harbour');
    expect(exists).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--force') });
    const text = await run('export', version.id, '--format', 'markdown', '--output', '-');
    expect(text).toMatchObject({ code: 0, stdout: expect.stringContaining('The Calm') });
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('changes a chapter of a folder, and no other', async () => {
    await writeFile(join(folder, 'harbour', '2.md'), '# The Calm\n\nIn the morning the sea was grey.');
    await writeFile(join(folder, 'harbour', '3.md'), '# The Boat\n\nOne of them was missing.');
    expect((await json<Put>('put', 'harbour')).books).toMatchObject([{ stored: 2 }]);
    expect(await json<Version>('compile', 'harbour')).toMatchObject({ version: 2, chapterCount: 3 });
  });

  it('stores the same file once', async () => {
    const first = await json<Put>('put', 'note.md');
    expect(first.files).toMatchObject([{ title: expect.stringContaining('Ask the keeper') }]);
    expect(await json<Put>('put', 'note.md')).toEqual(first);
  });

  it.each([
    ['what is not there', ['lineage', '01JAAAAAAAAAAAAAAAAAAAAAAA'], 1, 'There is no blob'],
    ['a book that is not there', ['compile', 'nothing-here'], 1, 'There is no book nothing-here'],
    ['a file that is not there', ['put', 'nothing.md'], 2, 'There is no nothing.md'],
    ['a file of another kind', ['put', 'harbour.epub'], 2, 'only texts'],
    ['a number that is none', ['lineage', 'x', '--depth', 'many'], 2, 'It takes 1 to 50'],
    ['an address where nobody is', ['lineage', 'x', '--url', 'http://127.0.0.1:1'], 3, 'blobgraph start'],
    ['a token that is none', ['lineage', 'x', '--token', 'nonsense'], 1, 'does not know this token'],
  ])('says what is wrong with %s', async (_name, args, code, message) => {
    const told = await run(...args);
    expect(told).toEqual({ code, stdout: '', stderr: expect.stringContaining(message) });
    expect(told.stderr).not.toMatch(/^ {4}at /m);
  });

  it('ends quietly when nobody reads any more', async () => {
    const child = spawn(process.execPath, [BLOBGRAPH, 'watch', '--json'], { env: environment });
    child.stdout.destroy();
    const gone = once(child, 'exit');
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    await expect.poll(() => stderr, { timeout: 60_000 }).toContain('Watching');
    await writeFile(join(folder, 'unread.md'), 'Nobody reads of this.');
    await json('put', 'unread.md');
    expect((await gone)[0]).toBe(141);
    expect(stderr).toBe('Watching. Stop with Ctrl-C.\n');
  });
});

describe('watching', () => {
  let proxy: CuttableProxy;
  let child: ChildProcess;
  const seen: { readonly cursor: string; readonly kind: string; readonly blobId: string }[] = [];
  beforeAll(async () => {
    proxy = await startCuttable(system.urls.gateway);
    child = spawn(process.execPath, [BLOBGRAPH, 'watch', '--json', '--url', proxy.url], { env: environment });
    for (const stream of [child.stdout, child.stderr])
      if (stream)
        createInterface({ input: stream }).on('line', (line) => {
          if (line.startsWith('{')) seen.push(JSON.parse(line));
          else told.push(line);
        });
  });
  afterAll(() => proxy.close());
  const told: string[] = [];
  const created = () => seen.filter(({ kind }) => kind === 'CREATED').map(({ blobId }) => blobId);

  it('goes on where it was after its connection was cut, and ends by Ctrl-C', async () => {
    onTestFinished(() => void child.kill('SIGKILL'));
    await expect.poll(() => told, { timeout: 60_000 }).toEqual(['Watching. Stop with Ctrl-C.']);
    const ids: string[] = [];
    const put = async (name: string) => {
      await writeFile(join(folder, name), `The ${name} of the harbour.`);
      ids.push(...(await json<Put>('put', name)).files.map(({ id }) => id));
    };
    await put('lamp.md');
    await expect.poll(created, { timeout: 60_000 }).toEqual(ids);
    proxy.cut();
    await put('rope.md');
    await put('oar.md');
    expect(created()).toEqual(ids.slice(0, 1));
    proxy.mend();
    await expect.poll(created, { timeout: 60_000 }).toEqual(ids);
    expect(proxy.connections).toBeGreaterThan(1);
    expect(new Set(seen.map(({ cursor }) => cursor)).size).toBe(seen.length);
    const gone = once(child, 'exit');
    child.kill('SIGINT');
    expect((await gone)[0]).toBe(130);
    expect(told).toEqual(['Watching. Stop with Ctrl-C.']);
  });
});
