import { createEgress } from '../egress/guarded-agent.ts';
import type { PublishedKeys } from '../identity/keys/published.ts';
import { newServiceKey, readServiceKeys, type ServiceKeys } from '../identity/keys/service-keys.ts';
import {
  createServiceTokens,
  routeOf,
  type ServiceTokens,
  type ServiceTokensDependencies,
} from '../identity/service/service-tokens.ts';
import type { ServiceRoute } from '../serving/service.ts';
import { createLogger } from '../telemetry/logger.ts';
import { systemClock } from '../time/clock.ts';

/** The secret that other routers show to services of a test. */
export const TEST_SECRET = 'the secret that routers show in tests';

const made = new Map<string, ServiceKeys>();

/** A service's keys, the same for all tests of a file. */
export function testKeysOf(service: string): ServiceKeys {
  const keys = made.get(service) ?? readServiceKeys(newServiceKey());
  made.set(service, keys);
  return keys;
}

/** Knows every service of the tests by its key. */
const testPublishedKeys: PublishedKeys = {
  find: async (service, kid) => testKeysOf(service).find((key) => key.kid === kid)?.publicKey,
};

/** The identity of a service, or of whoever is called so. */
export const testTokens = (
  service: string,
  changes: Partial<ServiceTokensDependencies> = {},
): ServiceTokens =>
  createServiceTokens({
    service,
    keys: async () => testKeysOf(service),
    others: testPublishedKeys,
    routerSecrets: [TEST_SECRET],
    clock: systemClock,
    logger: createLogger('silent'),
    ...changes,
  });

/** Registered processors may answer anywhere but where nobody's do, as in development. */
export const testEgress = createEgress({ production: false, urls: {} });

const patternOf = (url: string): RegExp =>
  new RegExp(`^${url.replaceAll('*', '.*').replace(/:[^/]+/g, '[^/]*')}$`);

/** The route that a request is for, as its token names it; its own path where there is none. */
export function routeFor(routes: readonly ServiceRoute[], method: string, path: string): string {
  const plain = path.split('?')[0] ?? '';
  const fitting = routes.filter((route) => route.method === method && patternOf(route.url).test(plain));
  // Fewer parameters first, as the router has it.
  const [best] = fitting.toSorted((a, b) => a.url.split(':').length - b.url.split(':').length);
  return routeOf(method, best?.url ?? plain);
}
