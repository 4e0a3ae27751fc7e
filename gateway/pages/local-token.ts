import { developmentToken, LOCAL_USER } from '../../platform/identity/users/development-token.ts';
import type { ServiceRuntime } from '../../platform/runtime/runtime.ts';
import { hasLocalUser } from '../admission/explaining.ts';

/** A development token that the pages fill in, only when the gateway listens on loopback and not in production. */
export const localToken = (runtime: ServiceRuntime) => async (): Promise<string | null> =>
  hasLocalUser(runtime.config) ? developmentToken(runtime, LOCAL_USER) : null;
