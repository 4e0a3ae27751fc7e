import type { Clock } from '../../clock.ts';
import type { Config, ServiceName } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import type { DevelopmentKeys } from '../keys.ts';
import { createServiceTokens, type ServiceTokens } from '../service-tokens.ts';
import { fetchJwks } from './jwks.ts';
import { ownKeys } from './own-keys.ts';
import { createPeers } from './peers.ts';
import { KeyDirectory, LocalKeys, type RegisteredKeys } from './published.ts';
import { createSharedSecret } from './shared-secret.ts';

/** Gives each service of a process the identity that is its own. */
export interface Identities {
  /** `registered`: keys of processors that the environment does not name. */
  of(service: ServiceName, registered: RegisteredKeys): ServiceTokens;
}

export interface IdentitiesDependencies {
  readonly config: Pick<Config, 'urls' | 'serviceKeys' | 'production' | 'routerSecret' | 'serviceSecret'>;
  readonly keys: DevelopmentKeys;
  /** Shown by other routers where the configuration names none; undefined: none is taken. */
  readonly developmentSecret: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Identities from the configuration. Services of one process know each other's keys; those of others are asked for. */
export function createIdentities(deps: IdentitiesDependencies): Identities {
  const { config, keys, developmentSecret, clock, logger } = deps;
  const { urls, routerSecret = developmentSecret, serviceSecret } = config;
  const local = new LocalKeys();
  const before = serviceSecret && {
    shared: createSharedSecret({ secret: serviceSecret, clock }),
    peers: createPeers({ fetch: (baseUrl) => fetchJwks(baseUrl), clock }),
  };
  if (before) {
    logger.warn(
      'SERVICE_SECRET is set: whoever has it speaks for any service, as in the release before; unset it once all are of this one',
    );
  }
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
      // Routers of the release before show the secret of services.
      const routerSecrets = [routerSecret, serviceSecret].filter((secret) => secret !== undefined);
      const log = logger.child({ service });
      return createServiceTokens({
        service,
        keys: own,
        others,
        routerSecrets,
        before: before || undefined,
        clock,
        logger: log,
      });
    },
  };
}
