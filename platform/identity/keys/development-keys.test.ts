import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { importJWK } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { builtFile } from '../../process/paths.ts';
import { type DevelopmentKeys, developmentKeys } from './development-keys.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-keys-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const all = async (keys: DevelopmentKeys) => ({
  user: await keys.userKey(),
  secret: await keys.routerSecret(),
  service: await keys.serviceKey('state'),
  connection: (await keys.connectionKey()).toString('hex'),
});

test('keys are fit for their use, and others in every folder', async () => {
  const { user, secret, connection } = await all(developmentKeys(await temporaryFolder()));
  expect(user).toMatchObject({ kty: 'EC', crv: 'P-256', d: expect.any(String) });
  await expect(importJWK(user, 'ES256')).resolves.toBeDefined();
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  expect(connection).toMatch(/^[0-9a-f]{64}$/);
  const other = await all(developmentKeys(await temporaryFolder()));
  expect([other.user.d, other.secret, other.connection]).not.toEqual([user.d, secret, connection]);
});

test('the owner alone may read them', async () => {
  const folder = join(await temporaryFolder(), 'not', 'made', 'yet');
  await all(developmentKeys(folder));
  const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  const files = await readdir(join(folder, 'keys'));
  expect(files.sort()).toEqual(['connection-key', 'service-secret', 'services', 'user-key.jwk']);
  expect(await mode(join(folder, 'keys'))).toBe('700');
  for (const file of files)
    expect(await mode(join(folder, 'keys', file))).toBe(file === 'services' ? '700' : '600');
  expect(await mode(join(folder, 'keys', 'services', 'state.pem'))).toBe('600');
});

test('all who ask at once get the same keys', async () => {
  const folder = await temporaryFolder();
  const asked = await Promise.all(Array.from({ length: 20 }, () => all(developmentKeys(folder))));
  for (const keys of asked) expect(keys).toEqual(asked[0]);
  expect(await all(developmentKeys(folder))).toEqual(asked[0]);
  expect(await readdir(join(folder, 'keys'))).toHaveLength(4);
});

test('so do processes that start at once', async () => {
  const folder = await temporaryFolder();
  const script = `
    const { developmentKeys } = await import(${JSON.stringify(pathToFileURL(builtFile('platform/identity/keys/development-keys.ts')).href)});
    const keys = developmentKeys(${JSON.stringify(folder)});
    const [user, secret, connection] = await Promise.all([keys.userKey(), keys.routerSecret(), keys.connectionKey()]);
    console.log(JSON.stringify([user.d, secret, connection.toString('hex')]));`;
  const run = async () =>
    (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])).stdout;
  const printed = await Promise.all([run(), run(), run(), run()]);
  expect(new Set(printed).size).toBe(1);
  const { user, secret, connection } = await all(developmentKeys(folder));
  expect(JSON.parse(printed[0] ?? '')).toEqual([user.d, secret, connection]);
  expect(await readdir(join(folder, 'keys'))).toHaveLength(4);
});

test('a folder that cannot be made is an error that names it', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await expect(developmentKeys(file).routerSecret()).rejects.toThrow(/ENOTDIR.*file/);
});
