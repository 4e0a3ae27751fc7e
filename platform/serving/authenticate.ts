import type { FastifyRequest } from 'fastify';
import { BlobgraphError } from '../errors.ts';
import { type Caller, type ServiceTokens, unauthenticated, type Viewer } from '../identity/service-tokens.ts';
import type { UserTokens } from '../identity/user-tokens.ts';

/** Header by which another router shows that it may ask; the user's own token comes as `Authorization`. */
export const SERVICE_SECRET_HEADER = 'x-service-secret';

/** The token of an `Authorization: Bearer …` value. @throws BlobgraphError UNAUTHENTICATED */
export function bearerToken(authorization: unknown): string {
  const match = typeof authorization === 'string' ? /^Bearer +([\w.~+/=-]+)$/i.exec(authorization) : null;
  if (!match?.[1]) throw unauthenticated();
  return match[1];
}

/** Who asks a subgraph: a service with a signed identity, or a router with the services' secret and a user's token. */
export async function authenticateService(
  request: Pick<FastifyRequest, 'headers'>,
  deps: { serviceTokens: ServiceTokens; userTokens: UserTokens },
): Promise<Caller> {
  const secret = request.headers[SERVICE_SECRET_HEADER];
  const { authorization } = request.headers;
  if (secret === undefined) return deps.serviceTokens.verify(bearerToken(authorization));
  if (typeof secret !== 'string' || !deps.serviceTokens.isServiceSecret(secret)) throw unauthenticated();
  const viewer =
    authorization === undefined ? null : await deps.userTokens.verify(bearerToken(authorization));
  return { service: 'router', viewer };
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
