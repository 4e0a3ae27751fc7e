import type { BlobRowFragment, BlobWorkFragment } from './operations.generated.ts';

export type Run = BlobWorkFragment['runs'][number];

/** In which order a blob's runs are told of: what failed first. */
const URGENT = ['FAILED', 'PROCESSING', 'PENDING', 'COMPLETED', 'STORED'] as const;

/** Runs that make blobs; files of a blob are made beside them. */
export const runsOf = ({ runs }: BlobWorkFragment): Run[] => runs.filter(({ artifact }) => artifact === null);

/** The run that says most of where the blob is. */
export const tellingRun = (work: BlobWorkFragment): Run | undefined =>
  runsOf(work).toSorted((one, other) => URGENT.indexOf(one.state) - URGENT.indexOf(other.state))[0];

export const isInWork = ({ state }: { readonly state: Run['state'] }): boolean =>
  state === 'PENDING' || state === 'PROCESSING';

/** A run's word on itself: why it failed or waits, or its present step. */
export const wordOf = ({ error, obstacle, stage }: Run): string | undefined =>
  error?.message ?? obstacle?.message ?? stage ?? undefined;

/** A name such as `chapter_draft` for people: "Chapter draft". */
export function spelled(name: string): string {
  const words = name.replaceAll(/[_-]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Texts that users wrote are opened where they are written, everything else where it comes from. */
export const screenOf = ({
  id,
  schemaId,
  processorId,
}: Pick<BlobRowFragment, 'id' | 'schemaId' | 'processorId'>) =>
  processorId === 'state' && schemaId === 'text-input-v1'
    ? `/write/${encodeURIComponent(id)}`
    : `/lineage/${encodeURIComponent(id)}`;
