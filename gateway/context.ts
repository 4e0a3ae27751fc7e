import type { Viewer } from '../platform/identity/service-tokens.ts';

/** The context of one operation. */
export interface GatewayContext {
  readonly viewer: Viewer;
}
