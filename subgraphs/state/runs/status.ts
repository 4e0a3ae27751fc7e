import type { ProcessorDocument, ProcessorStatus } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { StateDependencies } from '../dependencies.ts';

type Dependencies = Pick<StateDependencies, 'processors'>;

/** The processors as they were known last, by id; none while the registry was never heard of. */
export async function knownProcessors({
  processors,
}: Dependencies): Promise<ReadonlyMap<string, ProcessorDocument>> {
  try {
    return new Map((await processors.known()).map((processor) => [processor.id, processor]));
  } catch {
    // What is asked for by this is better answered as if all were active than not at all.
    return new Map();
  }
}

/** A processor's status as it was known last; `active` where that is not known. */
export const statusOf = async (deps: Dependencies, id: string): Promise<ProcessorStatus> =>
  (await knownProcessors(deps)).get(id)?.status ?? 'active';

/** In words, with the operator's reason. */
export const pausedMessage = (id: string, reason: string | null = null): string =>
  `\`${id}\` is paused${reason === null ? '' : ` (${reason})`}: the run waits until it is resumed.`;

export const pausedRefusal = (id: string, reason: string | null = null): BlobgraphError =>
  new BlobgraphError('PROCESSOR_PAUSED', pausedMessage(id, reason), { field: 'processorId' });

export const retiredMessage = (id: string): string => `\`${id}\` was retired: its store is gone for good.`;

export const retiredRefusal = (id: string): BlobgraphError =>
  new BlobgraphError('PROCESSOR_RETIRED', retiredMessage(id), { field: 'processorId' });

/** @throws BlobgraphError PROCESSOR_RETIRED */
export function assertNotRetired(id: string, status: ProcessorStatus): void {
  if (status === 'retired') throw retiredRefusal(id);
}

/** What a retired version made is gone with its store, also when the processor was registered anew. @throws BlobgraphError PROCESSOR_RETIRED */
export async function assertMayFinish(
  deps: Dependencies,
  { processor_id: id, processor_version: version }: { processor_id: string; processor_version?: string },
): Promise<void> {
  const processor = (await knownProcessors(deps)).get(id);
  const isGone = version !== undefined && processor?.retired_versions.includes(version);
  if (isGone || processor?.status === 'retired') throw retiredRefusal(id);
}
