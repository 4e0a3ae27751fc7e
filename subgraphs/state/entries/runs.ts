import type { ProcessingReport } from '../../../platform/clients/state.ts';
import type { ProcessingState } from '../../../platform/events/events.ts';
import { type Run, runFrom } from '../store/records.ts';
import { turnOf } from '../store/turns.ts';

/** Identifies a run on a blob. */
type RunKey = Pick<Run, 'processorId' | 'artifact'>;

const isSame = (a: RunKey, b: RunKey): boolean =>
  a.processorId === b.processorId && a.artifact === b.artifact;

/** The processor's run that makes blobs, as opposed to artifacts. */
export const blobRun = (runs: readonly Run[], processorId: string): Run | undefined =>
  runs.find((run) => isSame(run, { processorId, artifact: null }));

export const isUnderWay = ({ state }: Run): boolean => state === 'PENDING' || state === 'PROCESSING';

/** Whether the blob's owner cancelled it: its results are refused. */
export const isCancelled = ({ state, error }: Run): boolean =>
  state === 'FAILED' && error?.code === 'CANCELLED';

/** Whether it waits for its user's turn: its processor was not asked yet. */
export const isHeld = (run: Run): boolean => turnOf(run) === 'held';

/** Whether the processor still has to finish a run that an event requested. Artifacts are requested by readers. */
export const isOwed = (run: Run): boolean => turnOf(run) === 'taken';

/** The state of a blob: all of its runs but those of artifacts taken together. */
export function processingState(all: readonly Run[]): ProcessingState {
  const runs = all.filter(({ artifact }) => artifact === null);
  const has = (state: ProcessingState) => runs.some((run) => run.state === state);
  if (runs.length === 0) return 'STORED';
  if (has('FAILED')) return 'FAILED';
  if (has('PROCESSING')) return 'PROCESSING';
  // With one run completed and another pending, processing has begun.
  if (has('PENDING')) return has('COMPLETED') ? 'PROCESSING' : 'PENDING';
  return 'COMPLETED';
}

const pending = (of: Pick<Run, 'processorId' | 'attempt' | 'generation' | 'version'>, at: Date): Run =>
  runFrom({ ...of, state: 'PENDING', progress: null, error: null, updatedAt: at.toISOString() });

/** Versions of candidates that runs are given to, by processor. */
export type Versions = Readonly<Record<string, string>>;

const givenTo = (version: string | undefined) => (version === undefined ? {} : { version });

const versionFor = (versions: Versions, processorId: string): string | undefined =>
  Object.hasOwn(versions, processorId) ? versions[processorId] : undefined;

/** Planned runs of these processors. `held`: those that are not asked yet. */
export const pendingRuns = (
  processorIds: readonly string[],
  at: Date,
  held: readonly string[] = [],
  canary: Versions = {},
): Run[] =>
  processorIds.map((processorId) => {
    const run = pending(
      { processorId, attempt: 0, generation: 0, ...givenTo(versionFor(canary, processorId)) },
      at,
    );
    return held.includes(processorId) ? heldBack(run) : run;
  });

const heldBack = (run: Run): Run => ({ ...run, held: true });

/**
 * Plans runs on a blob that has just received its content. A run that began too early is requested again. `held`: of new
 * ones, those that are not asked yet.
 */
export function planRuns(
  runs: readonly Run[],
  processorIds: readonly string[],
  at: Date,
  held: readonly string[] = [],
  canary: Versions = {},
): { readonly runs: readonly Run[]; readonly asked: readonly Run[] } {
  const early = processorIds.flatMap((id) => blobRun(runs, id) ?? []);
  const asked = early.map((run) => again(run, at));
  const more = pendingRuns(
    processorIds.filter((id) => !blobRun(runs, id)),
    at,
    held,
    canary,
  );
  const now = more.filter((run) => !isHeld(run));
  return {
    runs: [...asked.reduce<readonly Run[]>(replace, runs), ...more],
    asked: [...asked, ...now.map((run) => ({ ...run, attempt: 1 }))],
  };
}

const RANK = { PENDING: 0, PROCESSING: 1, FAILED: 2, COMPLETED: 3 } as const;

/** A report with its generation. */
type RunReport = ProcessingReport & { readonly generation: number };

function goesOn(run: Run, { progress, stage }: RunReport): boolean {
  const [before, now] = [run.progress ?? 0, progress ?? run.progress ?? 0];
  return now > before || (now === before && stage !== undefined && stage !== run.stage);
}

/** Whether a report is news: reports arrive late, twice and out of order. */
function advances(run: Run, report: RunReport): boolean {
  if (report.generation !== run.generation) return report.generation > run.generation;
  const isNewer = report.attempt > run.attempt;
  // A new renderer version makes an artifact again; a blob is made again only in a new generation.
  if (run.state === 'COMPLETED') return run.artifact !== null && isNewer;
  // Any attempt may have stored the blob.
  if (report.state === 'COMPLETED' && run.artifact === null) return true;
  if (report.attempt !== run.attempt) return isNewer;
  if (report.state !== run.state) return RANK[report.state] > RANK[run.state];
  return report.state === 'PROCESSING' && goesOn(run, report);
}

