import { BlobgraphError } from '../../errors.ts';
import { type Caller, unauthenticated } from '../../identity/service-tokens.ts';
import { type Access, kindOf } from './table.ts';

/** Whether the caller may call a route. @throws BlobgraphError UNAUTHENTICATED where a user is missing, FORBIDDEN */
export function assertAccess({ service, viewer }: Caller, { forUser, forItself }: Access): void {
  const kind = kindOf(service);
  if ((viewer ? forUser : forItself).includes(kind)) return;
  if (!viewer && forUser.includes(kind)) throw unauthenticated(new Error('The route is for users'));
  const message = viewer
    ? `\`${service}\` may not ask this on behalf of a user.`
    : `\`${service}\` may not ask this for itself.`;
  throw new BlobgraphError('FORBIDDEN', message);
}

/** Roles are what the front door found in the user's own token: nobody else can tell of them. */
export const withoutForeignRoles = (caller: Caller): Caller =>
  caller.viewer && !['gateway', 'router'].includes(caller.service)
    ? { ...caller, viewer: { ...caller.viewer, roles: [] } }
    : caller;
