import { takenVersionsOf } from '../../../platform/clients/canary.ts';
import { type ProcessorDocument, takesVersion } from '../../../platform/clients/registry.ts';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import { eventOf } from '../backfill/decide.ts';
import { isPending } from '../entries/entry.ts';
import { blobRun, isCancelled, isUnderWay } from '../entries/runs.ts';
import type { ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import type { ReprocessingDetails, ReprocessingFilter } from '../store/walks.ts';

type Taker = Pick<ProcessorDocument, 'id' | 'takes' | 'takes_versions'>;

const isWithin = (createdAt: Date, { createdAfter, createdBefore }: ReprocessingFilter): boolean =>
  (createdAfter === null || createdAt >= new Date(createdAfter)) &&
  (createdBefore === null || createdAt < new Date(createdBefore));

const equals = <T>(asked: T | null, value: T | null): boolean => asked === null || asked === value;

/** Whether a blob fits, but for who made its result. */
export function fits(entry: ScannedEntry, maker: Taker, filter: ReprocessingFilter): boolean {
  const { id, takes } = maker;
  const run = blobRun(entry.runs, id);
  return (
    run !== undefined &&
    !isUnderWay(run) &&
    !isCancelled(run) &&
    (!filter.failedOnly || run.state === 'FAILED') &&
    (takes[eventOf(entry)] ?? []).includes(entry.schemaId) &&
    takesVersion(maker, entry) &&
    equals(filter.schemaId, entry.schemaId) &&
    equals(filter.bookId, entry.bookId) &&
    equals(filter.type, entry.type) &&
    isWithin(entry.createdAt, filter) &&
    !isPending(entry) &&
    entry.contentMissingSince === null
  );
}

/** The blobs of a page that are to be made anew. A version's results are known by their ids: one statement a page. */
export async function wantedOf(
  { store }: { readonly store: Pick<StateStore, 'known'> },
  processor: Taker & Pick<ProcessorDocument, 'canary'>,
  { filter, version: by }: ReprocessingDetails,
  page: readonly ScannedEntry[],
): Promise<ReadonlySet<string>> {
  const maker = { ...processor, takes_versions: takenVersionsOf(processor, by) };
  const fitting = page.filter((entry) => fits(entry, maker, filter));
  const { madeByVersion: version } = filter;
  if (version === null) return new Set(fitting.map(({ id }) => id));
  const results = fitting.map((entry) => {
    const generation = blobRun(entry.runs, processor.id)?.generation;
    return [derivedBlobId(entry.id, processor.id, version, generation), entry.id] as const;
  });
  const known = results.length > 0 ? await store.known(results.map(([result]) => result)) : [];
  const sourceOf = new Map(results);
  return new Set(known.flatMap(({ id, deleted }) => (deleted ? [] : (sourceOf.get(id) ?? []))));
}
