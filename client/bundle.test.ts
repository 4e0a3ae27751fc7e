import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, it, onTestFinished } from 'vitest';
import { projectFile } from '../platform/process/paths.ts';

/** The client's share of a page that imports these names, minified, without the transport. */
async function bundled(names: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-client-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const entry = join(folder, 'page.ts');
  await writeFile(entry, `export { ${names} } from ${JSON.stringify(projectFile('client', 'index.ts'))};\n`);
  const result = await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      lib: { entry, formats: ['es'] },
      rolldownOptions: { external: ['graphql-ws'] },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((each) =>
    'output' in each ? each.output : [],
  );
  return outputs.map((each) => ('code' in each ? each.code : '')).join('');
}

it('is under 10 KB compressed without its transport', async () => {
  const { length } = gzipSync(await bundled('createAndFollow, openGraph, watchBlob, watchBook'));
  expect(length).toBeGreaterThan(1_000);
  expect(length).toBeLessThan(10_000);
});

it('leaves out what is not imported', async () => {
  const code = await bundled('MeDocument');
  expect(code).toContain('query Me{me{id}}');
  expect(code).not.toMatch(/createClient|BlobFields|Bearer/);
});
