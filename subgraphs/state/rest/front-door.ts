import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Caller, Viewer } from '../../../platform/identity/service/caller.ts';
import { requireViewer } from '../../../platform/serving/access/authenticate.ts';

const FRONT_DOORS: ReadonlySet<string> = new Set(['gateway', 'router']);

/** Whether a call comes from a user through the gateway or another router, and not from a processor on a user's behalf. */
export const isFrontDoor = ({ service }: Pick<Caller, 'service'>): boolean => FRONT_DOORS.has(service);

/**
 * The user, who must call through the gateway: processors may not.
 * @throws BlobgraphError UNAUTHENTICATED without a user, FORBIDDEN to a processor
 */
export function requireUser(caller: Caller): Viewer {
  const viewer = requireViewer(caller);
  if (isFrontDoor(caller)) return viewer;
  throw new BlobgraphError(
    'FORBIDDEN',
    'This is for users, through the gateway. Processors have calls of their own.',
  );
}
