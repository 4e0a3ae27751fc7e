import { setTimeout as pause } from 'node:timers/promises';
import type { GraphClient } from '../../harness/client.ts';

export interface SeenChange {
  readonly cursor: string;
  readonly kind: string;
  readonly blobId: string;
  readonly version: number;
}

/** A subscriber that reconnects after every break, with the cursor of the last change that it received. */
export interface Follower {
  readonly seen: readonly SeenChange[];
  /** Number of reconnects. */
  readonly breaks: number;
  stop(): Promise<void>;
}

const SUBSCRIPTION = /* GraphQL */ `
  subscription ($after: String) {
    blobChanged(after: $after) { cursor kind blobId version }
  }
`;
const COMES_BACK_AFTER_MS = 100;

/** Follows a user's changes from a cursor. */
export function follow(client: GraphClient, from: string): Follower {
  const seen: SeenChange[] = [];
  let breaks = 0;
  let stopped = false;
  let current: AsyncIterableIterator<unknown> | undefined;

  const listen = async () => {
    const after = seen.at(-1)?.cursor ?? from;
    const changes = client.subscribe<{ blobChanged: SeenChange }>(SUBSCRIPTION, { after });
    current = changes;
    for await (const { data } of changes) if (data) seen.push(data.blobChanged);
  };
  const running = (async () => {
    while (!stopped) {
      await listen().catch(() => undefined);
      if (stopped) return;
      breaks += 1;
      await pause(COMES_BACK_AFTER_MS);
    }
  })();
  return {
    seen,
    get breaks() {
      return breaks;
    },
    async stop() {
      stopped = true;
      await current?.return?.();
      await running;
    },
  };
}
