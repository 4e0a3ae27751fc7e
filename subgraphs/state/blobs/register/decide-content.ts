import { versionsFor } from '../../../../platform/clients/canary.ts';
import type { FinishedRun } from '../../../../platform/clients/state.ts';
import type { Clock } from '../../../../platform/time/clock.ts';
import type { EntryDecider, EntryDecision } from '../../entries/changes.ts';
import { contentOfDerived, isPending } from '../../entries/entry.ts';
import { applyReport, blobRun, planRuns, type Versions } from '../../entries/runs.ts';
import type { IndexEntry } from '../../store/records.ts';
import type { Turns } from '../../turns/turns.ts';
import { type TakerDependencies, takersOf } from '../books/automatic.ts';

/** The processors that are to work on a blob. */
export interface Plan {
  readonly planned: readonly string[];
  /** Of those, the ones that are not asked yet. */
  readonly held: readonly string[];
  /** Candidates that their runs are given to. */
  readonly canary?: Versions;
}

export const NO_PLAN: Plan = { planned: [], held: [] };

/** The processors that take a derived blob once it has its content. */
export async function planOf(
  deps: TakerDependencies & { readonly turns: Pick<Turns, 'take'> },
  blob: Pick<IndexEntry, 'id' | 'userId' | 'bookId' | 'schemaId' | 'schemaVersion' | 'processorId'>,
): Promise<Plan> {
  const all = await takersOf(deps, blob, 'blob.indexed');
  const takers = all.filter(({ id }) => id !== blob.processorId);
  const planned = takers.map(({ id }) => id);
  const held = await deps.turns.take(blob.userId, planned);
  return { planned, held, canary: versionsFor(takers, 'blob.indexed', blob) };
}

const numbersOf = (version: string): number[] => version.split('.').map(Number);

/** Whether a schema version, e.g. `1.2.0`, is later than another. */
export function isLaterVersion(version: string, than: string): boolean {
  const [one, other] = [numbersOf(version), numbersOf(than)];
  const place = one.findIndex((number, index) => number !== (other[index] ?? 0));
  return place >= 0 && (one[place] ?? 0) > (other[place] ?? 0);
}

/** Whether content is registered that was migrated to a later version of its schema. */
export const isMigrated = (entry: IndexEntry, { schema_version }: FinishedRun): boolean =>
  schema_version !== undefined && isLaterVersion(schema_version, entry.schemaVersion);

/** Replaces content that was missing, or that has an older version of its schema. */
const renew = (entry: IndexEntry, registration: FinishedRun): EntryDecision | null =>
  entry.contentMissingSince !== null || isMigrated(entry, registration)
    ? { events: [{ kind: 'indexed', planned: [] }], content: contentOfDerived(registration) }
    : null;

/** Adds the content of a pending blob: completes its own run, and plans those of the processors that take it. */
function arrive(
  entry: IndexEntry,
  registration: FinishedRun,
  { planned, held, canary }: Plan,
  at: Date,
): EntryDecision {
  const own = blobRun(entry.runs, entry.processorId);
  const attempt = registration.run?.attempt ?? Math.max(1, own?.attempt ?? 1);
  const report = { blob_id: entry.id, processor_id: entry.processorId, state: 'COMPLETED', attempt } as const;
  const completed = applyReport(entry.runs, report, at);
  const { runs, asked } = planRuns(completed?.runs ?? entry.runs, planned, at, held, canary);
  const last = { kind: 'completed', ...(completed ? { run: completed.run } : {}) } as const;
  const [first = last, ...rest] = [...asked.map((run) => ({ kind: 'retried', run }) as const), last];
  return {
    runs,
    events: [first, ...rest],
    content: { ...contentOfDerived(registration), title: registration.title ?? entry.title },
  };
}

/** Applies a registration with content to an existing entry. `plan`: of a pending one. */
export const decideContent =
  (clock: Clock, registration: FinishedRun, plan: Plan): EntryDecider =>
  (entry) =>
    isPending(entry) ? arrive(entry, registration, plan, clock.now()) : renew(entry, registration);
