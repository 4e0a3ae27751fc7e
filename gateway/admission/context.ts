import type { Viewer } from '../../platform/identity/service/caller.ts';

/** The context of one operation. */
export interface GatewayContext {
  readonly viewer: Viewer;
  /**
   * Waits, once, until the operation may produce a large answer. Default: no wait.
   * @throws BlobgraphError OVERLOADED when the user's other operations take too long
   */
  readonly makeLarge?: () => Promise<void>;
  /** It tells a subscriber of a change, so that its queries may go along with those of others. Default: it does not. */
  readonly isTelling?: boolean;
}

/** Identifies callers who may get different answers. */
export const callerOf = ({ viewer: { userId, roles } }: GatewayContext): string =>
  JSON.stringify([userId, ...roles]);
export const userOf = ({ viewer }: GatewayContext): string => viewer.userId;
