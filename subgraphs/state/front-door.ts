import { BlobgraphError } from '../../platform/errors.ts';
import type { Caller, Viewer } from '../../platform/identity/service-tokens.ts';
import { requireViewer } from '../../platform/serving/authenticate.ts';

const FRONT_DOORS: ReadonlySet<string> = new Set(['gateway', 'router']);

/** Whether a user asks through the gateway or another router; else a processor does, on a user's behalf. */
export const isFrontDoor = ({ service }: Pick<Caller, 'service'>): boolean => FRONT_DOORS.has(service);

/**
 * The user who asks by themselves: for what processors have no part in.
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
