import type { Config } from '../../config/config.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { type DevelopmentKeys, developmentKeys } from '../keys/development-keys.ts';
import { signDevelopmentToken } from './user-tokens.ts';

/** Who a newcomer is. */
export const LOCAL_USER = 'dev';

/** Whether users' tokens are signed by the development key, and by no other issuer. */
export const isSignedHere = ({ userTokens: { jwksUrl, publicKey } }: Pick<Config, 'userTokens'>): boolean =>
  !jwksUrl && !publicKey;

/** A token signed by the development key; null where users' tokens are signed elsewhere. */
export async function developmentToken(
  deps: { config: Config; keys: DevelopmentKeys; clock?: Clock },
  userId: string,
  roles: readonly string[] = [],
): Promise<string | null> {
  if (!isSignedHere(deps.config)) return null;
  const key = await deps.keys.userKey();
  return signDevelopmentToken({ key, viewer: { userId, roles }, clock: deps.clock ?? systemClock });
}

/** The same, by the key in the data folder, which is made where there is none. */
export const localToken = (
  config: Config,
  userId: string,
  roles?: readonly string[],
): Promise<string | null> =>
  developmentToken({ config, keys: developmentKeys(config.dataDir) }, userId, roles);
