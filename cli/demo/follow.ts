import { setTimeout as delay } from 'node:timers/promises';
import { type Graph, GraphFault, isPassing } from './graph.ts';
import { blobChanged, type Change } from './operations.ts';

export interface Following {
  readonly graph: Graph;
  readonly bookId: string;
  /** A cursor or live cursor: changes after it. */
  readonly after: string;
  readonly onChange: (change: Change) => void;
  /** Reads anew what changes may have been missed of, and answers from where to listen on. */
  readonly catchUp: () => Promise<string>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** One after the other without a connection that held: about half a minute. */
const MAX_FAILURES = 20;

/** Whether the log no longer reaches back to the cursor. */
const isCursorGone = (error: unknown): boolean =>
  error instanceof GraphFault && ['CURSOR_EXPIRED', 'CURSOR_INVALID'].includes(error.code);

/**
 * Hears of every change of a book's blobs, across dropped connections: each new one goes on after the last cursor.
 * Resolves once `signal` aborts. @throws GraphFault, GraphOutOfReach when it stays out of reach
 */
export async function follow(following: Following): Promise<void> {
  const { graph, bookId, onChange, catchUp, signal } = following;
  let { after } = following;
  const onData = ({ blobChanged: change }: { blobChanged: Change }) => {
    after = change.cursor;
    onChange(change);
  };
  for (let failures = 0; !signal.aborted; failures += 1) {
    const startedAt = performance.now();
    try {
      await graph.listen(blobChanged, { bookId, after }, { onData, signal });
    } catch (error) {
      if (isCursorGone(error)) after = await catchUp();
      else if (!isPassing(error) || failures >= MAX_FAILURES) throw error;
    }
    if (performance.now() - startedAt > LONGEST_PAUSE_MS) failures = 0;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}
