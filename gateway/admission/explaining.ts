import { type Config, isLoopback } from '../../platform/config/config.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { isSignedHere, LOCAL_USER } from '../../platform/identity/users/development-token.ts';
import { isOperator } from '../../platform/identity/users/scopes.ts';

/** Undefined: operators, and in development the local user. */
type Policy = 'everybody' | 'operators' | 'nobody' | undefined;

type DoorConfig = Pick<Config, 'production' | 'host' | 'userTokens'>;

/** Whether pages of this gateway are given a token of the local user: in development, and on this machine alone. */
export const hasLocalUser = (config: DoorConfig): boolean =>
  !config.production && isLoopback(config.host) && isSignedHere(config);

/** Whether a viewer may be told how operations are run. */
export function mayExplain(policy: Policy, config: DoorConfig): (viewer: Viewer) => boolean {
  if (policy === 'everybody') return () => true;
  if (policy === 'nobody') return () => false;
  const local = policy === undefined && hasLocalUser(config);
  return (viewer) => isOperator(viewer) || (local && viewer.userId === LOCAL_USER);
}
