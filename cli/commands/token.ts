import { loadConfig } from '../../platform/config/config.ts';
import { LOCAL_USER, localToken } from '../../platform/identity/users/development-token.ts';
import { UsageError } from '../../platform/process/exit.ts';
import { type Define, print, withExamples, withJson } from '../terminal/command.ts';

interface Options {
  readonly operator: boolean;
  readonly json: boolean;
}

async function printToken(user: string, { operator, json }: Options): Promise<void> {
  if (!/\S/.test(user))
    throw new UsageError('[user] is empty: name the user, e.g. `npx blobgraph token alice`.');
  const roles = operator ? ['operator'] : [];
  const token = await localToken(loadConfig(), user, roles);
  if (!token)
    throw new UsageError('JWKS_URL or JWT_PUBLIC_KEY is set: tokens come from that issuer, not from here.');
  print(json, { user, roles, token }, () => [token]);
}

export const define: Define = (command) => {
  command.argument('[user]', 'whose', LOCAL_USER).option('--operator', 'with the role `operator`', false);
  withJson(command).action(printToken);
  withExamples(command, [
    ['token alice', 'for the user alice'],
    ['token ops --operator', 'for an operator'],
  ]);
};
