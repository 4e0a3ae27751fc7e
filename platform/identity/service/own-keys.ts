import { readFile } from 'node:fs/promises';
import { type Config, ConfigError, type ServiceName } from '../../config/config.ts';
import { keyVariablesOf, missingKeys } from '../../config/service-keys.ts';
import type { DevelopmentKeys } from '../keys/development-keys.ts';
import { readServiceKeys, type ServiceKeys } from '../keys/service-keys.ts';

async function fromFile(variable: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`${variable}: the file cannot be read (${error.code ?? 'unknown'})`);
  });
}

function read(variable: string, text: string): ServiceKeys {
  try {
    return readServiceKeys(text);
  } catch (error) {
    throw new ConfigError(`${variable}: ${(error as Error).message}; \`npm run keys\` makes them`);
  }
}

/**
 * A service's own private keys: of the environment, of a file that it names, or, in development, made under `DATA_DIR`.
 * @throws ConfigError that names the variable and the fix, and nothing of a key
 */
export async function ownKeys(
  service: ServiceName,
  { config, keys }: { config: Pick<Config, 'serviceKeys' | 'production'>; keys: DevelopmentKeys },
): Promise<ServiceKeys> {
  const [variable, fileVariable] = keyVariablesOf(service);
  const place = config.serviceKeys[service];
  if (place && 'file' in place) return read(fileVariable, await fromFile(fileVariable, place.file));
  if (place) return read(variable, place.text);
  if (config.production) throw new ConfigError(missingKeys([service], {}).join('\n'));
  return readServiceKeys(await keys.serviceKey(service));
}
