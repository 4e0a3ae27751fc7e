import { follow } from '../demo/follow.ts';
import { liveCursor } from '../demo/operations.ts';
import { CommandFailed } from '../terminal/failure.ts';
import type { Connection } from './connection.ts';
import { type Change, type ChangeFilter, changes } from './operations.ts';

/** The cursor of now: changes after it are heard of. */
export async function cursorOfNow({ graph }: Pick<Connection, 'graph'>): Promise<string> {
  return (await graph.run(liveCursor, {})).blobs.liveCursor;
}

export interface FollowOptions {
  readonly filter: ChangeFilter;
  /** A cursor: changes after it come first. */
  readonly after: string;
  readonly onChange: (change: Change) => void;
  /** Reads again what may have changed. Default: the command fails, as changes would be missing. */
  readonly catchUp?: () => Promise<string>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const CURSOR_GONE =
  'The log no longer reaches back to this cursor, or it is of another log: read what there is, and watch from now on ' +
  '(without --after).';

/**
 * Follows changes across cut connections: each is told once, in order.
 * @throws CommandFailed when changes would be missing; GraphFault; GraphOutOfReach when it stays unreachable
 */
export function followChanges({ graph }: Pick<Connection, 'graph'>, options: FollowOptions): Promise<void> {
  const { filter, after, onChange, signal } = options;
  const gone = () => Promise.reject(new CommandFailed(CURSOR_GONE, { code: 'CURSOR_EXPIRED' }));
  return follow({
    ...{ graph, operation: changes, variables: { filter }, after, signal },
    onChange({ blobChanged: change }) {
      onChange(change);
      return change.cursor;
    },
    catchUp: options.catchUp ?? gone,
  });
}

/** Follows changes until `isDone` says so after one of them, or after reading again. */
export async function followUntil(
  connection: Connection,
  options: Omit<FollowOptions, 'signal' | 'catchUp'> & {
    readonly isDone: () => boolean;
    readonly readAgain: () => Promise<void>;
  },
): Promise<void> {
  const { isDone, readAgain, onChange } = options;
  const ended = new AbortController();
  const look = () => {
    if (isDone()) ended.abort();
  };
  const again = async () => {
    const cursor = await cursorOfNow(connection);
    await readAgain();
    look();
    return cursor;
  };
  const heard = (change: Change) => {
    onChange(change);
    look();
  };
  look();
  const signal = AbortSignal.any([connection.signal, ended.signal]);
  if (!signal.aborted)
    await followChanges(connection, { ...options, onChange: heard, catchUp: again, signal });
  connection.signal.throwIfAborted();
}
