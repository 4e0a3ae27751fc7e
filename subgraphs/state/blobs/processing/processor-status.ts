import type {
  ProcessorCatalog,
  ProcessorDocument,
  ProcessorStatus,
} from '../../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';

type Known = Pick<ProcessorCatalog, 'known'>;

type ById = ReadonlyMap<string, ProcessorDocument>;

/** The registry's answers are kept, and so are the maps of them. */
const maps = new WeakMap<readonly ProcessorDocument[], ById>();

function byId(processors: readonly ProcessorDocument[]): ById {
  const map = maps.get(processors) ?? new Map(processors.map((processor) => [processor.id, processor]));
  maps.set(processors, map);
  return map;
}

/** The last known processors, by id, at once where they are there; none when the registry has never answered. */
export function knownProcessors(processors: Known): ById | Promise<ById> {
  const known = processors.known();
  if (!(known instanceof Promise)) return byId(known);
  // Callers are better served as if all processors were active than with an error.
  return known.then(byId, () => new Map());
}

/** The last known status of a processor; `active` when unknown. */
export const statusOf = async (processors: Known, id: string): Promise<ProcessorStatus> =>
  (await knownProcessors(processors)).get(id)?.status ?? 'active';

/** `reason`: the operator's. */
export const pausedMessage = (id: string, reason: string | null = null): string =>
  `\`${id}\` is paused${reason === null ? '' : ` (${reason})`}: the run waits until it is resumed.`;

export const pausedRefusal = (id: string, reason: string | null = null): BlobgraphError =>
  new BlobgraphError('PROCESSOR_PAUSED', pausedMessage(id, reason), { field: 'processorId' });

export const retiredMessage = (id: string): string => `\`${id}\` was retired: its store is gone for good.`;

const retiredRefusal = (id: string): BlobgraphError =>
  new BlobgraphError('PROCESSOR_RETIRED', retiredMessage(id), { field: 'processorId' });

/** @param status undefined: not known. @throws BlobgraphError PROCESSOR_RETIRED */
export function assertNotRetired(id: string, status: ProcessorStatus | undefined): void {
  if (status === 'retired') throw retiredRefusal(id);
}

/**
 * Refuses results of a retired version, whose store is gone even when the processor has registered again.
 * @throws BlobgraphError PROCESSOR_RETIRED
 */
export async function assertMayFinish(
  processors: Known,
  { processor_id: id, processor_version: version }: { processor_id: string; processor_version?: string },
): Promise<void> {
  const processor = (await knownProcessors(processors)).get(id);
  const isGone = version !== undefined && processor?.retired_versions.includes(version);
  if (isGone || processor?.status === 'retired') throw retiredRefusal(id);
}
