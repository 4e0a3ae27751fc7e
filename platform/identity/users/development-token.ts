import type { Config } from '../../config/config.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import type { DevelopmentKeys } from '../keys/development-keys.ts';
import { signDevelopmentToken } from './user-tokens.ts';

/** Who a newcomer is. */
export const LOCAL_USER = 'dev';

/** A token signed by the development key; null where users' tokens are signed elsewhere. */
export async function developmentToken(
  deps: { config: Config; keys: DevelopmentKeys; clock?: Clock },
  userId: string,
  roles: readonly string[] = [],
): Promise<string | null> {
  const { jwksUrl, publicKey } = deps.config.userTokens;
  if (jwksUrl || publicKey) return null;
  const key = await deps.keys.userKey();
  return signDevelopmentToken({ key, viewer: { userId, roles }, clock: deps.clock ?? systemClock });
}
