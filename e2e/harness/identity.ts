import type { ServiceName } from '../../platform/config/config.ts';
import { developmentKeys } from '../../platform/identity/keys/development-keys.ts';
import { readServiceKeys } from '../../platform/identity/keys/service-keys.ts';
import { createServiceTokens, routeOf } from '../../platform/identity/service/service-tokens.ts';
import { pathOf, type RoutedPath, templateOf } from '../../platform/ids/service-path.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { systemClock } from '../../platform/time/clock.ts';
import type { System } from './system.ts';

/** A call of one service by another. */
export interface CallAs {
  readonly as: string;
  readonly to: ServiceName;
  readonly method?: string;
  readonly path: RoutedPath | string;
  /** User on whose behalf it calls. Default: none. */
  readonly userId?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** The `Authorization` header of a call, signed with the caller's development key. */
export async function authorizationOf(
  { dataDir, urls }: Pick<System, 'dataDir' | 'urls'>,
  { as, to, method = 'GET', path, userId }: CallAs,
): Promise<string> {
  const tokens = createServiceTokens({
    service: as,
    keys: async () => readServiceKeys(await developmentKeys(dataDir).serviceKey(as)),
    others: { find: async () => undefined },
    routerSecrets: [],
    clock: systemClock,
    logger: createLogger('silent'),
  });
  const viewer = userId === undefined ? null : { userId, roles: [] };
  const route = routeOf(method, templateOf(path));
  return `Bearer ${await tokens.sign({ to, baseUrl: urls[to], route, viewer })}`;
}

/** Calls a service as another one. */
export async function callAs(system: Pick<System, 'dataDir' | 'urls'>, call: CallAs): Promise<Response> {
  const { to, path, method = 'GET', body } = call;
  const headers = { authorization: await authorizationOf(system, call), 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return fetch(`${system.urls[to]}${pathOf(path)}`, { method, headers, ...sent });
}
