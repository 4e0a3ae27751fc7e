import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Compiler, isSource } from './compiler.ts';

let root: string;
let compiler: Compiler;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'blobgraph-compiler-'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  compiler = new Compiler(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function save(file: string, text: string): string {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  return file;
}
const built = (file: string) => readFileSync(join(root, 'dist', file), 'utf8');

it('takes the types out, and leaves imports as they are run', async () => {
  const files = [
    save(
      'cli/a.ts',
      "import type { T } from './t.ts';\nimport { b } from './deep/b.ts';\nexport const a: T = b + 1;\n",
    ),
    save('cli/deep/b.ts', 'export const b: number = 41;\n'),
  ];
  expect(await compiler.build(files)).toEqual([]);
  expect(built('cli/a.js')).not.toContain('t.');
  expect((await import(pathToFileURL(join(root, 'dist/cli/a.js')).href)).a).toBe(42);
  expect(JSON.parse(built('cli/a.js.map')).sources).toEqual(['../../cli/a.ts']);
});

it('writes nothing of a save with a mistake, and all of it once that is mended', async () => {
  await compiler.build([save('a.ts', 'export const a = 1;')]);
  save('a.ts', 'export const a = 2;');
  const [mistake, ...others] = await compiler.build(['a.ts', save('b.ts', 'const b: = 2;')]);
  expect(others).toEqual([]);
  expect(mistake).toContain('b.ts:1:');
  expect(built('a.js')).toContain('a = 1');
  expect(await compiler.build([save('b.ts', 'export const b = 2;')])).toEqual([]);
  expect([built('a.js'), built('b.js')]).toEqual([
    expect.stringContaining('a = 2'),
    expect.stringContaining('b = 2'),
  ]);
});

it('takes away what is built of a file that is gone', async () => {
  await compiler.build([save('a.ts', 'export const a = 1;')]);
  rmSync(join(root, 'a.ts'));
  expect(await compiler.build(['a.ts'])).toEqual([]);
  expect([existsSync(join(root, 'dist/a.js')), existsSync(join(root, 'dist/a.js.map'))]).toEqual([
    false,
    false,
  ]);
});

it('has `npm run build:ts` build all files the next time', async () => {
  const info = join(root, save('dist/.tsbuildinfo.build', '{}'));
  await compiler.build([save('a.ts', 'const a: = 1;')]);
  expect(existsSync(info)).toBe(true);
  await compiler.build([save('a.ts', 'export const a = 1;')]);
  expect(existsSync(info)).toBe(false);
});

it.each([
  ['platform/event-log/nats/log.nats.ts', true],
  ['subgraphs/state/graph/graphql.generated.ts', true],
  ['platform/time/retry.test.ts', false],
  ['platform/clients/contract/calls.contract.ts', false],
  ['platform/testing/service.ts', false],
  ['gateway/graphiql/app/main.ts', false],
  ['subgraphs/state/schema.graphql', false],
])('%s is a source: %s', (file, expected) => expect(isSource(file)).toBe(expected));
