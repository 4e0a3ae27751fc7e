import type { FinishedRun } from '../../../platform/clients/state.ts';
import { takersOf } from '../books/automatic.ts';
import type { EntryDecider, EntryDecision } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import { contentOfDerived, isPending } from '../entry.ts';
import { applyReport, blobRun, planRuns } from '../runs/runs.ts';

/** The processors that are to make something of a derived blob once it has its content. */
export async function plannedOf(
  deps: Pick<StateDependencies, 'processors' | 'store'>,
  blob: Pick<IndexEntry, 'userId' | 'bookId' | 'schemaId' | 'processorId'>,
): Promise<string[]> {
  const takers = await takersOf(deps, blob, 'blob.indexed');
  return takers.filter((id) => id !== blob.processorId);
}

const numbersOf = (version: string): number[] => version.split('.').map(Number);

/** Whether a schema version, e.g. `1.2.0`, is the later one. */
export function isLaterVersion(version: string, than: string): boolean {
  const [one, other] = [numbersOf(version), numbersOf(than)];
  const place = one.findIndex((number, index) => number !== (other[index] ?? 0));
  return place >= 0 && (one[place] ?? 0) > (other[place] ?? 0);
}

/** Whether content that was migrated to a later version of its schema is told of. */
export const isMigrated = (entry: IndexEntry, { schema_version }: FinishedRun): boolean =>
  schema_version !== undefined && isLaterVersion(schema_version, entry.schemaVersion);

/** Content takes the place of what was gone, or of what was made by an older version of its schema. */
const renew = (entry: IndexEntry, registration: FinishedRun): EntryDecision | null =>
  entry.contentMissingSince !== null || isMigrated(entry, registration)
    ? { events: [{ kind: 'indexed', planned: [] }], content: contentOfDerived(registration) }
    : null;

/** The content of a pending blob is there: what was waited for is completed, and what waited for it is planned. */
function arrive(
  entry: IndexEntry,
  registration: FinishedRun,
  planned: readonly string[],
  at: Date,
): EntryDecision {
  const own = blobRun(entry.runs, entry.processorId);
  const attempt = registration.run?.attempt ?? Math.max(1, own?.attempt ?? 1);
  const report = { blob_id: entry.id, processor_id: entry.processorId, state: 'COMPLETED', attempt } as const;
  const completed = applyReport(entry.runs, report, at);
  const { runs, asked } = planRuns(completed?.runs ?? entry.runs, planned, at);
  const last = { kind: 'completed', ...(completed ? { run: completed.run } : {}) } as const;
  const [first = last, ...rest] = [...asked.map((run) => ({ kind: 'retried', run }) as const), last];
  return {
    runs,
    events: [first, ...rest],
    content: { ...contentOfDerived(registration), title: registration.title ?? entry.title },
  };
}

/** The change of an existing entry by a registration with content. `planned`: of a pending one. */
export const decideContent =
  (
    { clock }: Pick<StateDependencies, 'clock'>,
    registration: FinishedRun,
    planned: readonly string[],
  ): EntryDecider =>
  (entry) =>
    isPending(entry) ? arrive(entry, registration, planned, clock.now()) : renew(entry, registration);
