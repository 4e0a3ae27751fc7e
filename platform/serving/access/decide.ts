import { BlobgraphError } from '../../errors/errors.ts';
import type { Caller } from '../../identity/service/caller.ts';
import { unauthenticated } from '../../identity/service/service-tokens.ts';
import { assertMayWrite, heldRoles } from '../../identity/users/scopes.ts';
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

/** Routes by which things are only read, though their question is a body; of `/graphql`, the operation says it. */
const READS_BY_POST: ReadonlySet<string> = new Set([
  'POST /graphql',
  'POST /api/v1/blobs/batch',
  'POST /api/v1/processors/:/blobs/batch',
  'POST /api/v1/schemas/:/validate',
  'POST /api/v1/sources',
  'POST /api/v1/users/:/books/batch',
  'POST /blobs/batch',
]);

/** Whether the user behind a call may change something by it, where it does. @throws BlobgraphError FORBIDDEN */
export function assertMayCall({ viewer }: Caller, route: string): void {
  if (viewer && !route.startsWith('GET ') && !READS_BY_POST.has(route)) assertMayWrite(viewer);
}

/** Roles are what the front door found in the user's own token: nobody else can tell of them, but of what they take. */
export const withoutForeignRoles = (caller: Caller): Caller =>
  caller.viewer && !['gateway', 'router'].includes(caller.service)
    ? { ...caller, viewer: { ...caller.viewer, roles: heldRoles(caller.viewer.roles) } }
    : caller;