function reported(report: RunReport, run: Run | undefined, at: Date): Run {
  const version = run?.generation === report.generation ? run.version : undefined;
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
    ...givenTo(version),
  };
}

const replace = (runs: readonly Run[], next: Run): Run[] =>
  runs.some((run) => isSame(run, next))
    ? runs.map((run) => (isSame(run, next) ? next : run))
    : [...runs, next];

/** All runs after one of them changed. */
export interface ChangedRuns {
  /** In their order before; a new run comes last. */
  readonly runs: readonly Run[];
  /** The changed run. */
  readonly run: Run;
}

const changed = (runs: readonly Run[], run: Run): ChangedRuns => ({ runs: replace(runs, run), run });

/** Applies a report; null when it is not news. */
export function applyReport(runs: readonly Run[], report: ProcessingReport, at: Date): ChangedRuns | null {
  const run = runs.find((known) =>
    isSame(known, { processorId: report.processor_id, artifact: report.artifact ?? null }),
  );
  const told = { ...report, generation: report.generation ?? run?.generation ?? 0 };
  return run && !advances(run, told) ? null : changed(runs, reported(told, run, at));
}

/**
 * Requests a missing result: a run that is completed, that has sent no report since `silentSince`, or that does not
 * exist. Null while a run is under way or held, or when it failed.
 * @param version the candidate that a new run is given to
 */
export function applyRequest(
  runs: readonly Run[],
  processorId: string,
  at: Date,
  silentSince: Date,
  version?: string,
): ChangedRuns | null {
  const run = blobRun(runs, processorId);
  if (run && (run.state === 'FAILED' || isHeld(run))) return null;
  if (run && isUnderWay(run) && new Date(run.updatedAt) >= silentSince) return null;
  return changed(runs, next(processorId, run, run?.generation ?? 0, at, run ? run.version : version));
}

/** Requests a run again that failed, or that has sent no report since `silentSince`; null for any other run. */
export function applyRetry(
  runs: readonly Run[],
  processorId: string,
  at: Date,
  silentSince: Date,
): ChangedRuns | null {
  const run = blobRun(runs, processorId);
  const isSilent = run && isUnderWay(run) && !isHeld(run) && new Date(run.updatedAt) < silentSince;
  return run && (run.state === 'FAILED' || isSilent) ? changed(runs, again(run, at)) : null;
}

/** Ends a run as failed, e.g. because it was cancelled. */
export function applyFailure(
  runs: readonly Run[],
  { held: _, ...run }: Run,
  error: NonNullable<Run['error']>,
  at: Date,
): ChangedRuns {
  const ended = { state: 'FAILED', stage: null, progress: null, error, updatedAt: at.toISOString() } as const;
  return changed(runs, { ...run, ...ended });
}

/** The same request, but its processor is not asked yet. */
export const applyHold = (runs: readonly Run[], { run }: ChangedRuns): ChangedRuns =>
  changed(runs, heldBack(run));

/** Requests a run that was held back, or again one whose event was lost. */
export const applyHandOut = (runs: readonly Run[], run: Run, at: Date): ChangedRuns =>
  changed(runs, again(run, at));

/**
 * Takes a run from the candidate that it was given to. One that is not COMPLETED is requested of the present version, a
 * held one in its turn. The run as it is when it is not a candidate's.
 */
export function applyReturn(runs: readonly Run[], run: Run, at: Date): ChangedRuns {
  const { version: _, ...plain } = run;
  if (run.state === 'COMPLETED') return changed(runs, plain);
  const returned = next(run.processorId, run, run.generation, at, undefined);
  return changed(runs, isHeld(run) ? heldBack({ ...returned, attempt: run.attempt }) : returned);
}

/**
 * Requests the next generation; null while a run is under way.
 * @param first the generation to begin with when there is no run
 * @param version the candidate that it is given to
 */
export function applyReprocess(
  runs: readonly Run[],
  processorId: string,
  first: number,
  at: Date,
  version?: string,
): ChangedRuns | null {
  const run = blobRun(runs, processorId);
  if (run && isUnderWay(run)) return null;
  return changed(runs, next(processorId, run, run ? run.generation + 1 : first, at, version));
}

function next(
  processorId: string,
  run: Pick<Run, 'attempt'> | undefined,
  generation: number,
  at: Date,
  version: string | undefined,
): Run {
  const attempt = (run?.attempt ?? 0) + 1;
  return pending({ processorId, attempt, generation, ...givenTo(version) }, at);
}

/** The same run, requested once more. */
const again = (run: Run, at: Date): Run => next(run.processorId, run, run.generation, at, run.version);
