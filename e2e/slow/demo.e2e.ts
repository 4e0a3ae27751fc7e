import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { builtFile, projectFile } from '../../platform/process/paths.ts';
import { sherlockHolmes } from '../../platform/testing/shared-data.ts';
import { freePortOffset } from '../harness/ports.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';

interface Run {
  readonly code: number | null;
  readonly output: string;
}

const runDemo = (environment: Readonly<Record<string, string>>, ...args: string[]): Promise<Run> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [builtFile('cli/blobgraph.ts'), 'demo', ...args],
      { env: environment, timeout: 120_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, output: `${stdout}${stderr}` }),
    );
  });

/** Titles of the chapters, in the order of the book's text. */
const titlesIn = (markdown: string): string[] =>
  [...markdown.matchAll(/^## (.+)\n\n<div id="chapter-\d+"><\/div>$/gm)].map(([, title]) => title ?? '');

const STORY = ['The Ledger', 'The Far Bank', 'The Crossing', 'The Near Bank'];

describe('the demo on a running system', () => {
  let system: SharedSystem;
  beforeAll(async () => {
    system = await sharedSystem();
  });
  afterAll(() => system?.leave());

  it('makes a book of its story, and the second time nothing twice', async () => {
    const file = join(system.dataDir, 'demo', 'the-ferry-ledger.md');
    const first = await runDemo(system.environment);
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining(file) });
    for (const [index, title] of STORY.entries()) {
      expect(first.output).toMatch(new RegExp(`${index + 1}\\. ${title}: stored .* → expanded`));
      expect(first.output).toContain(`─ ${index + 1}. ${title} · expanded text`);
    }
    expect(first.output).toContain('The Ferry Ledger, version 1 · compiled book');
    const book = await readFile(file, 'utf8');
    expect(titlesIn(book)).toEqual(STORY);
    const second = await runDemo(system.environment);
    expect(second).toMatchObject({ code: 0, output: expect.stringContaining('nothing was made twice') });
    expect(await readFile(file, 'utf8')).toBe(book);
    const { me } = await (await system.client('demo')).query<{ me: { state: { totalBlobs: number } } }>(
      '{ me { state { totalBlobs } } }',
    );
    expect(me.state.totalBlobs).toBe(2 * STORY.length + 1);
  });

  const holmes = sherlockHolmes();
  it.skipIf(!holmes)('makes a whole book of a folder', async () => {
    const { code, output } = await runDemo(
      system.environment,
      '--book',
      projectFile('..', 'shared', 'data', 'sherlock-holmes'),
    );
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('in 12 chapters') });
    const book = await readFile(join(system.dataDir, 'demo', 'adventures-of-sherlock-holmes.md'), 'utf8');
    expect(titlesIn(book)).toEqual(holmes?.chapters.map(({ title }) => title));
  });

  it('says what it cannot do', async () => {
    expect(await runDemo(system.environment, '--book', '/nowhere')).toEqual({
      code: 1,
      output: expect.stringMatching(/^There is no \/nowhere\/book\.json: give --book a folder .*\n$/),
    });
    expect((await runDemo(system.environment, '--bok')).output).toContain("'--bok'");
    const stranger = await mkdtemp(join(tmpdir(), 'blobgraph-e2e-'));
    const { code, output } = await runDemo({ ...system.environment, DATA_DIR: stranger });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('set DATA_DIR') });
    await rm(stranger, { recursive: true });
  });
});

if (inject('shape') === 'embedded') {
  it('starts a system of its own where none answers, and stops it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'blobgraph-e2e-'));
    const environment = { DATA_DIR: dataDir, PORT_OFFSET: String(await freePortOffset()) };
    const { code, output } = await runDemo(environment);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('starting one') });
    expect(titlesIn(await readFile(join(dataDir, 'demo', 'the-ferry-ledger.md'), 'utf8'))).toEqual(STORY);
    const gateway = `http://127.0.0.1:${8010 + Number(environment.PORT_OFFSET)}`;
    await expect(fetch(`${gateway}/health`)).rejects.toThrow();
    const elsewhere = { ...environment, GATEWAY_URL: 'http://127.0.0.1:1' };
    expect((await runDemo(elsewhere)).output).toContain('Nothing answers at GATEWAY_URL');
    await rm(dataDir, { recursive: true });
  });
}
