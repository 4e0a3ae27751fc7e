import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serviceNames } from '../platform/config/config.ts';
import { keyVariable } from '../platform/config/service-keys.ts';
import { newServiceKey, oneLine } from '../platform/identity/keys/service-keys.ts';
import { exitWith, UsageError } from '../platform/process/exit.ts';

/**
 * Writes a new key file. An existing file is never overwritten.
 * @returns its path
 * @throws UsageError when it exists
 */
async function writeKey(folder: string, service: string): Promise<string> {
  const file = join(folder, `${service}.pem`);
  await writeFile(file, newServiceKey(), { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new UsageError(error.code === 'EEXIST' ? `${file} exists: name another folder.` : error.message);
    },
  );
  return file;
}

/**
 * `npm run --silent keys -- [--dir FOLDER] [SERVICE…]`: new private keys for all services, or for those named: as
 * lines of an environment file, or with `--dir` as files that only their owner can read.
 */
try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { dir: { type: 'string' } } });
  const unknown = positionals.find((name) => !(serviceNames as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new UsageError(`There is no service ${unknown}: the services are ${serviceNames.join(', ')}.`);
  const services = positionals.length > 0 ? positionals : serviceNames;
  if (values.dir !== undefined) await mkdir(values.dir, { recursive: true, mode: 0o700 });
  for (const service of services) {
    if (values.dir === undefined) console.log(`${keyVariable(service)}=${oneLine(newServiceKey())}`);
    else console.log(`${keyVariable(service)}_FILE=${await writeKey(values.dir, service)}`);
  }
} catch (error) {
  exitWith(error);
}
