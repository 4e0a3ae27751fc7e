import { setTimeout as delay } from 'node:timers/promises';
import type { Display } from '../demo/display.ts';
import { type Graph, patiently } from '../demo/graph.ts';
import { INTERRUPTED } from '../terminal/exit-codes.ts';
import { CommandFailed } from '../terminal/failure.ts';
import { assertAccepted } from '../user/refusal.ts';
import { type Backfill, beginning, showing } from './operations.ts';

export interface FollowOptions {
  readonly graph: Pick<Graph, 'run'>;
  readonly display: Display;
  readonly processorId: string;
  /** Only blobs created at or after this time, in ISO 8601. Default: that of the running backfill, else all blobs. */
  readonly since?: string;
  /** Takes the backfill once it is done. */
  readonly onDone?: (backfill: Backfill) => void;
  /** Ends the command, not the backfill. */
  readonly signal: AbortSignal;
  /** Polling interval in milliseconds. Default: 1,000. */
  readonly everyMs?: number;
}

const EVERY_MS = 1_000;
/** How long the system may be unreachable while a backfill runs, e.g. during a restart. */
const PATIENCE_MS = 60_000;

const count = (of: number, what: string): string =>
  `${of.toLocaleString('en')} ${what}${of === 1 ? '' : 's'}`;

/** A backfill's progress in one line. */
export const lineOf = ({ processorId, scanned, planned, finishedRuns, obstacle }: Backfill): string =>
  `${processorId}: ${count(scanned, 'blob')} scanned, ${count(planned, 'run')} planned, ` +
  `${finishedRuns.toLocaleString('en')} of them done${obstacle === null ? '' : `. ${obstacle}`}`;

const gone = (): CommandFailed =>
  new CommandFailed('The backfill no longer exists: begin it again.', { code: 'NOT_FOUND' });

/** Joins the running backfill if it matches, else starts one. @throws CommandFailed when that is refused */
async function begin({ graph, display, processorId, since }: FollowOptions): Promise<Backfill> {
  const { backfill: known } = await graph.run(showing, { processorId });
  if (known?.state === 'RUNNING' && (since === undefined || known.since === since)) {
    display.say('It is already running.');
    return known;
  }
  const { backfill, userErrors } = (await graph.run(beginning, { processorId, since: since ?? null }))
    .backfill;
  assertAccepted(`The backfill of ${processorId}`, userErrors);
  if (!backfill) throw gone();
  return backfill;
}

async function untilDone(options: FollowOptions, begun: Backfill): Promise<number> {
  const { graph, display, processorId, signal, everyMs = EVERY_MS } = options;
  const look = () => graph.run(showing, { processorId });
  for (let backfill = begun; ; ) {
    display.show([lineOf(backfill)]);
    if (backfill.state === 'COMPLETED') {
      display.say(`Done: all that \`${processorId}\` takes has its run.`);
      options.onDone?.(backfill);
      return 0;
    }
    await delay(everyMs, undefined, { signal });
    const now = (await patiently(look, { patienceMs: PATIENCE_MS, signal })).backfill;
    if (!now) throw gone();
    backfill = now;
  }
}

/**
 * Starts a processor's backfill, or joins the running one, and shows its progress until it is done.
 * @returns the exit code: 0 when it is done, 130 when `signal` aborted
 * @throws CommandFailed when it is refused; GraphFault, GraphOutOfReach
 */
export async function followBackfill(options: FollowOptions): Promise<number> {
  const { display, processorId, signal } = options;
  let begun: Backfill | null = null;
  try {
    begun = await begin(options);
    return await untilDone(options, begun);
  } catch (error) {
    if (!signal.aborted) throw error;
    if (begun)
      display.say(
        `The backfill continues without this command: \`npx blobgraph backfill --processor ${processorId}\` shows it again.`,
      );
    return INTERRUPTED;
  }
}
