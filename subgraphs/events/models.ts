import type { Change } from '../../platform/changes/change.ts';
import type { ChangeFeed } from '../../platform/changes/feed.ts';
import type { Caller } from '../../platform/identity/service-tokens.ts';

export type BlobChangeModel = Change;

export interface Context {
  readonly caller: Caller;
  readonly changeFeed: () => Promise<ChangeFeed>;
}
