import { parseArgs } from 'node:util';
import { loadConfig } from '../platform/config/config.ts';
import { developmentKeys } from '../platform/identity/keys/development-keys.ts';
import { developmentToken, LOCAL_USER } from '../platform/identity/users/development-token.ts';
import { exitWith, UsageError } from '../platform/process/exit.ts';

/** `npm run --silent token -- alice [--operator]`: prints a user's token for the local system. */
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { operator: { type: 'boolean', default: false } },
  });
  const config = loadConfig();
  const user = positionals[0] ?? LOCAL_USER;
  const roles = values.operator ? ['operator'] : [];
  const token = await developmentToken({ config, keys: developmentKeys(config.dataDir) }, user, roles);
  if (!token)
    throw new UsageError('JWKS_URL or JWT_PUBLIC_KEY is set: tokens come from that issuer, not from here.');
  console.log(token);
} catch (error) {
  exitWith(error);
}
