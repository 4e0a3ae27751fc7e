import { pause } from '../../platform/time/pause.ts';
import { backoffMs } from '../../platform/time/retry.ts';
import { BACKOFF, type Graph, GraphFault, isPassing } from './graph.ts';
import type { Operation } from './operation.ts';

export interface Following<Data, Variables> {
  readonly graph: Pick<Graph, 'listen'>;
  /** The subscription: each answer has one change in it, by whatever name. */
  readonly operation: Operation<Data, Variables & { readonly after: string }>;
  readonly variables: Variables;
  /** A cursor or live cursor; changes after it are followed. */
  readonly after: string;
  /** Called with each change, in order. @returns its cursor */
  readonly onChange: (change: Data) => string;
  /** Reads everything again after changes may have been missed. @returns the cursor to continue from */
  readonly catchUp: () => Promise<string>;
  /** Ends the subscription. */
  readonly signal: AbortSignal;
}

/** Consecutive failed connections before giving up: about half a minute. */
const MAX_FAILURES = 20;

/** Whether the log no longer reaches back to the cursor. */
const isCursorGone = (error: unknown): boolean =>
  error instanceof GraphFault && ['CURSOR_EXPIRED', 'CURSOR_INVALID'].includes(error.code);

/**
 * Follows every change, across dropped connections: a new connection continues after the last
 * cursor. Resolves once `signal` aborts.
 * @throws GraphFault; GraphOutOfReach when it stays unreachable
 */
export async function follow<Data, Variables>(following: Following<Data, Variables>): Promise<void> {
  const { graph, operation, variables, onChange, catchUp, signal } = following;
  let { after } = following;
  const onData = (change: Data) => {
    after = onChange(change);
  };
  for (let failures = 0; !signal.aborted; failures += 1) {
    const startedAt = performance.now();
    try {
      await graph.listen(operation, { ...variables, after }, { onData, signal });
    } catch (error) {
      if (isCursorGone(error)) after = await catchUp();
      else if (!isPassing(error) || failures >= MAX_FAILURES) throw error;
    }
    if (performance.now() - startedAt > BACKOFF.maxMs) failures = 0;
    await pause(backoffMs(BACKOFF, failures + 1), signal);
  }
}
