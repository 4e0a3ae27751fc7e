import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { LocalRequest } from '../../clients/local/request.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Caller, Viewer } from '../../identity/service/caller.ts';
import { routeOf, type ServiceTokens, unauthenticated } from '../../identity/service/service-tokens.ts';
import { isUser } from '../../identity/service/token.ts';
import { isOperator } from '../../identity/users/scopes.ts';
import type { UserTokens } from '../../identity/users/user-tokens.ts';
import { assertAccess, assertMayCall, withoutForeignRoles } from './decide.ts';
import { accessTo } from './table.ts';

/** Header of other routers' secret; the user's own token comes as `Authorization`. */
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

/**
 * Who asks by a request within this process: held to what a token is held to. Undefined for one that came over a socket.
 * @throws BlobgraphError UNAUTHENTICATED
 */
function localCaller(request: object, route: string | null): Caller | undefined {
  const identity = LocalRequest.identityOf(request);
  if (!identity) return undefined;
  const { caller } = identity;
  if (route !== null && identity.route !== route)
    throw unauthenticated(new Error(`The call is for ${identity.route}, not ${route}`));
  if (caller.viewer && !isUser(caller.viewer)) throw unauthenticated(new Error('The user has no usable id'));
  return withoutForeignRoles(caller);
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
  const caller =
    localCaller(request.raw, route) ?? (await authenticateService(request.headers, route, identities));
  if (route !== null) {
    assertAccess(caller, accessTo(service, route));
    assertMayCall(caller, route);
  }
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
  if (isOperator(viewer)) return viewer;
  throw new BlobgraphError('FORBIDDEN', 'Only operators may do this: the token needs the role `operator`.');
}
