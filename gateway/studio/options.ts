import type { ServiceRuntime } from '../../platform/runtime/runtime.ts';
import type { StudioOptions } from './routes.ts';

/** The settings of its sign-in. */
interface Given {
  readonly OIDC_ISSUER?: string | undefined;
  readonly OIDC_CLIENT_ID?: string | undefined;
  readonly OIDC_SCOPE: string;
  readonly OIDC_PARAMETERS?: string | undefined;
}

/** The Studio page's settings, from the system's. */
export const studioOf = (
  { config, logger }: Pick<ServiceRuntime, 'config' | 'logger'>,
  given: Given,
): Omit<StudioOptions, 'token'> => ({
  openId:
    given.OIDC_ISSUER && given.OIDC_CLIENT_ID
      ? {
          issuer: given.OIDC_ISSUER,
          clientId: given.OIDC_CLIENT_ID,
          scope: given.OIDC_SCOPE,
          parameters: Object.fromEntries(new URLSearchParams(given.OIDC_PARAMETERS)),
        }
      : undefined,
  logger,
  graphiql: config.graphiql,
  objectStore: config.s3?.publicEndpoint && new URL(config.s3.publicEndpoint).origin,
});
