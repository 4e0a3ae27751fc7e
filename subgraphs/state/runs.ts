import type { ProcessingReport } from '../../platform/clients/state.ts';
import type { ProcessingState } from '../../platform/events/events.ts';
import type { Run } from './documents.ts';

/** What is made of a blob as a whole, from the runs on it. */
export function processingState(runs: readonly Run[]): ProcessingState {
  const has = (state: ProcessingState) => runs.some((run) => run.state === state);
  if (runs.length === 0) return 'STORED';
  if (has('FAILED')) return 'FAILED';
  if (has('PROCESSING')) return 'PROCESSING';
  // One done and another waiting: the blob is under way, not untouched.
  if (has('PENDING')) return has('COMPLETED') ? 'PROCESSING' : 'PENDING';
  return 'COMPLETED';
}

/** Runs that are expected of these processors. */
export const pendingRuns = (processorIds: readonly string[], at: Date): Run[] =>
  processorIds.map((processorId) => pending(processorId, 0, at));

const pending = (processorId: string, attempt: number, at: Date): Run => ({
  processorId,
  state: 'PENDING',
  attempt,
  progress: null,
  error: null,
  updatedAt: at.toISOString(),
});

const RANK = { PENDING: 0, PROCESSING: 1, FAILED: 2, COMPLETED: 3 } as const;

/** Whether a report tells of more than the run already says: reports arrive late, twice and out of order. */
function advances(run: Run, report: ProcessingReport): boolean {
  if (run.state === 'COMPLETED') return false;
  // A stored result is one whichever attempt made it.
  if (report.state === 'COMPLETED') return true;
  if (report.attempt !== run.attempt) return report.attempt > run.attempt;
  if (report.state !== run.state) return RANK[report.state] > RANK[run.state];
  return report.state === 'PROCESSING' && (report.progress ?? 0) > (run.progress ?? 0);
}

const reported = (report: ProcessingReport, at: Date): Run => ({
  processorId: report.processor_id,
  state: report.state,
  attempt: report.attempt,
  progress: report.state === 'COMPLETED' ? 1 : (report.progress ?? null),
  error: report.state === 'FAILED' ? (report.error ?? null) : null,
  updatedAt: at.toISOString(),
});

const replace = (runs: readonly Run[], next: Run): Run[] =>
  runs.some((run) => run.processorId === next.processorId)
    ? runs.map((run) => (run.processorId === next.processorId ? next : run))
    : [...runs, next];

/** The runs after a report; null when it says nothing new. */
export function applyReport(runs: readonly Run[], report: ProcessingReport, at: Date): Run[] | null {
  const run = runs.find((known) => known.processorId === report.processor_id);
  if (run && !advances(run, report)) return null;
  return replace(runs, reported(report, at));
}

/**
 * The runs after a processor was asked once more for what it should have made: a run of its own that was done, that
 * was last heard of before `silentSince`, or that there was none of. Null while one is under way, or when it failed.
 */
export function applyRequest(
  runs: readonly Run[],
  processorId: string,
  at: Date,
  silentSince: Date,
): Run[] | null {
  const run = runs.find((known) => known.processorId === processorId);
  const isUnderWay = run?.state === 'PENDING' || run?.state === 'PROCESSING';
  if (run?.state === 'FAILED' || (isUnderWay && new Date(run.updatedAt) >= silentSince)) return null;
  return replace(runs, pending(processorId, (run?.attempt ?? 0) + 1, at));
}

/** The runs after a failed one was asked for again; null when it did not fail. */
export function applyRetry(runs: readonly Run[], processorId: string, at: Date): Run[] | null {
  const run = runs.find((known) => known.processorId === processorId);
  if (run?.state !== 'FAILED') return null;
  return replace(runs, pending(processorId, run.attempt + 1, at));
}
