import type { ChangeEntry } from '../../../platform/changes/change.ts';
import type { ChangeWatcher } from '../../../platform/changes/reader.ts';
import type { Clock } from '../../../platform/time/clock.ts';

/** How runs may end: a cancelled one says nothing of its processor. */
export const outcomes = ['completed', 'failed', 'cancelled'] as const;
export type Outcome = (typeof outcomes)[number];

/** Runs of one processor that ended lately. */
export interface Ended {
  readonly completed: number;
  readonly failed: number;
}

/** The runs that have ended, by processor, counted as the log is read. Every process that reads the log counts all of them. */
export interface EndedRuns extends ChangeWatcher {
  /** In the window. */
  of(processorId: string): Ended;
  /** Those by version: first the present version's (null), then those of candidates that ended any. */
  byVersion(processorId: string): readonly EndedByVersion[];
  /** Seconds of the past that are known, at most those of the window. */
  windowSeconds(): number;
  /** Since this process began to read, by processor and outcome. */
  totals(): ReadonlyMap<string, Readonly<Record<Outcome, number>>>;
  /** Of those, the candidates': one count a processor, however many candidates there were. */
  candidateTotals(): ReadonlyMap<string, Readonly<Record<Outcome, number>>>;
}

/** Runs that ended lately, of one version. */
export interface EndedByVersion extends Ended {
  /** Null: the present one. */
  readonly version: string | null;
}

export const WINDOW_SECONDS = 300;
const WINDOW_MS = WINDOW_SECONDS * 1_000;
const SLICE_MS = 5_000;

/** Ends that nobody’s work is to blame for: the owner’s and the operator’s decisions. */
const DECIDED: ReadonlySet<unknown> = new Set(['CANCELLED', 'PROCESSOR_RETIRED']);

function outcomeOf({ event, members }: ChangeEntry['change']): Outcome | null {
  if (event === 'blob.completed') return 'completed';
  if (event !== 'blob.failed') return null;
  return DECIDED.has(members['run.code']) ? 'cancelled' : 'failed';
}

type Counts = Record<Outcome, number>;
const none = (): Counts => ({ completed: 0, failed: 0, cancelled: 0 });

/** One stretch of the window, by processor; and that of candidates alone, by processor and version. */
interface Slice {
  readonly startsAt: number;
  readonly counts: Map<string, Counts>;
  readonly candidates: Map<string, Map<string, Counts>>;
}

/** Versions of one processor that are told apart in a slice: a processor that makes up many counts for none. */
const MAX_CANDIDATES = 20;

function countCandidate({ candidates }: Slice, processorId: string, version: string, outcome: Outcome): void {
  const own = candidates.get(processorId) ?? new Map<string, Counts>();
  candidates.set(processorId, own);
  if (own.has(version) || own.size < MAX_CANDIDATES) countIn(own, version, outcome);
}

const sumOf = (counts: readonly Counts[], outcome: Outcome): number =>
  counts.reduce((total, each) => total + each[outcome], 0);

const endedOf = (counts: readonly Counts[]): Ended => ({
  completed: sumOf(counts, 'completed'),
  failed: sumOf(counts, 'failed'),
});

function countIn(counts: Map<string, Counts>, processorId: string, outcome: Outcome): void {
  const own = counts.get(processorId) ?? none();
  own[outcome] += 1;
  counts.set(processorId, own);
}

class CountedEnds implements EndedRuns {
  readonly #clock: Clock;
  readonly #totals = new Map<string, Counts>();
  readonly #candidateTotals = new Map<string, Counts>();
  /** Oldest first. */
  #slices: Slice[] = [];
  /** From when on all ends are known. */
  #knownSince: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#knownSince = this.#now();
  }

  changed({ change }: ChangeEntry): void {
    const at = change.occurredAt.getTime();
    // A log is read from some way back.
    this.#knownSince = Math.min(this.#knownSince, at);
    const outcome = outcomeOf(change);
    const processorId = change.members['run.processor_id'];
    if (!outcome || typeof processorId !== 'string') return;
    const version = change.members['run.version'];
    countIn(this.#totals, processorId, outcome);
    if (version !== undefined) countIn(this.#candidateTotals, processorId, outcome);
    if (at <= this.#now() - WINDOW_MS) return;
    const slice = this.#sliceAt(at);
    countIn(slice.counts, processorId, outcome);
    if (typeof version === 'string') countCandidate(slice, processorId, version, outcome);
  }

  /** Another log, or a gap in it: what ended meanwhile is not known. */
  missed(): void {
    this.#slices = [];
    this.#knownSince = this.#now();
  }

  of(processorId: string): Ended {
    this.#forget();
    return endedOf(this.#slices.flatMap((slice) => slice.counts.get(processorId) ?? []));
  }

  byVersion(processorId: string): readonly EndedByVersion[] {
    const all = this.of(processorId);
    const slices = this.#slices.flatMap(({ candidates }) => candidates.get(processorId) ?? []);
    const versions = [...new Set(slices.flatMap((slice) => [...slice.keys()]))].sort();
    const candidates = versions.map((version) => ({
      version,
      ...endedOf(slices.flatMap((slice) => slice.get(version) ?? [])),
    }));
    const less = (outcome: keyof Ended) =>
      candidates.reduce((left, candidate) => left - candidate[outcome], all[outcome]);
    return [{ version: null, completed: less('completed'), failed: less('failed') }, ...candidates];
  }

  candidateTotals(): ReadonlyMap<string, Counts> {
    return this.#candidateTotals;
  }

  windowSeconds(): number {
    return Math.floor(Math.min(WINDOW_MS, Math.max(0, this.#now() - this.#knownSince)) / 1_000);
  }

  totals(): ReadonlyMap<string, Counts> {
    return this.#totals;
  }

  #now = (): number => this.#clock.now().getTime();

  #forget(): void {
    const since = this.#now() - WINDOW_MS;
    this.#slices = this.#slices.filter(({ startsAt }) => startsAt + SLICE_MS > since);
  }

  #sliceAt(at: number): Slice {
    const startsAt = Math.floor(at / SLICE_MS) * SLICE_MS;
    const known = this.#slices.findLast((slice) => slice.startsAt === startsAt);
    if (known) return known;
    this.#forget();
    const slice: Slice = { startsAt, counts: new Map(), candidates: new Map() };
    this.#slices.push(slice);
    return slice;
  }
}

export const createEndedRuns = (clock: Clock): EndedRuns => new CountedEnds(clock);
