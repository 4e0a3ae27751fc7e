import type { ProcessingReport } from '../../../platform/clients/state.ts';
import type { ProcessingState } from '../../../platform/events/events.ts';
import type { Run } from '../documents.ts';

/** A run as any release stored it: what came later is absent in older ones. */
export type StoredRun = Omit<Run, 'generation' | 'stage' | 'artifact'> &
  Partial<Pick<Run, 'generation' | 'stage' | 'artifact'>>;

export const runFrom = (stored: StoredRun): Run => ({
  generation: 0,
  stage: null,
  artifact: null,
  ...stored,
});

/** The key of a run on its blob. */
type RunKey = Pick<Run, 'processorId' | 'artifact'>;

const isSame = (a: RunKey, b: RunKey): boolean =>
  a.processorId === b.processorId && a.artifact === b.artifact;

/** The processor's run that makes blobs, not that of an artifact. */
export const blobRun = (runs: readonly Run[], processorId: string): Run | undefined =>
  runs.find((run) => isSame(run, { processorId, artifact: null }));

export const isUnderWay = ({ state }: Run): boolean => state === 'PENDING' || state === 'PROCESSING';

/** Whether its blob's owner cancelled it: what still comes of it is not taken. */
export const isCancelled = ({ state, error }: Run): boolean =>
  state === 'FAILED' && error?.code === 'CANCELLED';

/** Whether a processor owes what an event asked it for. Artifacts are asked for by whoever reads them. */
export const isOwed = (run: Run): boolean => run.artifact === null && isUnderWay(run);

/** A blob's state as a whole, from the runs on it that make blobs. */
export function processingState(all: readonly Run[]): ProcessingState {
  const runs = all.filter(({ artifact }) => artifact === null);
  const has = (state: ProcessingState) => runs.some((run) => run.state === state);
  if (runs.length === 0) return 'STORED';
  if (has('FAILED')) return 'FAILED';
  if (has('PROCESSING')) return 'PROCESSING';
  // One done and another waiting: the blob is under way, not untouched.
  if (has('PENDING')) return has('COMPLETED') ? 'PROCESSING' : 'PENDING';
  return 'COMPLETED';
}

const pending = (of: Pick<Run, 'processorId' | 'attempt' | 'generation'>, at: Date): Run =>
  runFrom({ ...of, state: 'PENDING', progress: null, error: null, updatedAt: at.toISOString() });

/** Runs that are expected of these processors. */
export const pendingRuns = (processorIds: readonly string[], at: Date): Run[] =>
  processorIds.map((processorId) => pending({ processorId, attempt: 0, generation: 0 }, at));

/**
 * The runs once these processors are to work on what has its content only now, and what they are asked for. One that
 * began too early begins again.
 */
export function planRuns(
  runs: readonly Run[],
  processorIds: readonly string[],
  at: Date,
): { readonly runs: readonly Run[]; readonly asked: readonly Run[] } {
  const early = processorIds.flatMap((id) => blobRun(runs, id) ?? []);
  const asked = early.map((run) => next(run.processorId, run, run.generation, at));
  const more = pendingRuns(
    processorIds.filter((id) => !blobRun(runs, id)),
    at,
  );
  return {
    runs: [...asked.reduce<readonly Run[]>(replace, runs), ...more],
    asked: [...asked, ...more.map((run) => ({ ...run, attempt: 1 }))],
  };
}

const RANK = { PENDING: 0, PROCESSING: 1, FAILED: 2, COMPLETED: 3 } as const;

/** A report on one run, its generation known. */
type Told = ProcessingReport & { readonly generation: number };

function goesOn(run: Run, { progress, stage }: Told): boolean {
  const [before, now] = [run.progress ?? 0, progress ?? run.progress ?? 0];
  return now > before || (now === before && stage !== undefined && stage !== run.stage);
}

/** Whether a report tells of more than the run already says: reports arrive late, twice and out of order. */
function advances(run: Run, report: Told): boolean {
  if (report.generation !== run.generation) return report.generation > run.generation;
  const isNewer = report.attempt > run.attempt;
  // An artifact is made again for another version of its renderer, a blob only in another generation.
  if (run.state === 'COMPLETED') return run.artifact !== null && isNewer;
  // A stored blob is one whichever attempt made it.
  if (report.state === 'COMPLETED' && run.artifact === null) return true;
  if (report.attempt !== run.attempt) return isNewer;
  if (report.state !== run.state) return RANK[report.state] > RANK[run.state];
  return report.state === 'PROCESSING' && goesOn(run, report);
}

