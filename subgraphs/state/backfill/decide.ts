import { isOptIn, type ProcessorDocument, takesVersion } from '../../../platform/clients/registry.ts';
import { isPending, STATE } from '../entries/entry.ts';
import { blobRun } from '../entries/runs.ts';
import type { ScannedEntry } from '../store/scans.ts';

/** The members of an entry that decide whether it gets a run. */
export type Candidate = Pick<
  ScannedEntry,
  'processorId' | 'schemaId' | 'schemaVersion' | 'contentHash' | 'contentMissingSince' | 'createdAt' | 'runs'
>;

type Taker = Pick<ProcessorDocument, 'id' | 'takes' | 'takes_versions' | 'opt_in_schema_ids'>;

/** The first event of a user's own blob, and that of a derived one. */
const OF_USERS = 'blob.created';
const OF_PROCESSORS = 'blob.indexed';

/** The first event of a blob. */
export const eventOf = ({ processorId }: Pick<Candidate, 'processorId'>): string =>
  processorId === STATE ? OF_USERS : OF_PROCESSORS;

/** Whether a processor takes new blobs, rather than only working on demand. */
export const takesBlobs = ({ takes }: Pick<Taker, 'takes'>): boolean =>
  [OF_USERS, OF_PROCESSORS].some((event) => (takes[event] ?? []).length > 0);

/**
 * Whether the processor would have taken the blob when it was new, and has no run on it.
 * @param isAsked whether the blob's book asks for a processor that works only where it is asked to
 */
export function isLeftOut(entry: Candidate, processor: Taker, since: Date | null, isAsked: boolean): boolean {
  const { id, takes } = processor;
  const taken = takes[eventOf(entry)] ?? [];
  return (
    taken.includes(entry.schemaId) &&
    takesVersion(processor, entry) &&
    (isAsked || !isOptIn(processor, entry.schemaId)) &&
    (since === null || entry.createdAt >= since) &&
    !isPending(entry) &&
    entry.contentMissingSince === null &&
    blobRun(entry.runs, id) === undefined
  );
}
