import type { Config } from '../../platform/config/config.ts';
import { hasUserKey } from '../../platform/identity/keys/development-keys.ts';
import { isSignedHere, LOCAL_USER, localToken } from '../../platform/identity/users/development-token.ts';
import { GraphFault, openGraph } from '../demo/graph.ts';
import { liveCursor } from '../demo/operations.ts';
import type { TokenLook } from './network.ts';

const WITHIN_MS = 5_000;

/** Asks the gateway that runs for something, as a command would. `given`: the token of the environment. */
export async function lookAtToken(config: Config, given: string | undefined): Promise<TokenLook> {
  // No key is made for it.
  if (given === undefined && isSignedHere(config) && !hasUserKey(config.dataDir)) return 'refused';
  const token = given ?? (await localToken(config, LOCAL_USER));
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