function reported(report: Told, run: Run | undefined, at: Date): Run {
  const isSameAttempt = run?.generation === report.generation && run.attempt === report.attempt;
  const before = isSameAttempt && report.state === 'PROCESSING' ? run : undefined;
  return {
    processorId: report.processor_id,
    artifact: report.artifact ?? null,
    state: report.state,
    attempt: report.attempt,
    generation: report.generation,
    stage: report.state === 'COMPLETED' ? null : (report.stage ?? before?.stage ?? null),
    progress: report.state === 'COMPLETED' ? 1 : (report.progress ?? before?.progress ?? null),
    error: report.state === 'FAILED' ? (report.error ?? null) : null,
    updatedAt: at.toISOString(),
  };
}

const replace = (runs: readonly Run[], next: Run): Run[] =>
  runs.some((run) => isSame(run, next))
    ? runs.map((run) => (isSame(run, next) ? next : run))
    : [...runs, next];

/** The runs after a change of one of them, and that one. */
export interface ChangedRuns {
  readonly runs: readonly Run[];
  readonly run: Run;
}

const changed = (runs: readonly Run[], run: Run): ChangedRuns => ({ runs: replace(runs, run), run });

/** A report's changes; null when it says nothing new. */
export function applyReport(runs: readonly Run[], report: ProcessingReport, at: Date): ChangedRuns | null {
  const run = runs.find((known) =>
    isSame(known, { processorId: report.processor_id, artifact: report.artifact ?? null }),
  );
  const told = { ...report, generation: report.generation ?? run?.generation ?? 0 };
  return run && !advances(run, told) ? null : changed(runs, reported(told, run, at));
}

/**
 * The change when a processor is asked once more for what it should have made: a run of its own that was done, that
 * was last heard of before `silentSince`, or that there was none of. Null while one is under way, or when it failed.
 */
export function applyRequest(
  runs: readonly Run[],
  processorId: string,
  at: Date,
  silentSince: Date,
): ChangedRuns | null {
  const run = blobRun(runs, processorId);
  if (run?.state === 'FAILED' || (run && isUnderWay(run) && new Date(run.updatedAt) >= silentSince))
    return null;
  return changed(runs, next(processorId, run, run?.generation ?? 0, at));
}

/**
 * The change when a run is asked for again that failed, or that is under way and was last heard of before `silentSince`;
 * null for any other.
 */
export function applyRetry(
  runs: readonly Run[],
  processorId: string,
  at: Date,
  silentSince: Date,
): ChangedRuns | null {
  const run = blobRun(runs, processorId);
  const isSilent = run && isUnderWay(run) && new Date(run.updatedAt) < silentSince;
  return run && (run.state === 'FAILED' || isSilent)
    ? changed(runs, next(processorId, run, run.generation, at))
    : null;
}

/** The change when a run that is under way ends as failed, e.g. because it was cancelled. */
export const applyFailure = (
  runs: readonly Run[],
  run: Run,
  error: NonNullable<Run['error']>,
  at: Date,
): ChangedRuns =>
  changed(runs, { ...run, state: 'FAILED', stage: null, progress: null, error, updatedAt: at.toISOString() });

/** The change when a run that was lost with its event is handed out again. */
export const applyHandOut = (runs: readonly Run[], run: Run, at: Date): ChangedRuns =>
  changed(runs, next(run.processorId, run, run.generation, at));

/**
 * The change when the next generation is asked for; null while a run is under way.
 * @param first the generation that begins where there is no run
 */
export function applyReprocess(
  runs: readonly Run[],
  processorId: string,
  first: number,
  at: Date,
): ChangedRuns | null {
  const run = blobRun(runs, processorId);
  if (run && isUnderWay(run)) return null;
  return changed(runs, next(processorId, run, run ? run.generation + 1 : first, at));
}

const next = (processorId: string, run: Run | undefined, generation: number, at: Date): Run =>
  pending({ processorId, attempt: (run?.attempt ?? 0) + 1, generation }, at);
