import type { Config, ServiceName } from '../../config/config.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { DevelopmentKeys } from '../keys/development-keys.ts';
import { fetchJwks } from '../keys/jwks.ts';
import { createPeers } from '../keys/peers.ts';
import { KeyDirectory, LocalKeys, type RegisteredKeys } from '../keys/published.ts';
import { ownKeys } from './own-keys.ts';
import { createServiceTokens, type ServiceTokens } from './service-tokens.ts';
import { createSharedSecret } from './shared-secret.ts';

/** Gives each service of a process the identity that is its own. */
export interface Identities {
  /** `registered`: keys of processors that the environment does not name. */
  of(service: ServiceName, registered: RegisteredKeys): ServiceTokens;
}

export interface IdentitiesDependencies {
  readonly config: Pick<Config, 'urls' | 'serviceKeys' | 'production' | 'routerSecrets' | 'serviceSecret'>;
  readonly keys: DevelopmentKeys;
  /** Secret of other routers where the configuration names none; undefined: none is accepted. */
  readonly developmentSecret: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The proofs of the release before, with a warning. */
function releaseBefore(secret: string, { clock, logger }: IdentitiesDependencies) {
  logger.warn(
    'SERVICE_SECRET is set: whoever has it speaks for any service, as in the release before; unset it once all are of this one',
  );
  return {
    shared: createSharedSecret({ secret, clock }),
    peers: createPeers({ fetch: (baseUrl) => fetchJwks(baseUrl), clock }),
  };
}

/** Identities from the configuration. Services of one process know each other's keys; those of others are asked for. */
export function createIdentities(deps: IdentitiesDependencies): Identities {
  const { config, keys, developmentSecret, clock, logger } = deps;
  const { urls, serviceSecret } = config;
  // Routers of the release before show the secret of services.
  const routerSecrets = [...(config.routerSecrets ?? [developmentSecret]), serviceSecret].filter(
    (secret) => secret !== undefined,
  );
  const local = new LocalKeys();
  const before = serviceSecret ? releaseBefore(serviceSecret, deps) : undefined;
  return {
    of(service, registered) {
      const own = async () => {
        const loaded = await ownKeys(service, { config, keys });
        local.add(service, loaded);
        return loaded;
      };
      const others = new KeyDirectory({
        local,
        urls,
        fetch: (baseUrl) => fetchJwks(baseUrl),
        registered,
        clock,
        logger,
      });
      const log = logger.child({ service });
      return createServiceTokens({
        service,
        keys: own,
        others,
        routerSecrets,
        before,
        clock,
        logger: log,
      });
    },
  };
}
