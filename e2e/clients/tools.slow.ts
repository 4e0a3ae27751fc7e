import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtFile, projectFile } from '../../platform/process/paths.ts';
import { type System, startSystem } from '../harness/system.ts';

/** Type generators of frontend teams, run in a copy of the examples. */

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'blobgraph-examples-')));
const copy = join(folder, 'examples');
let system: System;

/**
 * Runs a tool.
 * @returns its output
 * @throws with its output when it fails
 */
function run(tool: string, ...args: string[]): string {
  try {
    const file = projectFile('examples', 'node_modules', '.bin', tool);
    // With NODE_ENV=test, graphql-codegen prints nothing.
    return execFileSync('env', ['-u', 'NODE_ENV', file, ...args], {
      cwd: copy,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${tool} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  }
}

/** Runs `work` while a file has an edited text. */
function edited<T>(file: string, [before, after]: readonly [string, string], work: () => T): T {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(before);
  writeFileSync(path, text.replace(before, after));
  try {
    return work();
  } finally {
    writeFileSync(path, text);
  }
}

const sorted = (sdl: string): string => printSchema(lexicographicSortSchema(buildSchema(sdl)));

const printed = () => execFileSync(process.execPath, [builtFile('cli/schema.ts')], { encoding: 'utf8' });

beforeAll(async () => {
  const isOurs = (path: string) => !path.includes('node_modules');
  cpSync(projectFile('examples'), copy, { recursive: true, filter: isOurs });
  cpSync(projectFile('client'), join(folder, 'client'), { recursive: true });
  symlinkSync(projectFile('examples', 'node_modules'), join(copy, 'node_modules'));
  symlinkSync(projectFile('examples', 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(copy, 'schema.graphql'), printed());
  system = await startSystem('embedded');
});
afterAll(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('the schema that is printed is the one that a running gateway tells', async () => {
  const { token } = await system.client();
  const file = join(folder, 'introspected.graphql');
  const header = `Authorization: Bearer ${token}`;
  run(
    'gql.tada',
    'generate',
    'schema',
    `${system.urls.gateway}/graphql`,
    '--header',
    header,
    '--output',
    file,
  );
  expect(sorted(readFileSync(file, 'utf8'))).toBe(sorted(printed()));
});

it('a schema is printed of a supergraph alone', () => {
  const printedOf = (file: string) => () =>
    execFileSync(process.execPath, [builtFile('cli/schema.ts'), '--supergraph', file], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  expect(printedOf('nowhere.graphql')).toThrow(
    /nowhere\.graphql cannot be read \(ENOENT\): name another with --supergraph FILE\.$/m,
  );
  expect(printedOf(join(copy, 'schema.graphql'))).toThrow('This is a schema, but not a supergraph');
});

/** Tools that turn documents into types or programs, with a document for each. */
const tools = [
  ['gql.tada', ['check', '--tsconfig', 'urql/tsconfig.json'], 'urql/blobs.ts'],
  ['graphql-codegen', [], 'apollo/blobs.ts'],
  ['relay-compiler', ['relay.config.json'], 'relay/documents.ts'],
] as const;

describe.each(tools)('%s', (tool, args, file) => {
  it('takes the examples', () => {
    expect(() => run(tool, ...args)).not.toThrow();
  });

  it('tells of a field that there is none', () => {
    edited(file, ['title', 'tittle'], () => expect(() => run(tool, ...args)).toThrow('tittle'));
  });
});

it('a program that takes a field for what it is not does not compile', () => {
  const wrong = ['known.version >= version', 'known.title >= version'] as const;
  edited('apollo/blobs.ts', wrong, () =>
    expect(() => run('tsc', '-p', '.')).toThrow(/apollo\/blobs\.ts.*TS2365/),
  );
  expect(() => run('tsc', '-p', '.')).not.toThrow();
});
