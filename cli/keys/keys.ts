import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serviceNames } from '../../platform/config.ts';
import { exitWith, UsageError } from '../../platform/exit.ts';
import { newServiceKey, oneLine } from '../../platform/identity/service/keys.ts';
import { keyVariable } from '../../platform/identity/service/settings.ts';

/** A new file of this name alone: a key that is in use is not written over. */
async function writeKey(folder: string, service: string): Promise<string> {
  const file = join(folder, `${service}.pem`);
  await writeFile(file, newServiceKey(), { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new UsageError(
        error.code === 'EEXIST' ? `${file} is there already: name another folder.` : error.message,
      );
    },
  );
  return file;
}

/**
 * `npm run --silent keys -- [--dir FOLDER] [SERVICE…]`: a new private key for each service, or for those that are named:
 * as lines of an environment file, or as files that only their owner may read.
 */
try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { dir: { type: 'string' } } });
  const unknown = positionals.find((name) => !(serviceNames as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new UsageError(`There is no service ${unknown}: name some of ${serviceNames.join(', ')}.`);
  const services = positionals.length > 0 ? positionals : serviceNames;
  if (values.dir !== undefined) await mkdir(values.dir, { recursive: true, mode: 0o700 });
  for (const service of services) {
    if (values.dir === undefined) console.log(`${keyVariable(service)}=${oneLine(newServiceKey())}`);
    else console.log(`${keyVariable(service)}_FILE=${await writeKey(values.dir, service)}`);
  }
} catch (error) {
  exitWith(error);
}
