import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../config/config.ts';
import { openRuntime } from './runtime.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blobgraph-runtime-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('gives each service a place of its own in the object store, kept in the data folder', async () => {
  const config = loadConfig({ DATA_DIR: folder, NAMESPACE: 'one' });
  const first = await openRuntime(config);
  const objects = await first.forService('text-expansion').objects();
  expect(objects.embedded).toBe(true);
  await objects.put('a', Buffer.from('kept'), { contentType: 'text/plain' });
  expect(await (await first.forService('book-compiler').objects()).head('a')).toBeNull();
  await first.close();
  expect(existsSync(join(folder, 'objects', 'kept', 'one', 'text-expansion'))).toBe(true);

  const second = await openRuntime(config);
  const again = await (await second.forService('text-expansion').objects()).get('a');
  expect(again && (await text(again.body))).toBe('kept');
  await second.close();
});

it('names S3 among what is embedded, unless it is told of a real one', async () => {
  const embedded = async (variables: NodeJS.ProcessEnv) => {
    const runtime = await openRuntime(loadConfig({ DATA_DIR: folder, ...variables }));
    const { embedded: objectsEmbedded } = await runtime.forService('state').objects();
    const named = runtime.embedded().includes('S3');
    await runtime.close();
    return [objectsEmbedded, named];
  };
  expect(await embedded({})).toEqual([true, true]);
  const s3 = { S3_ENDPOINT: 'http://127.0.0.1:9', S3_ACCESS_KEY_ID: 'key', S3_SECRET_ACCESS_KEY: 'secret' };
  expect(await embedded(s3)).toEqual([false, false]);
});
