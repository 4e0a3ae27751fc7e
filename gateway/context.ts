import type { Viewer } from '../platform/identity/service-tokens.ts';

/** The context of one operation. */
export interface GatewayContext {
  readonly viewer: Viewer;
  /**
   * Waits until the operation may make a large answer, once. Default: it may.
   * @throws BlobgraphError OVERLOADED when others of its user take too long
   */
  readonly makeLarge?: () => Promise<void>;
}
