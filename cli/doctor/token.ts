import type { Config } from '../../platform/config/config.ts';
import { developmentKeys, hasUserKey } from '../../platform/identity/keys/development-keys.ts';
import { developmentToken, LOCAL_USER } from '../../platform/identity/users/development-token.ts';
import { GraphFault, openGraph } from '../demo/graph.ts';
import { liveCursor } from '../user/operations.ts';
import type { TokenLook } from './network.ts';

const WITHIN_MS = 5_000;

/** The token that commands would give; null where they would have none. No key is made for it. */
const ownToken = (config: Config): Promise<string | null> =>
  developmentToken({ config, keys: developmentKeys(config.dataDir) }, LOCAL_USER);

/** Asks the gateway that runs for something, as a command would. `given`: the token of the environment. */
export async function lookAtToken(config: Config, given: string | undefined): Promise<TokenLook> {
  const { jwksUrl, publicKey } = config.userTokens;
  const isElsewhere = Boolean(jwksUrl || publicKey);
  if (given === undefined && !isElsewhere && !hasUserKey(config.dataDir)) return 'refused';
  const token = given ?? (await ownToken(config));
  if (token === null) return 'unknown';
  const signal = AbortSignal.timeout(2 * WITHIN_MS);
  const graph = openGraph({ gateway: config.urls.gateway, token, signal, patienceMs: WITHIN_MS });
  try {
    await graph.run(liveCursor, {});
    return 'taken';
  } catch (error) {
    return error instanceof GraphFault && error.code === 'UNAUTHENTICATED' ? 'refused' : 'unknown';
  } finally {
    await graph.close();
  }
}
