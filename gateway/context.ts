import type { Change } from '../platform/changes/change.ts';
import type { Viewer } from '../platform/identity/service-tokens.ts';

/** The context of one operation. */
export interface GatewayContext {
  readonly viewer: Viewer;
  /** The change that a subscription is run for. */
  readonly change?: Change;
}
