import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectFile, projectRoot } from '../platform/process/paths.ts';

/** A frontend team's project that has this package among its own. */

const run = promisify(execFile);
const tsc = projectFile('node_modules', '.bin', 'tsc');
let folder: string;

const PAGE = `
import { type BlobsQuery, BlobsDocument, MeDocument, openGraph, watchBook } from 'blobgraph/client';

const graph = openGraph({ url: 'http://127.0.0.1:1/graphql', token: async () => 'x' });
export async function read(): Promise<BlobsQuery['blobs']['nodes'][number]['title'] | undefined> {
  const { data } = await graph.request(BlobsDocument, { first: 2 });
  return data.blobs.nodes[0]?.title;
}
export const watch = () => watchBook(graph, 'my-novel');
console.log(MeDocument);
`;

beforeAll(async () => {
  await run(tsc, ['-p', projectFile('client', 'tsconfig.json')]);
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-page-'));
  await mkdir(join(folder, 'node_modules'));
  await symlink(projectRoot, join(folder, 'node_modules', 'blobgraph'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'page.ts'), PAGE);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const compile = () =>
  run(
    tsc,
    [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--lib',
      'es2023,dom',
      'page.ts',
    ],
    { cwd: folder },
  );

it('gives its types to a project of browsers, and runs in Node', async () => {
  await compile();
  const { stdout } = await run(process.execPath, ['page.js'], { cwd: folder });
  expect(stdout).toBe('query Me{me{id}}\n');
});

it('knows what an operation takes and answers', async () => {
  await writeFile(
    join(folder, 'page.ts'),
    PAGE.replace('first: 2', "first: 'two'").replace('?.title', '?.colour'),
  );
  const { stdout } = await compile().catch((error: { stdout: string }) => error);
  expect(stdout).toContain("Type 'string' is not assignable to type 'InputMaybe<number>'");
  expect(stdout).toContain("Property 'colour' does not exist");
});
