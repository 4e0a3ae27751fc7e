import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { newServiceKey } from './service-keys.ts';

/** The keys that local systems sign and encrypt with, made on first use under `<DATA_DIR>/keys`, readable by their owner alone. */
export interface DevelopmentKeys {
  /** Signs users' tokens (ES256, private). */
  userKey(): Promise<JWK>;
  /** A service's own (Ed25519, private, PEM). */
  serviceKey(service: string): Promise<string>;
  /** Secret of other routers. */
  routerSecret(): Promise<string>;
  /** 32 bytes. */
  connectionKey(): Promise<Buffer>;
}

const USER_KEY = 'user-key.jwk';

/** The file's text; written first when missing. Of several processes at once, all get the first one's. */
async function readOrMake(folder: string, name: string, make: () => Promise<string>): Promise<string> {
  const file = join(folder, name);
  const existing = await readFile(file, 'utf8').catch(() => undefined);
  if (existing !== undefined) return existing;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, await make(), { mode: 0o600, flush: true });
  // A link appears whole or not at all and never replaces: whoever comes second reads what is there.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  return readFile(file, 'utf8');
}

/** Whether users' tokens were ever signed there. */
export const hasUserKey = (dataDir: string): boolean => existsSync(join(dataDir, 'keys', USER_KEY));

export function developmentKeys(dataDir: string): DevelopmentKeys {
  const folder = join(dataDir, 'keys');
  const makeUserKey = async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    return JSON.stringify(await exportJWK(privateKey));
  };
  return {
    userKey: async () => JSON.parse(await readOrMake(folder, USER_KEY, makeUserKey)) as JWK,
    serviceKey: (service) =>
      readOrMake(join(folder, 'services'), `${service}.pem`, async () => newServiceKey()),
    // Its name is that of the release before, when services signed with it, too.
    routerSecret: () =>
      readOrMake(folder, 'service-secret', async () => randomBytes(32).toString('base64url')),
    connectionKey: async () =>
      Buffer.from(
        await readOrMake(folder, 'connection-key', async () => randomBytes(32).toString('base64')),
        'base64',
      ),
  };
}
