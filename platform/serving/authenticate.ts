import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { BlobgraphError } from '../errors.ts';
import {
  type Caller,
  routeOf,
  type ServiceTokens,
  unauthenticated,
  type Viewer,
} from '../identity/service-tokens.ts';
import type { UserTokens } from '../identity/user-tokens.ts';
import { assertAccess, withoutForeignRoles } from './access/decide.ts';
import { accessTo } from './access/table.ts';

/** Header by which another router shows that it may ask; the user's own token comes as `Authorization`. */
export const ROUTER_SECRET_HEADER = 'x-service-secret';

/** The token of an `Authorization: Bearer …` value. @throws BlobgraphError UNAUTHENTICATED */
export function bearerToken(authorization: unknown): string {
  const match = typeof authorization === 'string' ? /^Bearer +([\w.~+/=-]+)$/i.exec(authorization) : null;
  if (!match?.[1]) throw unauthenticated();
  return match[1];
}

interface Identities {
  readonly serviceTokens: ServiceTokens;
  readonly userTokens: UserTokens;
}

/**
 * Who asks a subgraph: a service with a signed identity, or a router with the routers' secret and a user's token.
 * @param route that is asked for, see {@link routeOf}; null where there is none
 * @throws BlobgraphError UNAUTHENTICATED, SERVICE_UNAVAILABLE
 */
export async function authenticateService(
  headers: IncomingHttpHeaders,
  route: string | null,
  { serviceTokens, userTokens }: Identities,
): Promise<Caller> {
  const secret = headers[ROUTER_SECRET_HEADER];
  const { authorization } = headers;
  if (secret === undefined)
    return withoutForeignRoles(await serviceTokens.verify(bearerToken(authorization), route));
  if (typeof secret !== 'string' || !serviceTokens.isRouterSecret(secret)) throw unauthenticated();
  return { service: 'router', viewer: await userTokens.verify(bearerToken(authorization)) };
}

/** The route that a request is for, as tokens and the table of access name it; null where there is none. */
const routeOfRequest = ({ method, routeOptions: { url } }: FastifyRequest): string | null =>
  url === undefined ? null : routeOf(method, url);

/**
 * Who asks a subgraph by this request, and that they may.
 * @throws BlobgraphError UNAUTHENTICATED, FORBIDDEN, SERVICE_UNAVAILABLE
 */
export async function admit(
  request: FastifyRequest,
  service: string,
  identities: Identities,
): Promise<Caller> {
  const route = routeOfRequest(request);
  const caller = await authenticateService(request.headers, route, identities);
  if (route !== null) assertAccess(caller, accessTo(service, route));
  return caller;
}

/** The user behind a call. @throws BlobgraphError UNAUTHENTICATED when a service asks for itself */
export function requireViewer(caller: Caller): Viewer {
  if (!caller.viewer) throw unauthenticated();
  return caller.viewer;
}

/** The operator behind a call. @throws BlobgraphError UNAUTHENTICATED without a user, FORBIDDEN for one without the role */
export function requireOperator(caller: Caller): Viewer {
  const viewer = requireViewer(caller);
  if (viewer.roles.includes('operator')) return viewer;
  throw new BlobgraphError('FORBIDDEN', 'Only operators may do this: the token needs the role `operator`.');
}
